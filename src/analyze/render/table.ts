/** Tables for people: no borders, numbers to the right, text inert. */
import Table from 'cli-table3';
import { cellText } from './cell.js';
import { shortenMiddle, textWidth } from './text-width.js';

const GAP = 2;
/** Rows and characters that are laid out together. Bounds the memory of a long answer; widths only ever grow. */
const ROWS_AT_ONCE = 1000;
const CHARACTERS_AT_ONCE = 1 << 20;
const SHORTEST = 12;
/** A longer text, such as a list of arguments, makes only its own line longer, not all the others. */
const WIDEST = 512;

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

class Layout {
  readonly #head: readonly string[];
  readonly #options: TableOptions;
  readonly #widths: number[];
  #right: readonly boolean[] | null = null;

  constructor(columns: readonly string[], options: TableOptions) {
    this.#head = columns.map(cellText);
    this.#options = options;
    this.#widths = this.#head.map(columnWidth);
  }

  get headed(): boolean {
    return this.#right !== null;
  }

  /** The lines of some rows, below the header when they are the first. */
  lines(rows: readonly (readonly unknown[])[]): string {
    const headed = this.headed;
    this.#right ??= this.#head.map((_, i) => isNumeric(rows, i));
    const texts = rows.map((row) => this.#head.map((_, i) => this.#text(row[i], i)));
    for (const row of texts) {
      row.forEach((text, i) => {
        this.#widths[i] = Math.max(this.#widths[i] ?? 0, columnWidth(text));
      });
    }
    const last = this.#head.length - 1;
    const room = this.#roomForLast();
    const shown = texts.map((row) => row.map((t, i) => (i === last ? shortenMiddle(t, room) : t)));
    return laidOut(headed ? shown : [[...this.#head], ...shown], this.#widths, this.#right);
  }

  #text(value: unknown, column: number): string {
    if (value !== null && value !== undefined) return cellText(value);
    return this.#options.missing?.[column] ?? 'null';
  }

  #roomForLast(): number {
    if (this.#options.width === undefined) return Number.POSITIVE_INFINITY;
    const before = this.#widths.slice(0, -1).reduce((sum, width) => sum + width + GAP, 0);
    const room = Math.max(SHORTEST, this.#options.width - before);
    const last = this.#widths.length - 1;
    this.#widths[last] = Math.min(this.#widths[last] ?? 0, room);
    return room;
  }
}

/** The width that a text asks for its column. */
function columnWidth(text: string): number {
  return Math.min(textWidth(text), WIDEST);
}

function isNumeric(rows: readonly (readonly unknown[])[], column: number): boolean {
  return rows.every((row) => ['number', 'bigint', 'object'].includes(typeof row[column]));
}

/** cli-table3 takes time by the square of the cells: a few rows at a time are 40 times as fast. */
const ROWS_A_TABLE = 20;

function laidOut(rows: string[][], widths: readonly number[], right: readonly boolean[]): string {
  let text = '';
  for (const some of tables(rows, widths)) {
    const table = new Table({
      chars: NO_BORDERS,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
      colAligns: right.map((yes) => (yes ? 'right' : 'left')),
      colWidths: widths.map((width, i) => Math.max(width, ...some.map((row) => widthAt(row, i)))),
    });
    table.push(...some);
    for (const line of table.toString().split('\n')) text += `${line.trimEnd()}\n`;
  }
  return text;
}

/** The rows that are laid out together: some that fit into their columns, or one that does not. */
function* tables(rows: string[][], widths: readonly number[]): Generator<string[][]> {
  let some: string[][] = [];
  for (const row of rows) {
    const fits = widths.every((width, i) => widthAt(row, i) <= width);
    if (some.length > 0 && (!fits || some.length === ROWS_A_TABLE)) {
      yield some;
      some = [];
    }
    some.push(row);
    if (fits) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

function widthAt(row: readonly string[], column: number): number {
  return textWidth(row[column] ?? '');
}

const NO_BORDERS = Object.fromEntries(
  [
    ['top', 'top-mid', 'top-left', 'top-right'],
    ['bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].flatMap((names) => names.map((name) => [name, name === 'middle' ? ' '.repeat(GAP) : ''])),
);
