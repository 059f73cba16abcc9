/** What an analysis is: a question, what it reads, and the shape of its answer. */
import type { Capture } from '../capture/open.js';
import type { ColumnType } from '../schema/kinds.js';
import { TracecapError } from '../shared/errors.js';

/** A value of an answer. null: not known. */
export type Cell = string | number | bigint | null;

export type ResultRow = Readonly<Record<string, Cell>>;

export interface ResultColumn {
  readonly name: string;
  readonly type: 'text' | 'count';
  readonly doc: string;
  /** What a table shows for null. */
  readonly missing?: string;
}

export interface AnalysisOptions {
  /** Rows at most; 0 for all. */
  readonly limit: number;
  /** One of the analysis' sort keys. */
  readonly sort: string;
}

export interface Answer<Row extends ResultRow = ResultRow> {
  readonly rows: readonly Row[];
  /** Rows that the limit left out. */
  readonly omitted: number;
  /** How much there was in all, in words: the rows may be only the top of it. */
  readonly summary: string;
}

export interface Analysis<Row extends ResultRow = ResultRow> {
  readonly name: string;
  readonly question: string;
  /** Tables and columns that it reads, with the types that it relies on. */
  readonly reads: Readonly<Record<string, Readonly<Record<string, ColumnType>>>>;
  readonly columns: readonly ResultColumn[];
  /** The first one is the default. */
  readonly sortKeys: readonly [string, ...string[]];
  readonly answer: (capture: Capture, options: AnalysisOptions) => Answer<Row>;
}

/**
 * Runs an analysis. Throws `usage` for an unknown sort key and `bad-capture` where the capture
 * describes a column otherwise than the analysis needs it.
 */
export function runAnalysis<Row extends ResultRow>(
  analysis: Analysis<Row>,
  capture: Capture,
  options: Partial<AnalysisOptions> = {},
): Answer<Row> {
  const { limit = 0, sort = analysis.sortKeys[0] } = options;
  if (!analysis.sortKeys.includes(sort)) {
    const keys = analysis.sortKeys.join(', ');
    throw new TracecapError('usage', `${analysis.name} cannot sort by ${sort}; it can by ${keys}`);
  }
  checkColumns(analysis, capture);
  return analysis.answer(capture, { limit, sort });
}

function checkColumns(analysis: Analysis, capture: Capture): void {
  for (const [name, columns] of Object.entries(analysis.reads)) {
    const table = capture.tables.find((t) => t.name === name);
    if (!table) continue;
    for (const [column, type] of Object.entries(columns)) {
      const found = table.columns.find((c) => c.name === column)?.type ?? 'missing';
      if (found === type) continue;
      throw new TracecapError(
        'bad-capture',
        `${capture.path}: ${analysis.name} needs column ${name}.${column} as ${type}, but it is ${found}`,
      );
    }
  }
}
