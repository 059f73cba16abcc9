/** Batches of the recorder's own small tables, from plain objects. Not for events. */
import type { Column, ColumnBatch, ColumnData, Table, TypedArray } from '../schema/table.js';
import { textLayout } from './text-layout.js';

export type Row = Readonly<
  Record<string, number | bigint | string | boolean | readonly string[] | null>
>;

type Value = Row[string];

/**
 * Turns rows into a batch of the table. A column that a row does not name is null there. Text goes
 * into text and enum columns, lists of it into lists, booleans into bool, integers into the rest;
 * anything else throws.
 */
export function batchFromRows(table: Table, rows: readonly Row[]): ColumnBatch {
  const times = timesOf(table, rows);
  return {
    rows: rows.length,
    timeFrom: times[0] ?? 0n,
    timeTo: times.at(-1) ?? 0n,
    columns: table.columns.map((column) =>
      columnData(
        column,
        rows.map((row) => row[column.name] ?? null),
      ),
    ),
  };
}

/** The rows' times in ascending order. */
function timesOf({ name, time }: Table, rows: readonly Row[]): BigInt64Array {
  if (time === null) return new BigInt64Array(0);
  return BigInt64Array.from(rows, (row) => {
    const value = row[time];
    if (typeof value !== 'bigint' && typeof value !== 'number') {
      throw new Error(`${name}: a row without its ${time}`);
    }
    return BigInt(value);
  }).sort();
}

function columnData(column: Column, values: readonly Value[]): ColumnData {
  const nullCount = values.filter((value) => value === null).length;
  const validity = nullCount === 0 ? null : bitmap(values.map((value) => value !== null));
  return { ...content(column, values), validity, nullCount };
}

function content(
  column: Column,
  values: readonly Value[],
): Pick<ColumnData, 'values' | 'dictionary'> {
  const refuse = (value: Value): never => {
    throw new Error(`column ${column.name} cannot hold ${String(value)}`);
  };
  const text = (value: Value) => (typeof value === 'string' ? value : refuse(value));
  const list = (value: Value) => (Array.isArray(value) ? value.map(text) : refuse(value));
  const truth = (value: Value) =>
    typeof value === 'boolean' || value === null ? value === true : refuse(value);
  switch (column.type) {
    case 'bool':
      return { values: bitmap(values.map(truth)), dictionary: null };
    case 'utf8':
      return {
        values: new Uint8Array(0),
        dictionary: textLayout(values.map((value) => text(value ?? ''))),
      };
    case 'dictionary<utf8>': {
      const distinct = [...new Set(values.filter((value) => value !== null).map(text))];
      const codes = new Map<Value, number>(distinct.map((entry, i) => [entry, i]));
      const indices = Int32Array.from(values, (value) => codes.get(value) ?? 0);
      return { values: indices, dictionary: textLayout(distinct) };
    }
    case 'list<utf8>': {
      const lists = values.map((value) => list(value ?? []));
      return { values: ends(lists), dictionary: textLayout(lists.flat()) };
    }
    case 'enum': {
      const index = (value: string) => column.values?.indexOf(value) ?? -1;
      const indices = values.map((value) => (value === null ? 0 : index(text(value))));
      if (indices.includes(-1)) refuse(values[indices.indexOf(-1)] ?? null);
      return { values: Uint8Array.from(indices), dictionary: null };
    }
    default:
      return { values: integers(column.type, values, refuse), dictionary: null };
  }
}

function integers(
  type: keyof typeof INTEGERS,
  values: readonly Value[],
  refuse: (value: Value) => never,
): TypedArray {
  const array = INTEGERS[type](values.length);
  const wide = array instanceof BigInt64Array || array instanceof BigUint64Array;
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    if (typeof value !== 'number' && typeof value !== 'bigint') return refuse(value);
    array[i] = wide ? BigInt(value) : Number(value);
    // What does not fit wraps around in a typed array.
    if (BigInt(array[i] as number | bigint) !== BigInt(value)) refuse(value);
  }
  return array;
}

const INTEGERS = {
  'timestamp[ns, UTC]': (length: number) => new BigInt64Array(length),
  int64: (length: number) => new BigInt64Array(length),
  uint64: (length: number) => new BigUint64Array(length),
  int32: (length: number) => new Int32Array(length),
  uint8: (length: number) => new Uint8Array(length),
  uint16: (length: number) => new Uint16Array(length),
  uint32: (length: number) => new Uint32Array(length),
};

/** Where each list begins among the entries of all, and where the last one ends. */
function ends(lists: readonly (readonly unknown[])[]): Int32Array {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => {
    offsets[i + 1] = (offsets[i] as number) + list.length;
  });
  return offsets;
}

function bitmap(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array((bits.length + 7) >> 3);
  bits.forEach((bit, i) => {
    if (bit) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
  });
  return bytes;
}
