/**
 * The thread that turns batches into segments: Arrow, zstd, CRC and writing all happen here, off
 * the main thread. The pump's native thread waits when this one is behind.
 */
import { parentPort } from 'node:worker_threads';
import { PROCESSES } from '../capture/processes.js';
import { loadBpfAddon } from './bpf-addon.js';
import { CgroupPaths } from './cgroup-paths.js';
import { loadDecodeAddon } from './decode-addon.js';
import type { LossRow } from './losses.js';
import type { ListedProcess } from './process-list.js';
import { processRows } from './process-rows.js';
import type { BeginMessage, FromWorker, ToWorker } from './segment-messages.js';
import { SegmentStream, writeFailure } from './segment-stream.js';

const PROGRESS_EVERY_MS = 250;

if (!parentPort) throw new Error('segment-worker runs as a worker');
const port = parentPort;
const post = (message: FromWorker) => port.postMessage(message);

let stop = (_losses: readonly LossRow[], _processes: readonly ListedProcess[]) => {};
let stream: SegmentStream | null = null;

port.on('message', (message: ToWorker) => {
  if (message.type === 'begin') begin(message);
  else if (message.type === 'stop') stop(message.losses, message.processes);
  else {
    stream?.finish(message.manifest);
    post({ type: 'finished', bytes: stream?.bytes ?? 0 });
  }
});
post({ type: 'ready' });

function begin(message: BeginMessage): void {
  const opened = openStream(message);
  if (opened === null) return;
  const addon = loadBpfAddon();
  const pump = new addon.Pump(message.pump);
  const cgroups = new CgroupPaths(addon, message.newCgroups);
  opened.namesOfCgroups = (id) => cgroups.pathOf(id);
  const writeProcesses = (at: 'start' | 'end', listed: readonly ListedProcess[]) =>
    opened.writeRows(PROCESSES, processRows(at, listed, cgroups, message.processRows));
  const progress = () =>
    post({ type: 'progress', rows: pump.rows(), lost: opened.lost, bytes: opened.bytes });
  const timer = setInterval(progress, PROGRESS_EVERY_MS);
  stop = (losses, processes) => {
    opened.writeLosses(losses);
    writeProcesses('end', processes);
    pump.stop();
  };
  pump.start((item) => {
    if (item !== null) {
      outOfCallback(() => opened.write(item));
      return;
    }
    clearInterval(timer);
    cgroups.close();
    progress();
    post({ type: 'drained', sources: opened.sources, uids: opened.uids });
  });
  post({ type: 'begun' });
  writeProcesses('start', message.processes);
}

/** Writes the capture's beginning; null where the output does not take it. */
function openStream(message: BeginMessage): SegmentStream | null {
  const decoder = loadDecodeAddon();
  if (!decoder) throw new Error('the decoder addon has gone');
  try {
    stream = new SegmentStream(message, decoder.zstdCompress, post);
    return stream;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    post({ type: 'refused', message: writeFailure(error) });
    return null;
  }
}

/** Node prints what a native callback throws, and goes on; thrown from here it ends the worker. */
function outOfCallback(work: () => void): void {
  try {
    work();
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}
