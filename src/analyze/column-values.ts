/** Single values out of Arrow's columns, for SQLite and for the recorder's own small tables. */
import type { Data, Vector } from 'apache-arrow';
import type { ColumnType } from '../schema/kinds.js';
import { isSet, validityOf } from './bitmap.js';
import { jsonText } from './render/json.js';

/**
 * A value as SQLite holds it: integers as number or bigint (u64 as two's complement), bool as 0 or 1,
 * lists as JSON text.
 */
export type Value = string | number | bigint | null;

/** A function from row number to value, for a column of one batch. Text is decoded once an entry. */
export function columnValues(vector: Vector, type: ColumnType): (row: number) => Value {
  const [data] = vector.data;
  if (!data) throw new Error('a column without a batch');
  const value = valueReader(data, type);
  const validity = validityOf(data);
  return validity ? (row) => (isSet(validity, row) ? value(row) : null) : value;
}

function valueReader(data: Data, type: ColumnType): (row: number) => Value {
  switch (type) {
    case 'utf8':
      return textReader(data);
    case 'dictionary<utf8>':
    case 'enum': {
      const indices = data.values as Int32Array | Uint8Array;
      const [entries] = data.dictionary?.data ?? [];
      if (!entries) return () => null;
      const text = decodedOnce(textReader(entries));
      return (row) => text(indices[row] as number);
    }
    case 'list<utf8>':
      return listReader(data);
    case 'bool': {
      const bits = data.values as Uint8Array;
      return (row) => (isSet(bits, row) ? 1 : 0);
    }
    case 'uint64': {
      const { buffer, byteOffset, length } = data.values as BigUint64Array;
      const signed = new BigInt64Array(buffer, byteOffset, length);
      return (row) => signed[row] as bigint;
    }
    default: {
      const values = data.values as Int32Array | BigInt64Array;
      return (row) => values[row] as number | bigint;
    }
  }
}

function decodedOnce(decode: (code: number) => string): (code: number) => string {
  const texts: string[] = [];
  return (code) => {
    const known = texts[code];
    if (known !== undefined) return known;
    const text = decode(code);
    texts[code] = text;
    return text;
  };
}

/**
 * JSON of a row's texts, which SQLite's json_each() takes apart. What acts on a terminal is escaped in
 * it already: escaped where it is printed it would not be JSON any more.
 */
function listReader(data: Data): (row: number) => string {
  const offsets = data.valueOffsets as Int32Array;
  const text = textReader(data.children[0] as Data);
  return (row) => {
    const from = offsets[row] as number;
    const texts = Array.from({ length: (offsets[row + 1] as number) - from }, (_, i) =>
      text(from + i),
    );
    return jsonText(texts);
  };
}

function textReader(data: Data): (index: number) => string {
  const offsets = data.valueOffsets as Int32Array;
  const { buffer, byteOffset, byteLength } = data.values as Uint8Array;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return (index) => bytes.toString('utf8', offsets[index], offsets[index + 1]);
}
