import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { completenessOf } from '../../analyze/completeness.js';
import { openQuery, type Query } from '../../analyze/query/query.js';
import { csvRows } from '../../analyze/render/csv.js';
import { jsonRows } from '../../analyze/render/json.js';
import { tableRows } from '../../analyze/render/table.js';
import { TracecapError } from '../../shared/errors.js';
import { openCaptureArgument } from '../capture-argument.js';
import { KNOWN_TABLES } from '../known-tables.js';
import { addFormatOptions, type Format, type FormatOptions, formatOf } from '../options.js';
import { writeOutAll } from '../output.js';
import { noteTrust } from '../trust.js';

const LIMITS = `
The columns that the SQL reads may take 1 GiB of memory, a row of the answer 64 MiB. The time that
it takes, and the memory for sorting and grouping, have no bound: Ctrl-C ends it.
Parameters (?, :name) are not supported.`;

export function queryCommand(): Command {
  const command = new Command()
    .usage("[options] [capture] 'SQL'")
    .argument(
      '[words...]',
      "a .tcap file (default: the newest in this folder), and one select in SQLite's dialect",
    )
    .addHelpText('after', LIMITS)
    .action(query);
  return addFormatOptions(command);
}

async function query(words: readonly string[], options: FormatOptions): Promise<void> {
  const { path, sql } = captureAndSql(words);
  const format = formatOf(options);
  const capture = openCaptureArgument(path);
  const answer = await openQuery(capture, sql, KNOWN_TABLES);
  noteTrust(completenessOf(capture, answer.tables));
  writeOutAll(rendered(answer, format));
  answer.close();
}

function captureAndSql(words: readonly string[]): { path?: string; sql: string } {
  const [first = '', second] = words;
  if (words.length > 2) {
    throw new TracecapError('usage', `too many words: ${words.length}; put the SQL in quotes`);
  }
  if (words.length === 0) {
    throw new TracecapError('usage', "no SQL given: tracecap query [capture] 'select …'");
  }
  if (second !== undefined) return { path: first, sql: second };
  if (first.endsWith('.tcap') || existsSync(first)) {
    throw new TracecapError('usage', `no SQL given: tracecap query ${first} 'select …'`);
  }
  return { sql: first };
}

function rendered(answer: Query, format: Format): Iterable<string> {
  const write = { table: tableRows, json: jsonRows, csv: csvRows }[format];
  return write(answer.columns, answer.rows());
}
