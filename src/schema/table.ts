import type { ColumnType, KindName } from './kinds.js';

/** A column of a table, as captures describe it to every reader. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** What the values mean beyond their type; null for plain numbers and text. */
  readonly kind: KindName | null;
  readonly doc: string;
  /** The fixed values of an enum, by index. */
  readonly values?: readonly string[];
}

/** A table of a capture: rows of a source, or what the recorder itself has to say. */
export interface Table {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly Column[];
  /** The column that rows are ordered and skipped by; null for tables without time. */
  readonly time: string | null;
}

export type TypedArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array;

/** One column of a batch in Arrow's memory layout. */
export interface ColumnData {
  /**
   * The values; a bitmap for bool; the indices for a dictionary or an enum; for a list where the
   * texts of each row begin and those of the last one end: row i has texts values[i] to values[i + 1].
   */
  readonly values: TypedArray;
  /** Bit i says that row i is not null; null where no row is. */
  readonly validity: Uint8Array | null;
  readonly nullCount: number;
  /**
   * Text by index: the distinct ones of a dictionary, or those of all rows of a list, one behind
   * another. Entry i is data[offsets[i], offsets[i + 1]).
   */
  readonly dictionary: { readonly offsets: Int32Array; readonly data: Uint8Array } | null;
}

/** Rows of one table, column by column, in the table's column order: a segment to be. */
export interface ColumnBatch {
  readonly rows: number;
  /** Smallest and largest time of the rows, ns since the Unix epoch; 0 for tables without time. */
  readonly timeFrom: bigint;
  readonly timeTo: bigint;
  readonly columns: readonly ColumnData[];
}
