/** Sessions without a recorder around them: what a command opens, by the object of one's choice. */
import { type BpfAddon, loadBpfAddon } from '../../src/record/bpf-addon.js';
import { prepareCommand } from '../../src/record/command.js';
import { loadDecodeAddon } from '../../src/record/decode-addon.js';
import { commandTarget, recorderTarget, type Target } from '../../src/record/filters.js';
import { readPidNamespace } from '../../src/record/host.js';
import { Session } from '../../src/record/session.js';
import { decodePlan, type Source, tableOf } from '../../src/schema/define-source.js';
import { rowsOf } from '../helpers/rows.js';

const AS_STARTED = { noFile: null, ignoredSignals: '0', blockedSignals: '0', descriptors: [] };

/** Loads a source for these targets alone, and for nobody where there is none. */
export function openSession(
  source: Source,
  targets: readonly Target[],
  addon: BpfAddon = loadBpfAddon(),
): Session {
  addon.captureLog(false);
  const { initial, inode } = readPidNamespace();
  const options = {
    sources: [source],
    required: new Set([source.name]),
    ringBytes: 1 << 20,
    pidNamespace: initial ? 0 : inode,
    globals: { tc_filter_targets: 1n },
    sourceGlobals: {},
  };
  return new Session(addon, options, [recorderTarget(), ...targets]);
}

/** Runs a command and gives the rows of all that it did. */
export async function recordBySession(source: Source, words: readonly string[]) {
  const command = await prepareCommand(words, AS_STARTED, null, false);
  const session = openSession(source, [commandTarget(command.pid)]);
  try {
    session.attach();
    command.run();
    const { exitStatus } = await command.ended;
    session.detach();
    const bytes = loadBpfAddon().drainRaw(session.rings);
    const [batch] = loadDecodeAddon()?.decodeRecords([decodePlan(source)], bytes, 0n) ?? [];
    const rows = batch ? rowsOf(tableOf(source), batch) : [];
    return { exitStatus, rows, started: session.started, misses: session.misses };
  } finally {
    session.close();
  }
}
