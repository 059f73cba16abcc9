/** Rows out of batches, for people to read and tests to compare: not how tracecap reads them. */
import { jsonText } from '../../src/analyze/render/json.js';
import type { Row } from '../../src/capture/batch-from-rows.js';
import type { Column, ColumnBatch, ColumnData, Table } from '../../src/schema/table.js';

type Value = Row[string];

/** The rows of a batch as objects, in the table's column order. */
export function rowsOf(table: Table, batch: ColumnBatch): Row[] {
  return Array.from({ length: batch.rows }, (_, row) =>
    Object.fromEntries(
      table.columns.map((column, i) => [
        column.name,
        valueAt(column, batch.columns[i] as ColumnData, row),
      ]),
    ),
  );
}

function valueAt(column: Column, data: ColumnData, row: number): Value {
  if (data.validity && !bit(data.validity, row)) return null;
  const value = data.values[row] as number | bigint;
  switch (column.type) {
    case 'bool':
      return bit(data.values as Uint8Array, row);
    case 'enum':
      return column.values?.[Number(value)] ?? `no value ${value}`;
    case 'dictionary<utf8>':
      return textAt(data, Number(value));
    case 'list<utf8>': {
      const [from, to] = data.values.subarray(row, row + 2) as Int32Array;
      return Array.from({ length: Number(to) - Number(from) }, (_, i) =>
        textAt(data, Number(from) + i),
      );
    }
    default:
      return value;
  }
}

/** Throws where it is not UTF-8. */
export function textAt({ dictionary }: ColumnData, index: number): string {
  if (!dictionary) throw new Error('a column without text');
  const { offsets, data } = dictionary;
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
    data.subarray(offsets[index], offsets[index + 1]),
  );
}

function bit(bitmap: Uint8Array, row: number): boolean {
  return (((bitmap[row >> 3] as number) >> (row & 7)) & 1) === 1;
}

/** A JSON array with a line a row. */
export function rowsText(rows: readonly Row[]): string {
  return `[\n${rows.map(jsonText).join(',\n')}\n]\n`;
}

/** The rows as SQLite holds them: u64 as two's complement, truth as 0 and 1, lists as JSON, integers as bigint. */
export function asSqlite(rows: readonly Row[]): Record<string, string | bigint | null>[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, sqliteValue(value)])),
  );
}

function sqliteValue(value: Value): string | bigint | null {
  if (typeof value === 'string' || value === null) return value;
  return typeof value === 'object' ? jsonText(value) : BigInt.asIntN(64, BigInt(value));
}
