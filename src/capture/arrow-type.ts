/** Column types as apache-arrow's types. */
import * as arrow from 'apache-arrow';
import type { ColumnType } from '../schema/kinds.js';
import type { TextLayout } from './text-layout.js';

/** Which rows are null, as a bitmap of those that are not, and how many. */
export interface Nulls {
  readonly validity: Uint8Array | null;
  readonly count: number;
}

/** The Arrow type of a column; a dictionary's id is the column's index. */
export function arrowType(type: ColumnType, index: number): arrow.DataType {
  switch (type) {
    case 'timestamp[ns, UTC]':
      return new arrow.Timestamp(arrow.TimeUnit.NANOSECOND, 'UTC');
    case 'int32':
      return new arrow.Int32();
    case 'int64':
      return new arrow.Int64();
    case 'uint8':
      return new arrow.Uint8();
    case 'uint16':
      return new arrow.Uint16();
    case 'uint32':
      return new arrow.Uint32();
    case 'uint64':
      return new arrow.Uint64();
    case 'bool':
      return new arrow.Bool();
    case 'utf8':
      return new arrow.Utf8();
    case 'dictionary<utf8>':
      return new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), index);
    case 'list<utf8>':
      return TEXT_LIST;
    case 'enum':
      return new arrow.Dictionary(new arrow.Utf8(), new arrow.Uint8(), index);
  }
}

/** A vector of text. */
export function textVector(
  { offsets, data }: TextLayout,
  nulls: Nulls = NO_NULLS,
): arrow.Vector<arrow.Utf8> {
  return arrow.makeVector(
    arrow.makeData({
      type: new arrow.Utf8(),
      length: offsets.length - 1,
      nullCount: nulls.count,
      nullBitmap: nulls.validity,
      valueOffsets: offsets,
      data,
    }),
  );
}

/** A vector of lists: row i has the texts from offsets[i] to offsets[i + 1]. */
export function listVector(offsets: Int32Array, texts: TextLayout, nulls: Nulls): arrow.Vector {
  return arrow.makeVector(
    arrow.makeData({
      type: TEXT_LIST,
      length: offsets.length - 1,
      nullCount: nulls.count,
      nullBitmap: nulls.validity,
      valueOffsets: offsets,
      child: textVector(texts).data[0] as arrow.Data<arrow.Utf8>,
    }),
  );
}

/** The child's name and nullability are those that polars and pyarrow give it. */
const TEXT_LIST = new arrow.List(new arrow.Field('item', new arrow.Utf8(), true));

const NO_NULLS: Nulls = { validity: null, count: 0 };
