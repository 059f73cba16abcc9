import {
  Table as ArrowTable,
  CompressionType,
  compressionRegistry,
  Schema,
  tableFromIPC,
  tableToIPC,
  type Vector,
} from 'apache-arrow';
import { decompress } from 'fzstd';
import { describe, expect, test } from 'vitest';
import { metadataEnd, readMessage } from '../../src/capture/arrow-message.js';
import { batchFromRows } from '../../src/capture/batch-from-rows.js';
import { Damage } from '../../src/capture/damage.js';
import { decodeColumns, decodeHeader } from '../../src/capture/segment-decode.js';
import { encodeSegment } from '../../src/capture/segment-encode.js';
import { decompressZstd } from '../../src/capture/zstd.js';
import type { ColumnData, Table } from '../../src/schema/table.js';
import { zstdRaw } from '../helpers/zstd-raw.js';
import { EVERYTHING, ROWS, valuesOf } from './fixture.js';

const NAMES = EVERYTHING.columns.map((column) => column.name);
/** Does not compress: every buffer is stored as it is. */
const asItIs = (bytes: Uint8Array) => bytes;

const column = (name: string, type: Table['columns'][number]['type']) =>
  ({ name, type, kind: null, doc: '' }) as const;

const NUMBERS: Table = {
  name: 'numbers',
  doc: '',
  time: null,
  columns: [column('a', 'int32'), column('b', 'int64'), column('c', 'dictionary<utf8>')],
};

/** Rows whose buffers shrink: zstdRaw turns runs of one byte into RLE blocks. */
const zeros = Array.from({ length: 500 }, () => ({ a: 0, b: 0, c: 'x' }));

describe('an encoded segment', () => {
  test('holds the uncompressed length before a compressed buffer, and -1 before others', () => {
    const bytes = Buffer.from(encodeSegment(NUMBERS, batchFromRows(NUMBERS, zeros), zstdRaw));
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
    const lengths: bigint[] = [];
    for (let at = bytes.indexOf(frame); at >= 0; at = bytes.indexOf(frame, at + 1)) {
      lengths.push(bytes.readBigInt64LE(at - 8));
    }
    expect(lengths).toEqual([2000n, 4000n, 2000n]);
  });

  test('is what apache-arrow itself reads', () => {
    compressionRegistry.set(CompressionType.ZSTD, {
      encode: zstdRaw,
      decode: (frame) => decompress(frame).slice(),
    });
    const bytes = encodeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS), zstdRaw);
    const table = tableFromIPC(bytes);
    expect(table.schema.fields.map(String)).toEqual([
      'ts: Timestamp<NANOSECOND, UTC>',
      'i32: Int32',
      'i64: Int64',
      'u8: Uint8',
      'u16: Uint16',
      'u32: Uint32',
      'u64: Uint64',
      'flag: Bool',
      'text: Utf8',
      'path: Dictionary<Int32, Utf8>',
      'args: List<Utf8>',
      'op: Dictionary<Uint8, Utf8>',
    ]);
    const read = (name: string) => valuesOf(table.getChild(name) as Vector);
    const names = NAMES.filter((name) => name !== 'ts');
    for (const name of names) expect(read(name)).toEqual(ROWS.map((row) => row[name] ?? null));
    expect(Object.fromEntries(table.schema.metadata)).toEqual({
      'tracecap.rows': '4',
      'tracecap.ts_from': '1763683200123456789',
      'tracecap.ts_to': '1763683208713391381',
    });
  });

  test('is refused with more rows than a segment may have', () => {
    const batch = { ...batchFromRows(NUMBERS, zeros), rows: (1 << 20) + 1 };
    expect(() => encodeSegment(NUMBERS, batch, zstdRaw)).toThrow('1048577 rows at once');
  });
});

