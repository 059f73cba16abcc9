/** One screen on what a capture is. */
import { LOSSES } from '../../capture/losses.js';
import type { Capture } from '../../capture/open.js';
import { OWN_TABLES } from '../../capture/own-tables.js';
import type { Table } from '../../schema/table.js';
import { count, things } from '../../shared/count.js';
import { escapeText } from '../../shared/escape-text.js';
import { isoTime } from '../../shared/iso-time.js';
import { formatSize } from '../../shared/size.js';
import { captureFacts } from '../capture-facts.js';
import {
  type Completeness,
  endWords,
  isComplete,
  lostWords,
  noneLostWords,
} from '../completeness.js';
import { type Info, rowsOf, type SourceInfo } from '../info.js';
import { durationText } from './duration-text.js';

type Line = readonly [label: string, text: string];

/** Lines of text, each ending with LF. */
export function infoText(capture: Capture, info: Info): string {
  const lines: Line[] = [
    ['capture', captureWords(capture)],
    ['host', hostWords(info)],
    [
      'started',
      `${isoTime(info.manifest.clock.wall_ns)} (host's zone ${info.manifest.host.time_zone})`,
    ],
    ['duration', durationWords(capture)],
    ...noteLines(info),
    ['by', requesterWords(info)],
    ['command', info.manifest.command_line.map(shellWord).join(' ')],
    ['filters', filterWords(info)],
    ...info.sources.map((source): Line => ['source', sourceWords(source, info.completeness)]),
    ...ownTableLines(capture),
    ...info.manifest.refused.map(({ name, why }): Line => ['refused', `${name}: ${why}`]),
    ['ended', endedWords(info)],
    ...clockLines(info),
    ['cost', costWords(info)],
    ['complete', completeWords(info.completeness)],
    ['private', privateWords(capture)],
    ['never', 'environments, contents of files and of connections'],
  ];
  return lines.map(([label, text]) => `${label.padEnd(9)} ${escapeText(text)}\n`).join('');
}

function captureWords({ path, sizeBytes, start }: Capture): string {
  const { format_version, recorder } = start;
  return `${path}, ${formatSize(sizeBytes)}, format ${format_version}, recorded by tracecap ${recorder}`;
}

