/** Tables for people: no borders, numbers to the right, text inert. */
import Table from 'cli-table3';
import { cellText } from './cell.js';
import { isPlain, shortenMiddle, textWidth } from './text-width.js';

const BETWEEN = '  ';
/** Rows and characters that are laid out together. Bounds the memory of a long answer; widths only ever grow. */
const ROWS_AT_ONCE = 1000;
const CHARACTERS_AT_ONCE = 1 << 20;
const SHORTEST = 12;
/** A longer text, such as a list of arguments, makes only its own line longer, not all the others. */
const WIDEST = 120;

export interface TableOptions {
  /** Columns of the terminal, into which the last column is shortened. Without it nothing is. */
  readonly width?: number;
  /** What stands for null, by column; else `null`. */
  readonly missing?: readonly (string | undefined)[];
}

/** A table as text, some rows at a time. */
export function* tableRows(
  columns: readonly string[],
  rows: Iterable<readonly unknown[]>,
  options: TableOptions = {},
): Generator<string> {
  const layout = new Layout(columns, options);
  let batch: (readonly unknown[])[] = [];
  let characters = 0;
  for (const row of rows) {
    batch.push(row);
    for (const value of row) characters += sizeOf(value);
    if (batch.length < ROWS_AT_ONCE && characters < CHARACTERS_AT_ONCE) continue;
    yield layout.lines(batch);
    batch = [];
    characters = 0;
  }
  if (batch.length > 0 || !layout.headed) yield layout.lines(batch);
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
}

/** The texts of a row, how wide they are, and whether padding alone lays it out. */
interface Row {
  readonly texts: readonly string[];
  readonly widths: readonly number[];
  readonly plain: boolean;
}

class Layout {
  readonly #head: readonly string[];
  readonly #options: TableOptions;
  readonly #widths: number[];
  #right: readonly boolean[] | null = null;

  constructor(columns: readonly string[], options: TableOptions) {
    this.#head = columns.map(cellText);
    this.#options = options;
    this.#widths = this.#head.map((text) => columnWidth(textWidth(text)));
  }

  get headed(): boolean {
    return this.#right !== null;
  }

  /** The lines of some rows, below the header when they are the first. */
  lines(rows: readonly (readonly unknown[])[]): string {
    const headed = this.headed;
    this.#right ??= this.#head.map((_, i) => isNumeric(rows, i));
    const texts = rows.map((row) => this.#head.map((_, i) => this.#text(row[i], i)));
    for (const row of texts) this.#widen(row);
    const room = this.#roomForLast();
    const last = this.#head.length - 1;
    for (const row of texts) row[last] = shortenMiddle(row[last] ?? '', room);
    const shown = headed ? texts : [this.#head, ...texts];
    const byTable = headed ? 0 : ROWS_A_TABLE;
    const laid = shown.map((row, i) => measured(row, i < byTable));
    return laidOut(laid, this.#widths, this.#right);
  }

  #text(value: unknown, column: number): string {
    if (value !== null && value !== undefined) return cellText(value);
    return this.#options.missing?.[column] ?? 'null';
  }

  #widen(texts: readonly string[]): void {
    for (const [i, text] of texts.entries()) {
      const width = columnWidth(textWidth(text));
      if (width > (this.#widths[i] ?? 0)) this.#widths[i] = width;
    }
  }

  #roomForLast(): number {
    if (this.#options.width === undefined) return Number.POSITIVE_INFINITY;
    const before = this.#widths
      .slice(0, -1)
      .reduce((sum, width) => sum + width + BETWEEN.length, 0);
    const room = Math.max(SHORTEST, this.#options.width - before);
    const last = this.#widths.length - 1;
    this.#widths[last] = Math.min(this.#widths[last] ?? 0, room);
    return room;
  }
}

/** The width that a text asks for its column. cli-table3 makes none narrower than 1. */
function columnWidth(width: number): number {
  return Math.min(Math.max(width, 1), WIDEST);
}

function measured(texts: readonly string[], byTable: boolean): Row {
  return { texts, widths: texts.map(textWidth), plain: !byTable && texts.every(isPlain) };
}

function isNumeric(rows: readonly (readonly unknown[])[], column: number): boolean {
  return rows.every((row) => ['number', 'bigint', 'object'].includes(typeof row[column]));
}

/** cli-table3 takes time by the square of the cells: a few rows at a time are 40 times as fast. */
const ROWS_A_TABLE = 20;

/**
 * The lines of some rows. cli-table3 takes 0.4 ms for a row of 16 columns, 100 times what padding it
 * takes. So it lays out the head with the rows that follow it, which are most answers, and
 * later the rows that hold text whose width is not plain to see; the others are padded.
 */
function laidOut(rows: readonly Row[], widths: readonly number[], right: readonly boolean[]) {
  let text = '';
  for (const some of tables(rows, widths)) {
    text += some[0]?.plain ? paddedLine(some[0], widths, right) : tableLines(some, widths, right);
  }
  return text;
}

/** The rows that are laid out together: some that fit into their columns, or one that is plain or does not. */
function* tables(rows: readonly Row[], widths: readonly number[]): Generator<Row[]> {
  let some: Row[] = [];
  for (const row of rows) {
    const alone = row.plain || row.widths.some((width, i) => width > (widths[i] ?? 0));
    if (some.length > 0 && (alone || some.length === ROWS_A_TABLE)) {
      yield some;
      some = [];
    }
    if (alone) yield [row];
    else some.push(row);
  }
  if (some.length > 0) yield some;
}

function paddedLine(row: Row, widths: readonly number[], right: readonly boolean[]): string {
  let line = '';
  for (let i = 0; i < widths.length; i++) {
    const text = row.texts[i] ?? '';
    const blanks = ' '.repeat(Math.max(0, (widths[i] ?? 0) - (row.widths[i] ?? 0)));
    if (i > 0) line += BETWEEN;
    line += right[i] ? blanks + text : text + blanks;
  }
  return `${line.trimEnd()}\n`;
}

function tableLines(rows: Row[], widths: readonly number[], right: readonly boolean[]): string {
  const table = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: right.map((yes) => (yes ? 'right' : 'left')),
    colWidths: widths.map((width, i) => Math.max(width, ...rows.map((row) => row.widths[i] ?? 0))),
  });
  table.push(...rows.map((row) => [...row.texts]));
  const lines = table.toString().split('\n');
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

const NO_BORDERS = Object.fromEntries(
  [
    ['top', 'top-mid', 'top-left', 'top-right'],
    ['bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].flatMap((names) => names.map((name) => [name, name === 'middle' ? BETWEEN : ''])),
);
