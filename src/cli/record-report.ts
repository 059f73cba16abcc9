/** What `record` says when it starts and when it has ended. */
import { ANALYSES } from '../analyze/analyses.js';
import { durationText } from '../analyze/render/duration-text.js';
import type { Manifest, Start } from '../capture/format.js';
import type { OutputFile } from '../record/output-file.js';
import { userNames } from '../record/users.js';
import type { KindName } from '../schema/kinds.js';
import { count, things } from '../shared/count.js';
import { formatSize } from '../shared/size.js';
import { note } from './output.js';
import type { RecordRequest } from './run-recording.js';

/** One line a refused source, one for what runs now. */
export function tellStarted(start: Start, output: OutputFile, request: RecordRequest): void {
  for (const { name, why } of start.refused) note(`${name} is not recorded: ${why}`);
  if (request.words.length > 0) return;
  const names = start.sources.map(({ name }) => name).join(', ');
  const end = request.durationNs === null ? '; Ctrl-C ends it' : '';
  note(`recording ${names} into ${nameOf(output)}${end}`);
}

/** Where the capture is, what is in it, whom it belongs to, and what to do next. */
export function tellRecorded(
  start: Start,
  manifest: Manifest,
  output: OutputFile,
  bytes: number,
): void {
  const owner = userNames([output.owner])[output.owner] ?? `uid ${output.owner}`;
  const whose = output.created === null ? '' : `, readable by ${owner} only`;
  note(`${nameOf(output)}: ${formatSize(bytes)}${whose}`);
  for (const { name, rows, lost } of manifest.sources) {
    const losses = lost === 0 ? 'nothing lost' : `${count(lost)} LOST`;
    note(`  ${name}: ${things(rows, 'row')}, ${losses}`);
  }
  const ns = BigInt(manifest.clock.boot_ns) - BigInt(start.clock.boot_ns);
  note(`  ${durationText(ns)}, ended by: ${manifest.end_detail ?? manifest.end_reason}`);
  note(`  it holds private data: ${privateWords(start)}`);
  const rows = manifest.sources.reduce((sum, source) => sum + source.rows, 0);
  if (rows === 0 && Object.keys(start.filters).length > 0) {
    note('  nothing passed the filters (children of --pid and --tid need --follow)');
  } else if (output.created !== null) {
    note(`  next: ${nextCommand(start, output.path)}`);
  }
}

/** The first analysis that what was recorded can answer, else the rows themselves. */
function nextCommand({ sources }: Start, path: string): string {
  const recorded = new Set(sources.map(({ name }) => name));
  const analysis = ANALYSES.find(({ reads }) => Object.keys(reads).every((t) => recorded.has(t)));
  if (analysis) return `tracecap analyze --${analysis.name} ${path}`;
  return `tracecap query ${path} 'select * from ${sources[0]?.name} limit 20'`;
}

/** What columns of a kind hold, in the order of the words. */
const PRIVATE: readonly (readonly [kind: KindName, words: string])[] = [
  ['tc_text', 'names of files'],
  ['tc_argv', 'arguments of programs'],
  ['tc_ip', 'addresses'],
];

function privateWords(start: Start): string {
  const kinds = new Set(start.tables.flatMap(({ columns }) => columns.map(({ kind }) => kind)));
  const words = PRIVATE.filter(
    ([kind]) => kinds.has(kind) && !(kind === 'tc_argv' && start.arguments === 'none'),
  ).map(([, text]) => text);
  if (start.arguments === 'whole') words.unshift('SECRETS IN ARGUMENTS (--no-mask)');
  return [...words, 'names of processes and users, and of this host'].join(', ');
}

function nameOf({ path }: OutputFile): string {
  return path === '-' ? 'standard output' : path;
}