test('a text of more than 4 MiB is neither written nor read', () => {
  const rows = (bytes: number) => [
    { a: 1, b: 1, c: 'x'.repeat(bytes) },
    { a: 1, b: 1, c: 'y' },
  ];
  const encode = (bytes: number) =>
    Buffer.from(encodeSegment(NUMBERS, batchFromRows(NUMBERS, rows(bytes)), asItIs));
  expect(() => encode(4_194_305)).toThrow('column c: a text of 4194305 bytes');
  const segment = encode(4_194_304);
  expect(decodeColumns(NUMBERS, segment, ['c'])[0]?.get(0)).toHaveLength(4_194_304);
  const offsets = (second: number) => Buffer.from(Int32Array.of(0, second, 4_194_305).buffer);
  offsets(4_194_305).copy(segment, segment.indexOf(offsets(4_194_304)));
  const refusal = new Damage('has a text of more than 4194304 bytes');
  expect(() => decodeColumns(NUMBERS, segment, ['c'])).toThrow(refusal);
  expect(decodeColumns(NUMBERS, segment, ['a'])).toHaveLength(1);
});

describe('messages that do not belong to the schema are refused', () => {
  const without: Table = { ...NUMBERS, columns: NUMBERS.columns.slice(0, 2) };
  const [full, part] = [NUMBERS, without].map((table) => {
    const bytes = encodeSegment(table, batchFromRows(table, zeros), asItIs);
    const schema = readMessage(bytes, 0, null);
    return { schema: bytes.subarray(0, schema.next), rest: bytes.subarray(schema.next) };
  }) as [Parts, Parts];
  interface Parts {
    schema: Uint8Array;
    rest: Uint8Array;
  }
  test.each([
    ['a dictionary that no column has', [part.schema, full.rest]],
    ['a batch that does not fit its schema', [full.schema, part.rest]],
  ])('%s', (words, parts) => {
    const bytes = new Uint8Array(Buffer.concat(parts));
    expect(() => decodeColumns(without, bytes, ['a'])).toThrow(new Damage(`has ${words}`));
  });

  test('a schema with more metadata than anybody needs', () => {
    const schema = (pairs: number) => {
      const metadata = Array.from({ length: pairs }, (_, i) => [`key ${i}`, ''] as const);
      return tableToIPC(new ArrowTable(new Schema([], new Map(metadata))), 'stream');
    };
    expect(readMessage(schema(64), 0, null)).toMatchObject({ kind: 'schema' });
    const refusal = new Damage('has Arrow metadata with too many entries');
    expect(() => readMessage(schema(65), 0, null)).toThrow(refusal);
    expect(() => metadataEnd(Buffer.from(Int32Array.of(-1, 65_537).buffer), 0)).toThrow(Damage);
  });
});

