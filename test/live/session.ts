/** Sessions without a recorder around them: what a command opens, by the object of one's choice. */
import { type BpfAddon, loadBpfAddon } from '../../src/record/bpf-addon.js';
import { type Command, prepareCommand } from '../../src/record/command.js';
import { loadDecodeAddon } from '../../src/record/decode-addon.js';
import { commandTarget, recorderTarget, type Target } from '../../src/record/filters.js';
import { readPidNamespace } from '../../src/record/host.js';
import { Session } from '../../src/record/session.js';
import { decodePlan, type Source, tableOf } from '../../src/schema/define-source.js';
import { rowsOf } from '../helpers/rows.js';

const AS_STARTED = { noFile: null, ignoredSignals: '0', blockedSignals: '0', descriptors: [] };

/** Prepares a command that waits to run. */
export function prepare(words: readonly string[]): Promise<Command> {
  return prepareCommand(words, AS_STARTED, null, false);
}

/** Loads sources for these targets alone, and for nobody where there is none. */
export function openSession(
  sources: readonly Source[],
  targets: readonly Target[],
  addon: BpfAddon = loadBpfAddon(),
  required: ReadonlySet<string> = new Set(sources.map(({ name }) => name)),
): Session {
  addon.captureLog(false);
  const { initial, inode } = readPidNamespace();
  const options = {
    sources,
    required,
    ringBytes: 1 << 20,
    pidNamespace: initial ? 0 : inode,
    globals: { tc_filter_targets: 1n },
    sourceGlobals: {},
    maps: {},
    cgroup: null,
  };
  return new Session(addon, options, [recorderTarget(), ...targets]);
}

/** How many runs of the session's programs the kernel left out. */
function missedRuns(session: Session): number {
  const programs = session.programs.flatMap((source) => source.programs);
  return programs.reduce((sum, { missed }) => sum + missed, 0);
}

/** Runs a command and gives the rows of all that it did. */
export async function recordBySession(source: Source, words: readonly string[]) {
  const command = await prepare(words);
  const session = openSession([source], [commandTarget(command.pid)]);
  try {
    session.attach();
    command.run();
    const { exitStatus } = await command.ended;
    session.detach();
    const bytes = loadBpfAddon().drainRaw(session.rings);
    const [batch] = loadDecodeAddon()?.decodeRecords([decodePlan(source)], bytes, 0n) ?? [];
    const rows = batch ? rowsOf(tableOf(source), batch) : [];
    return { exitStatus, rows, started: session.started, missed: missedRuns(session) };
  } finally {
    session.close();
  }
}
