/**
 * The thread that turns batches into segments: Arrow, zstd, CRC and writing all happen here, off
 * the main thread. The pump's native thread waits when this one is behind.
 */
import { parentPort } from 'node:worker_threads';
import { TracecapError } from '../shared/errors.js';
import { loadBpfAddon } from './bpf-addon.js';
import { loadDecodeAddon } from './decode-addon.js';
import type { BeginMessage, FromWorker, ToWorker } from './segment-messages.js';
import { SegmentStream } from './segment-stream.js';

const PROGRESS_EVERY_MS = 250;

if (!parentPort) throw new Error('segment-worker runs as a worker');
const port = parentPort;
const post = (message: FromWorker) => port.postMessage(message);

let stop = () => {};
let stream: SegmentStream | null = null;

port.on('message', (message: ToWorker) => {
  if (message.type === 'begin') begin(message);
  else if (message.type === 'stop') stop();
  else {
    stream?.finish(message.manifest);
    post({ type: 'finished', bytes: stream?.bytes ?? 0 });
  }
});
post({ type: 'ready' });

function begin(message: BeginMessage): void {
  const decoder = loadDecodeAddon();
  if (!decoder)
    throw new TracecapError('unsupported', "native/decode was not built; run 'sudo bin/setup'");
  const opened = new SegmentStream(message, decoder.zstdCompress, post);
  stream = opened;
  const { Pump } = loadBpfAddon();
  const pump = new Pump(message.pump);
  const progress = () =>
    post({ type: 'progress', rows: pump.rows(), lost: opened.lost, bytes: opened.bytes });
  const timer = setInterval(progress, PROGRESS_EVERY_MS);
  stop = () => pump.stop();
  pump.start((item) => {
    if (item !== null) {
      opened.write(item);
      return;
    }
    clearInterval(timer);
    progress();
    post({ type: 'drained', sources: opened.sources, uids: opened.uids });
  });
  post({ type: 'begun' });
}
