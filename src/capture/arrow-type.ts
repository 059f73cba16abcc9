/** Column types as apache-arrow's types. */
import * as arrow from 'apache-arrow';
import type { ColumnType } from '../schema/kinds.js';
import type { TextLayout } from './text-layout.js';

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
    case 'enum':
      return new arrow.Dictionary(new arrow.Utf8(), new arrow.Uint8(), index);
  }
}

/** A vector of text. */
export function textVector(
  { offsets, data }: TextLayout,
  nulls: { readonly validity: Uint8Array | null; readonly count: number } = NO_NULLS,
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

const NO_NULLS = { validity: null, count: 0 };
