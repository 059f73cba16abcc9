/** An analysis' answer as table, JSON or CSV. */

import { count } from '../../shared/count.js';
import { escapeText } from '../../shared/escape-text.js';
import type { Analysis, Answer } from '../analysis.js';
import type { CaptureFacts } from '../capture-facts.js';
import { type Completeness, endWords, lostWords } from '../completeness.js';
import { csvRows } from './csv.js';
import { durationText } from './duration-text.js';
import { jsonText } from './json.js';
import { tableRows } from './table.js';

export interface AnswerToRender {
  readonly analysis: Analysis;
  readonly capture: CaptureFacts;
  readonly completeness: Completeness;
  readonly answer: Answer;
}

/** One object on one line. Its shape is the contract that schema_version counts. */
export function answerJson({ analysis, capture, completeness, answer }: AnswerToRender): string {
  const { name } = analysis;
  const document = { schema_version: 1, analysis: name, capture, completeness };
  return `${jsonText({ ...document, findings: [], rows: answer.rows })}\n`;
}

export function answerCsv({ analysis, answer }: AnswerToRender): Iterable<string> {
  const names = analysis.columns.map((column) => column.name);
  return csvRows(names, cells(names, answer));
}

/** How far it can be trusted, then the rows: counts first, text last, where it may be shortened. */
export function* answerTable(rendered: AnswerToRender, width: number): Generator<string> {
  yield `${trustLine(rendered)}\n`;
  const { analysis, answer } = rendered;
  if (answer.rows.length === 0) return;
  const columns = analysis.columns.toSorted(
    (a, b) => Number(a.type === 'text') - Number(b.type === 'text'),
  );
  const names = columns.map((column) => column.name);
  yield '\n';
  yield* tableRows(names, cells(names, answer), { width, missing: columns.map((c) => c.missing) });
  if (answer.omitted > 0) yield `\n${count(answer.omitted)} more; --limit 0 shows all\n`;
}

function trustLine({ analysis, capture, completeness, answer }: AnswerToRender): string {
  const missing = completeness.not_recorded;
  if (missing.length > 0) {
    return `${analysis.name}: not known, ${missing.join(', ')} was not recorded in this capture`;
  }
  const { duration_ns } = capture;
  const over = duration_ns === null ? '' : ` in ${durationText(duration_ns)}`;
  const trust = [`${answer.summary}${over}`, lostWords(completeness), endWords(completeness)];
  return escapeText(trust.join(' · '));
}

function* cells(names: readonly string[], { rows }: Answer): Generator<unknown[]> {
  for (const row of rows) yield names.map((name) => row[name]);
}