describe('decoding', () => {
  const bytes = encodeSegment(NUMBERS, batchFromRows(NUMBERS, zeros), zstdRaw);

  function sizesDecompressed(columns: readonly string[]): number[] {
    const sizes: number[] = [];
    decodeColumns(NUMBERS, bytes, columns, (frame, size) => {
      sizes.push(size);
      return decompressZstd(frame, size);
    });
    return sizes;
  }

  test('decompresses the buffers of the columns that are asked for, and no others', () => {
    expect(sizesDecompressed([])).toEqual([]);
    expect(sizesDecompressed(['a'])).toEqual([2000]);
    expect(sizesDecompressed(['b'])).toEqual([4000]);
    expect(sizesDecompressed(['c', 'a'])).toEqual([2000, 2000]);
  });

  test('passes over columns that the table does not have, of any type', () => {
    const batch = batchFromRows(EVERYTHING, ROWS);
    const some = EVERYTHING.columns.filter(({ name }) => ['ts', 'u16', 'op'].includes(name));
    const segment = encodeSegment(EVERYTHING, batch, asItIs);
    const vectors = decodeColumns({ ...EVERYTHING, columns: some }, segment, ['op', 'u16']);
    expect(vectors.map(valuesOf)).toEqual(
      ['op', 'u16'].map((name) => ROWS.map((row) => row[name] ?? null)),
    );
  });

  test.each([
    ['lacks column d', [...NUMBERS.columns, column('d', 'int32')]],
    ['has column a of another type than uint32', [column('a', 'uint32')]],
    ['has column c of another type than enum', [column('c', 'enum')]],
  ])('refuses a segment that %s', (words, columns) => {
    expect(() => decodeColumns({ ...NUMBERS, columns }, bytes, [])).toThrow(new Damage(words));
  });

  const damaged = (change: (columns: ColumnData[]) => void) => {
    const batch = batchFromRows(EVERYTHING, ROWS);
    const columns = structuredClone(batch.columns) as ColumnData[];
    change(columns);
    return encodeSegment(EVERYTHING, { ...batch, columns }, asItIs);
  };
  const at = (name: string) => NAMES.indexOf(name);
  const set = (name: string, part: Partial<ColumnData>) => (columns: ColumnData[]) => {
    columns[at(name)] = { ...(columns[at(name)] as ColumnData), ...part };
  };
  const text = (offsets: number[]) => ({
    dictionary: { offsets: Int32Array.from(offsets), data: new Uint8Array(6) },
  });

  test.each([
    ['an index outside its dictionary', set('path', { values: Int32Array.of(0, 2, 0, 0) })],
    ['an index outside its dictionary', set('path', { values: Int32Array.of(0, -1, 0, 0) })],
    ['an index outside its dictionary', set('op', { values: Uint8Array.of(3, 0, 0, 0) })],
    ['text whose offsets do not ascend', set('path', text([0, 3, 2]))],
    ['text whose offsets do not ascend', set('text', text([0, 1, 3, 2, 6]))],
    ['a column with a wrong count of nulls', set('i32', { nullCount: 2 })],
    ['rows without a time', set('ts', { validity: Uint8Array.of(7), nullCount: 1 })],
    ['rows outside the time that it says', set('ts', { values: BigInt64Array.of(1n, 2n, 3n, 4n) })],
  ])('refuses %s', (words, change) => {
    expect(() => decodeColumns(EVERYTHING, damaged(change), NAMES)).toThrow(`has ${words}`);
  });

  test('takes any index in a null row, and gives one within the dictionary', () => {
    const segment = damaged(set('path', { values: Int32Array.of(0, 1, 99, 0) }));
    const [path] = decodeColumns(EVERYTHING, segment, ['path']);
    expect(path?.data[0]?.values).toEqual(Int32Array.of(0, 1, 0, 0));
  });

  test('refuses an enum with other values than the table has', () => {
    const segment = encodeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS), asItIs);
    const columns = EVERYTHING.columns.map((c) => (c.values ? { ...c, values: ['open'] } : c));
    const decode = () => decodeColumns({ ...EVERYTHING, columns }, segment, ['op']);
    expect(decode).toThrow('has an enum with other values than start.json names');
  });

  test('refuses what it would take more than 64 MiB to decompress', () => {
    const batch = batchFromRows(NUMBERS, zeros);
    const segment = Buffer.from(encodeSegment(NUMBERS, batch, zstdRaw));
    const prefix = segment.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])) - 8;
    segment.writeBigInt64LE(1n << 40n, prefix);
    expect(() => decodeColumns(NUMBERS, segment, ['a', 'b', 'c'])).toThrow(
      /has a buffer of \d+ bytes/,
    );
  });
});

describe('a segment with any byte changed, behind its CRC', () => {
  test.each([
    ['as it is', asItIs],
    ['in zstd frames', zstdRaw],
  ])('gives vectors that can be read, or Damage: buffers %s', (_, compress) => {
    const bytes = encodeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS), compress);
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ ([0x01, 0x80, 0xff][at % 3] as number);
      try {
        expect(decodeHeader(changed).rows).toBeLessThanOrEqual(1 << 20);
        for (const vector of decodeColumns(EVERYTHING, changed, NAMES)) valuesOf(vector);
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(bytes.length / 3);
  });

  test('gives Damage when it is cut at any byte', () => {
    const bytes = encodeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS), asItIs);
    for (let size = 0; size < bytes.length; size++) {
      expect(() => decodeColumns(EVERYTHING, bytes.subarray(0, size), NAMES)).toThrow(Damage);
    }
    const longer = Buffer.concat([bytes, Buffer.alloc(8)]);
    expect(() => decodeColumns(EVERYTHING, longer, NAMES)).toThrow('goes on where it should end');
  });
});
