/** `tracecap record`: the words of the command line, turned into a request. */
import { hostname } from 'node:os';
import { isatty } from 'node:tty';
import { Command, Option } from 'commander';
import { defaultOutput } from '../../record/output-file.js';
import type { PlaceWords } from '../../record/places.js';
import { findUid, findUser } from '../../record/users.js';
import type { Source } from '../../schema/define-source.js';
import { TracecapError } from '../../shared/errors.js';
import { parseSize } from '../../shared/size.js';
import { SOURCES } from '../../sources/index.js';
import { duration, ids, label, list, ringSize, word } from '../record-words.js';
import { type RecordRequest, runRecording } from '../run-recording.js';
import { addSourceOptions, sourceGlobals, sourceOptionWords } from '../source-options.js';

const DEFAULT_RING = '16MiB';

interface Options extends PlaceWords {
  readonly duration?: number;
  readonly output?: string;
  readonly force?: true;
  readonly sources?: readonly string[];
  readonly pid?: readonly number[];
  readonly tid?: readonly number[];
  readonly uid?: string;
  readonly comm?: string;
  readonly failed?: true;
  readonly follow?: true;
  readonly argv: boolean;
  readonly mask: boolean;
  readonly note?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly bufferSize: number;
  readonly runAs?: string;
  readonly verbose?: true;
}

/** Options that choose what is recorded; the manifest keeps them as they were typed. */
const FILTERS = [
  'pid',
  'tid',
  'uid',
  'comm',
  'failed',
  'follow',
  'cgroup',
  'mntns',
  'cgroupmap',
  'mntnsmap',
] as const;

export function recordCommand(): Command {
  const command = new Command('record')
    .usage('[options] [-- command args…]')
    .argument(
      '[command...]',
      'after --: record this command, from its first instruction to its end',
    )
    .option(
      '-d, --duration <time>',
      'end after 500ms, 60s, 5m, 1h30m; a bare number is seconds (default: at Ctrl-C)',
      word(duration),
    )
    .option(
      '-o, --output <file>',
      'the capture; - for standard output (default: tracecap-HOST-TIME.tcap)',
    )
    .option('--force', 'replace the output if it exists')
    .option('-s, --sources <list>', `what to record (default: ${names(SOURCES)})`, list)
    .option('-p, --pid <list>', 'only these processes (1,2,3), besides the command', word(ids))
    .option('-t, --tid <list>', 'only these threads (1,2,3), besides the command', word(ids))
    .option('-u, --uid <user>', 'only this user, by name or id')
    .option('-n, --comm <text>', 'only threads whose name holds this text')
    .option('-x, --failed', 'only what failed')
    .option('--follow', 'children of --pid and --tid too (always so after --)')
    .option('--cgroup <path>', 'only tasks in this cgroup (a folder of cgroup v2) or below')
    .option('--mntns <id>', 'only tasks in this mount namespace, or in that of this process')
    .option('--cgroupmap <pin>', 'only cgroups whose ids are keys of this pinned map, as in bcc')
    .option('--mntnsmap <pin>', 'only mount namespaces that are keys of this pinned map')
    .option('--no-argv', 'leave out the arguments of programs')
    .option('--no-mask', 'keep what looks like a secret in arguments (default: ***)')
    .option('--note <text>', 'a note that the capture keeps')
    .option('--label <key=value>', 'a label that the capture keeps; may be repeated', word(label))
    .addOption(
      new Option('--buffer-size <size>', 'ring buffer between kernel and recorder')
        .argParser(word(ringSize))
        .default(parseSize(DEFAULT_RING), DEFAULT_RING),
    )
    .option('--run-as <user>', 'run the command after -- as this user')
    .option('-v, --verbose', "show libbpf's words, too");
  addSourceOptions(command);
  return command.action(async (words: string[], options: Options) => {
    process.exitCode = await runRecording(requestOf(words, options, command));
  });
}

function requestOf(words: readonly string[], options: Options, command: Command): RecordRequest {
  if (words.length !== wordsAfterDashes(process.argv)) {
    throw new TracecapError(
      'usage',
      `put -- before the command: tracecap record -- ${words.join(' ')}`,
    );
  }
  if (words.length === 0 && process.argv.includes('--')) {
    throw new TracecapError('usage', 'no command after --');
  }
  if (options.follow && !options.pid && !options.tid && words.length === 0) {
    throw new TracecapError('usage', '--follow needs --pid or --tid: whose children to record');
  }
  if (options.runAs !== undefined && words.length === 0) {
    throw new TracecapError('usage', '--run-as needs a command after --');
  }
  if (options.output === '-' && isatty(1)) {
    throw new TracecapError('usage', '--output -: a capture is no text for a terminal; add > FILE');
  }
  const sources = options.sources ? chosenSources(options.sources) : SOURCES;
  return {
    words,
    durationNs: options.duration ?? null,
    output: options.output ?? defaultOutput(hostname(), new Date()),
    force: options.force === true,
    sources,
    required: new Set(options.sources),
    ringBytes: options.bufferSize,
    runAs: options.runAs === undefined ? null : findUser(options.runAs),
    filters: {
      ...(options.pid && { pids: options.pid }),
      ...(options.tid && { tids: options.tid }),
      ...(options.uid !== undefined && { uid: findUid(options.uid) }),
      ...(options.comm !== undefined && { comm: options.comm }),
      ...(options.failed && { failedOnly: true }),
      ...(options.follow && { follow: true }),
    },
    filterWords: filterWords(options, command),
    places: options,
    withArguments: options.argv,
    maskSecrets: options.mask,
    note: options.note ?? null,
    labels: options.label ?? {},
    sourceGlobals: sourceGlobals(command, sources),
    verbose: options.verbose === true,
  };
}

/** How many words stand behind the `--`, which commander takes out. */
function wordsAfterDashes(argv: readonly string[]): number {
  const dashes = argv.indexOf('--');
  return dashes === -1 ? 0 : argv.length - dashes - 1;
}

function chosenSources(wanted: readonly string[]): Source[] {
  return [...new Set(wanted)].map((name) => {
    const source = SOURCES.find((candidate) => candidate.name === name);
    if (!source)
      throw new TracecapError('usage', `no source '${name}'; there is ${names(SOURCES)}`);
    return source;
  });
}

function filterWords(options: Options, command: Command): Record<string, string> {
  const words: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = options[name];
    if (value !== undefined) words[name] = String(value);
  }
  return { ...words, ...sourceOptionWords(command) };
}

function names(sources: readonly Source[]): string {
  return sources.map(({ name }) => name).join(', ');
}
