/** `tracecap record`: the words of the command line, turned into a request. */
import { hostname } from 'node:os';
import { isatty } from 'node:tty';
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultOutput } from '../../record/output-file.js';
import type { PlaceWords } from '../../record/places.js';
import type { Globals } from '../../record/session.js';
import { MIN_RING_BYTES } from '../../record/tasks-object.js';
import { findUid, findUser } from '../../record/users.js';
import type { Source } from '../../schema/define-source.js';
import { parseDuration } from '../../shared/duration.js';
import { reason, TracecapError } from '../../shared/errors.js';
import { parseSize } from '../../shared/size.js';
import { SOURCES } from '../../sources/index.js';
import { type RecordRequest, runRecording } from '../run-recording.js';

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
  for (const { options } of SOURCES) for (const { flag, doc } of options) command.option(flag, doc);
  return command.action(async (words: string[], options: Options) => {
    process.exitCode = await runRecording(requestOf(words, options, command));
  });
}

/** Longer than any recording, and short enough for every clock: ten years. */
const LONGEST_NS = 10 * 365 * 86400e9;

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
  if (options.runAs !== undefined && words.length === 0) {
    throw new TracecapError('usage', '--run-as needs a command after --');
  }
  if (options.output === '-' && isatty(1)) {
    throw new TracecapError('usage', '--output -: a capture is no text for a terminal; add > FILE');
  }
  return {
    words,
    durationNs: options.duration ?? null,
    output: options.output ?? defaultOutput(hostname(), new Date()),
    force: options.force === true,
    sources: options.sources ? chosenSources(options.sources) : SOURCES,
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
    sourceGlobals: sourceGlobals(command),
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

/** What the sources' own options set in their objects. */
function sourceGlobals(command: Command): RecordRequest['sourceGlobals'] {
  const globals: Record<string, Globals> = {};
  for (const { name, options } of SOURCES) {
    for (const option of options) {
      const text = sourceOption(command, option.flag);
      if (text === undefined) continue;
      try {
        globals[name] = { ...globals[name], ...option.globals(text === true ? '' : text) };
      } catch (error) {
        throw new TracecapError('usage', `${option.flag.split(' ')[0]}: ${reason(error)}`);
      }
    }
  }
  return globals;
}

/** The option's text, true for one without; undefined where it was not given. */
function sourceOption(command: Command, flag: string): string | true | undefined {
  const option = command.options.find(({ flags }) => flags === flag);
  return option && command.getOptionValue(option.attributeName());
}

function filterWords(options: Options, command: Command): Record<string, string> {
  const words: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = options[name];
    if (value !== undefined) words[name] = String(value);
  }
  for (const { options: own } of SOURCES) {
    for (const { flag } of own) {
      const text = sourceOption(command, flag);
      if (text !== undefined) words[flag.replace(/^--| .*/g, '')] = String(text);
    }
  }
  return words;
}

/** A parser for commander, whose errors name the option. */
function word<T>(parse: (text: string, before?: T) => T): (text: string, before?: T) => T {
  return (text, before) => {
    try {
      return parse(text, before);
    } catch (error) {
      throw new InvalidArgumentError(reason(error));
    }
  };
}

/** Adds to the labels that were given before. */
function label(text: string, labels: Readonly<Record<string, string>> = {}) {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`'${text}' must be KEY=VALUE`);
  return { ...labels, [text.slice(0, at)]: text.slice(at + 1) };
}

function duration(text: string): number {
  const ns = parseDuration(text);
  if (ns <= LONGEST_NS) return ns;
  throw new Error(
    `'${text}' is longer than ten years; without --duration Ctrl-C ends the recording`,
  );
}

function list(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function ids(text: string): number[] {
  return list(text).map((id) => {
    if (/^[1-9]\d{0,9}$/.test(id)) return Number(id);
    throw new Error(`'${id}' is no process id`);
  });
}

/** What the kernel takes: a power of two, whole pages (kernel/bpf/ringbuf.c). */
function ringSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes >= MIN_RING_BYTES && bytes <= 2 ** 31 && Number.isInteger(Math.log2(bytes)))
    return bytes;
  throw new Error(`'${text}' must be a power of two from 4KiB to 2GiB: 16MiB, 64MiB`);
}

function names(sources: readonly Source[]): string {
  return sources.map(({ name }) => name).join(', ');
}
