/** Encodes a batch as a segment: a whole Arrow IPC stream with zstd bodies. */
import {
  CompressionType,
  Field,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from 'apache-arrow';
import type { Column, ColumnBatch, ColumnData, Table, TypedArray } from '../schema/table.js';
import { arrowType, listVector, type Nulls, textVector } from './arrow-type.js';
import {
  MAX_LIST_BYTES,
  MAX_SEGMENT_ROWS,
  MAX_TEXT_BYTES,
  SEGMENT_ROWS,
  SEGMENT_TIME_FROM,
  SEGMENT_TIME_TO,
} from './format.js';
import { longestList, type TextLayout, textLayout } from './text-layout.js';

export type Compress = (bytes: Uint8Array) => Uint8Array;

/**
 * The bytes of a segment. `compress` gives one zstd frame that declares its content's size.
 * A column of type utf8 has its rows' text in `dictionary`, one entry a row, and no values.
 */
export function encodeSegment(table: Table, batch: ColumnBatch, compress: Compress): Uint8Array {
  if (batch.rows > MAX_SEGMENT_ROWS) throw new Error(`${table.name}: ${batch.rows} rows at once`);
  const columns = table.columns.map((column, index) => {
    const data = batch.columns[index];
    if (!data) throw new Error(`${table.name}: no data for column ${column.name}`);
    return columnData(column, index, data, batch.rows);
  });
  const fields = table.columns.map(
    (column, index) => new Field(column.name, arrowType(column.type, index), true),
  );
  const metadata = new Map([
    [SEGMENT_ROWS, String(batch.rows)],
    [SEGMENT_TIME_FROM, String(batch.timeFrom)],
    [SEGMENT_TIME_TO, String(batch.timeTo)],
  ]);
  const struct = makeData({
    type: new Struct(fields),
    length: batch.rows,
    nullCount: 0,
    children: columns,
  });
  const writer = new SegmentStream(compress);
  writer.write(new RecordBatch(new Schema(fields, metadata), struct));
  return writer.finish().toUint8Array(true);
}

function columnData(column: Column, index: number, data: ColumnData, rows: number) {
  const nulls = {
    validity: data.validity && (bitmap(data.validity, rows) as Uint8Array),
    count: data.nullCount,
  };
  if (column.type === 'utf8') {
    return textVector(textOf(column, data), nulls).data[0] as never;
  }
  if (column.type === 'list<utf8>') return lists(column, data, rows, nulls);
  const props = {
    type: arrowType(column.type, index),
    length: rows,
    nullCount: nulls.count,
    nullBitmap: nulls.validity,
    data: column.type === 'bool' ? bitmap(data.values, rows) : data.values.subarray(0, rows),
  };
  if (column.type === 'enum') {
    const dictionary = textVector(held(column, textLayout(column.values ?? [])));
    return makeData({ ...props, dictionary } as never);
  }
  if (column.type === 'dictionary<utf8>') {
    const dictionary = textVector(textOf(column, data));
    return makeData({ ...props, dictionary } as never);
  }
  return makeData(props as never);
}

function textOf(column: Column, data: ColumnData): TextLayout {
  if (!data.dictionary) throw new Error(`column ${column.name} has no text`);
  return held(column, data.dictionary);
}

/** Readers refuse longer texts. */
function held(column: Column, text: TextLayout): TextLayout {
  for (let i = 1; i < text.offsets.length; i++) {
    const bytes = (text.offsets[i] as number) - (text.offsets[i - 1] as number);
    if (bytes > MAX_TEXT_BYTES) throw new Error(`column ${column.name}: a text of ${bytes} bytes`);
  }
  return text;
}

function lists(column: Column, data: ColumnData, rows: number, nulls: Nulls) {
  const offsets = data.values.subarray(0, rows + 1) as Int32Array;
  const texts = textOf(column, data);
  const bytes = longestList(offsets, texts);
  if (bytes > MAX_LIST_BYTES) throw new Error(`column ${column.name}: a list of ${bytes} bytes`);
  return listVector(offsets, texts, nulls).data[0] as never;
}

/** The bytes of a bitmap that rows have: what the buffer holds behind them is not written. */
function bitmap(bits: TypedArray, rows: number): TypedArray {
  return bits.subarray(0, (rows + 7) >> 3);
}

const EMPTY = new Uint8Array(0);

/**
 * apache-arrow 21.2 writes the compressed length before a compressed buffer. The specification
 * (Columnar.html, "Compression") asks for the uncompressed one, or -1 where the buffer follows as
 * it is, and other readers hold to it. Hence this override of the method that assembles a body.
 */
class SegmentStream extends RecordBatchStreamWriter {
  readonly #compress: Compress;

  constructor(compress: Compress) {
    super({ compressionType: CompressionType.ZSTD });
    this.#compress = compress;
  }

  /** Buffers come in pairs, a length and its content; the caller pads each pair to eight bytes. */
  protected override _compressBodyBuffers(views: ArrayBufferView[]) {
    let byteLength = 0;
    const buffers: Uint8Array[] = [];
    const bufferRegions: { offset: number; length: number }[] = [];
    for (const view of views) {
      const raw = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const [prefix, body] = raw.length === 0 ? [EMPTY, EMPTY] : this.#pack(raw);
      const length = prefix.length + body.length;
      buffers.push(prefix, body);
      bufferRegions.push({ offset: byteLength, length });
      byteLength += (length + 7) & ~7;
    }
    return { byteLength, bufferRegions, buffers };
  }

  #pack(raw: Uint8Array): [prefix: Uint8Array, body: Uint8Array] {
    const packed = this.#compress(raw);
    const shrunk = packed.length < raw.length;
    const prefix = BigInt64Array.of(shrunk ? BigInt(raw.length) : -1n);
    return [new Uint8Array(prefix.buffer), shrunk ? packed : raw];
  }
}
