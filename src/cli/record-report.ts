/** What `record` says when it starts and when it has ended. */
import { durationText } from '../analyze/render/duration-text.js';
import type { Manifest, Start } from '../capture/format.js';
import type { OutputFile } from '../record/output-file.js';
import { userNames } from '../record/users.js';
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
    const losses = lost === 0 ? 'nothing lost' : `${lost.toLocaleString('en')} LOST`;
    note(`  ${name}: ${rows.toLocaleString('en')} rows, ${losses}`);
  }
  const ns = BigInt(manifest.clock.boot_ns) - BigInt(start.clock.boot_ns);
  note(`  ${durationText(ns)}, ended by: ${manifest.end_detail ?? manifest.end_reason}`);
  note('  it holds private data: names of files, processes and users, and of this host');
  const rows = manifest.sources.reduce((sum, source) => sum + source.rows, 0);
  if (rows === 0 && Object.keys(start.filters).length > 0) {
    note('  nothing passed the filters (children of --pid and --tid need --follow)');
  } else if (output.created !== null) {
    note(`  next: tracecap analyze --top-files ${output.path}`);
  }
}

function nameOf({ path }: OutputFile): string {
  return path === '-' ? 'standard output' : path;
}
