/** Decodes one column of a segment into an Arrow vector that holds to what its type promises. */
import { type Data, makeData, makeVector, type Vector } from 'apache-arrow';
import type { ColumnType } from '../schema/kinds.js';
import type { Column, TypedArray } from '../schema/table.js';
import type { ArrowBody } from './arrow-body.js';
import { arrowType, listVector, textVector } from './arrow-type.js';
import { Damage } from './damage.js';

/** Where a column lies in its record batch. */
export interface ColumnPlace {
  /** The column's index in its table. */
  readonly index: number;
  readonly node: number;
  readonly buffer: number;
  /** Opens the body of its dictionary; for types that have one. */
  readonly dictionary: () => ArrowBody;
}

const VALUES = {
  'timestamp[ns, UTC]': BigInt64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  'dictionary<utf8>': Int32Array,
  enum: Uint8Array,
} as const satisfies Partial<Record<ColumnType, unknown>>;

/**
 * The column as a vector of one chunk. Indices of a dictionary lie within it, also in null rows
 * (unless it is empty, when all rows are null and the indices 0).
 */
export function decodeColumn(column: Column, body: ArrowBody, place: ColumnPlace): Vector {
  const { rows } = body;
  const nulls = body.nulls(place.node, place.buffer);
  if (column.type === 'utf8') {
    return textVector(body.text(place.buffer + 1, rows), nulls);
  }
  if (column.type === 'list<utf8>') {
    const { offsets, texts } = body.lists(place.node, place.buffer);
    return listVector(offsets, texts, nulls);
  }
  const data =
    column.type === 'bool'
      ? body.fixed(place.buffer + 1, (rows + 7) >> 3)
      : fixedValues(column.type, body, place.buffer + 1);
  const dictionary = isIndex(column.type) ? readDictionary(column, place.dictionary()) : undefined;
  if (dictionary) holdIndices(data as Int32Array | Uint8Array, dictionary.length, nulls.validity);
  const props = {
    type: arrowType(column.type, place.index),
    length: rows,
    nullCount: nulls.count,
    nullBitmap: nulls.validity,
    data,
    dictionary,
  };
  return makeVector(makeData(props as never) as Data);
}

function isIndex(type: ColumnType): boolean {
  return type === 'dictionary<utf8>' || type === 'enum';
}

function fixedValues(type: keyof typeof VALUES, body: ArrowBody, buffer: number): TypedArray {
  const { [type]: ValuesArray } = VALUES;
  const bytes = body.fixed(buffer, body.rows * ValuesArray.BYTES_PER_ELEMENT);
  return new ValuesArray(bytes.buffer as ArrayBuffer, 0, body.rows);
}

function readDictionary(column: Column, body: ArrowBody): Vector {
  if (body.nulls(0, 0).count > 0) throw new Damage('has a dictionary with nulls');
  const text = textVector(body.text(1, body.rows));
  if (column.type === 'enum') holdEnum(text, column.values ?? []);
  return text;
}

/** An enum's values stand in start.json; those in the segment are for other readers and the same. */
function holdEnum(text: Vector, values: readonly string[]): void {
  const same = text.length === values.length && values.every((value, i) => text.get(i) === value);
  if (!same) throw new Damage('has an enum with other values than start.json names');
}

function holdIndices(
  indices: Int32Array | Uint8Array,
  entries: number,
  validity: Uint8Array | null,
): void {
  for (let i = 0; i < indices.length; i++) {
    if ((indices[i] as number) >>> 0 < entries) continue;
    const valid = !validity || ((validity[i >> 3] as number) >> (i & 7)) & 1;
    if (valid) throw new Damage('has an index outside its dictionary');
    indices[i] = 0;
  }
}
