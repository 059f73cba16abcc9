/**
 * record-raw.js SOURCE FOLDER COMMAND…: runs the command (as root) with one source loaded, and puts
 * the ring's bytes, not decoded, into FOLDER/events.bin and what must be known to decode them into
 * FOLDER/batch.json. Needs `npm run build`; fixtures/record-raw runs it in the guest.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { loadBpfAddon } from '../dist/record/bpf-addon.js';
import { readClock, timeOffset } from '../dist/record/clock.js';
import { prepareCommand } from '../dist/record/command.js';
import { commandTarget, filterGlobals, recorderTarget } from '../dist/record/filters.js';
import { readPidNamespace } from '../dist/record/host.js';
import { Session } from '../dist/record/session.js';
import { takeStartedWith } from '../dist/record/started-with.js';
import { SOURCES } from '../dist/sources/index.js';

const RING_BYTES = 16 << 20;

const [name, folder, ...words] = process.argv.slice(2);
const source = SOURCES.find((candidate) => candidate.name === name);
if (!source || !folder || words.length === 0) {
  process.stderr.write('usage: record-raw.js SOURCE FOLDER COMMAND…\n');
  process.exit(2);
}
const { bytes, offset } = await record(source, words);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'events.bin'), bytes);
const batch = {
  source: source.name,
  made_by: `scripts/record-raw.js ${source.name} FOLDER ${words.join(' ')}`,
  kernel: os.release(),
  architecture: os.machine(),
  time_offset_ns: `${offset}`,
  layout: source.layout,
};
writeFileSync(join(folder, 'batch.json'), `${JSON.stringify(batch, null, 2)}\n`);

/** The raw records of all that the command does, and nanoseconds from boot to the Unix epoch. */
async function record(source, words) {
  const addon = loadBpfAddon();
  addon.captureLog(false);
  const command = await prepareCommand(words, takeStartedWith(), null);
  const { initial, inode } = readPidNamespace();
  const session = new Session(
    addon,
    {
      sources: [source],
      required: new Set([source.name]),
      ringBytes: RING_BYTES,
      pidNamespace: initial ? 0 : inode,
      globals: filterGlobals({}, true),
      sourceGlobals: {},
      maps: {},
      cgroup: null,
    },
    [recorderTarget(), commandTarget(command.pid)],
  );
  try {
    const offset = timeOffset(readClock(addon));
    session.attach();
    command.run();
    const { exitStatus, detail } = await command.ended;
    session.stop();
    session.sendUnfinished();
    session.detach();
    if (exitStatus !== 0) throw new Error(detail);
    return { bytes: drain(addon, session), offset };
  } finally {
    session.close();
  }
}

/** Nothing was lost: the ring was never emptied before, and is far from full. */
function drain(addon, session) {
  const bytes = addon.drainRaw(session.rings);
  if (bytes.length > RING_BYTES / 8)
    throw new Error(`${bytes.length} bytes: too many for a fixture`);
  return bytes;
}