function hostWords({ manifest: { host, pid_namespace } }: Info): string {
  const parts = [
    host.name,
    `Linux ${host.kernel} ${host.architecture}`,
    host.distribution,
    things(host.cpus, 'CPU'),
    formatSize(host.memory_bytes),
    host.virtualization,
    pid_namespace.initial ? null : `pids of namespace ${pid_namespace.inode}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function durationWords(capture: Capture): string {
  const { duration_ns } = captureFacts(capture);
  if (duration_ns === null) return 'not known';
  const text = durationText(duration_ns);
  return capture.manifest ? text : `${text} up to the last row here`;
}

/** So that a shell reads it as one word; as it is where that is so anyway. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function noteLines({ manifest: { note = null, labels = {} } }: Info): Line[] {
  const given = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    ...(note === null ? [] : [['note', note] as const]),
    ...(given.length === 0 ? [] : [['labels', given.join(', ')] as const]),
  ];
}

function requesterWords({ manifest: { requested_by, users } }: Info): string {
  const { uid, sudo_user, sudo_uid } = requested_by;
  const named = users && Object.hasOwn(users, String(uid)) ? ` (${users[String(uid)]})` : '';
  return `uid ${uid}${named}${sudo_user === null ? '' : `, by sudo of ${sudo_user}`}${
    sudo_uid === null ? '' : ` (uid ${sudo_uid})`
  }`;
}

function filterWords({ manifest: { filters } }: Info): string {
  const { command, ...others } = filters;
  const given = Object.entries(others).map(([name, value]) =>
    value === 'true' ? name : `${name} ${value}`,
  );
  if (command !== undefined) return ['the command and what it started', ...given].join(', ');
  return given.length === 0 ? 'none: the whole machine' : given.join(', ');
}

function sourceWords(
  { name, rows, bytes, lost, hooks }: SourceInfo,
  { finished }: Completeness,
): string {
  const size = bytes === null ? '' : `, ${formatSize(bytes)}`;
  const missing = lost === 0n ? noneLostWords(finished) : `${count(lost)} LOST`;
  return `${name}: ${things(rows, 'row')}${size}, ${missing}, ${things(hooks.length, 'hook')}`;
}

/** The recorder's own tables, but for the losses, which stand with their sources. */
function ownTableLines(capture: Capture): Line[] {
  const here = new Set(capture.tables.map(({ name }) => name));
  const own = OWN_TABLES.filter(({ name }) => name !== LOSSES.name && here.has(name));
  const words = own.map(({ name }) => `${name}: ${things(rowsOf(capture, name), 'row')}`);
  return words.length === 0 ? [] : [['also', words.join(', ')]];
}

function endedWords({ manifest: { end_reason, end_detail, end_clock } }: Info): string {
  if (end_clock === null) return 'not known';
  const detail = end_detail === null ? '' : ` (${end_detail})`;
  return `${end_reason}${detail}, ${isoTime(end_clock.wall_ns)}`;
}

/** The time of day that was set meanwhile; rows keep to the clock as it was at the start. */
function clockLines({ manifest: { clock, clock_steps } }: Info): Line[] {
  return (clock_steps ?? []).map(({ boot_ns, by_ns }) => {
    const [way, size] = by_ns < 0n ? ['back', -by_ns] : ['forward', by_ns];
    const when = durationText(boot_ns - clock.boot_ns);
    return ['clock', `set ${way} by ${durationText(size)}, ${when} after the start`];
  });
}

function costWords({ cost }: Info): string {
  const { recorder_cpu_ns, recorder_peak_rss_bytes, programs } = cost;
  if (recorder_cpu_ns === null || recorder_peak_rss_bytes === null) return 'not known';
  const cpu = durationText(BigInt(recorder_cpu_ns));
  const recorder = `recorder ${cpu} of CPU, ${formatSize(recorder_peak_rss_bytes)} of memory at most`;
  if (programs === null) return `${recorder}; programs in the kernel: not counted`;
  const [runs, ns] = [sum(programs.map((p) => p.runs)), sum(programs.map((p) => p.time_ns))];
  return `${recorder}; programs in the kernel ${durationText(BigInt(ns))} of CPU in ${things(runs, 'run')} (--programs)`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** What nobody asked to record is named, but does not make a capture incomplete. */
function completeWords(completeness: Completeness): string {
  const missing = completeness.not_recorded.map((name) => `${name} not recorded`);
  const words = [endWords(completeness), lostWords(completeness), ...missing];
  return `${isComplete(completeness) ? 'yes' : 'no'}: ${words.join(', ')}`;
}

/** By the kinds of the columns that have rows, so that a new source needs no line here. */
function privateWords(capture: Capture): string {
  const { start } = capture;
  const recorded = capture.tables.filter((table) => capture.segments(table.name).length > 0);
  const texts = recorded.flatMap((table) => {
    const columns = table.columns
      .filter((column) => isRecordedText(column, capture))
      .map(({ name }) => name);
    return columns.length === 0 ? [] : [`${table.name} (${columns.join(', ')})`];
  });
  const secrets = start.arguments === 'whole' ? ['secrets in arguments: --no-mask was given'] : [];
  const ids = recorded.some(hasUserIds) ? ['user ids'] : [];
  const users = Object.keys(capture.manifest?.users ?? {}).length > 0 ? ['user names'] : [];
  return [
    ...secrets,
    ...texts,
    ...ids,
    ...users,
    'host name',
    'ids of host and boot',
    'command line',
  ].join(', ');
}

/** What the recorded programs chose: names of files and processes, arguments, addresses. */
const CHOSEN: ReadonlySet<string | null> = new Set(['tc_text', 'tc_comm', 'tc_argv', 'tc_ip']);

function isRecordedText({ kind }: Table['columns'][number], { start }: Capture): boolean {
  return CHOSEN.has(kind) && !(kind === 'tc_argv' && start.arguments === 'none');
}

function hasUserIds({ columns }: Table): boolean {
  return columns.some(({ kind }) => kind === 'tc_uid');
}
