/** Segments with lists: written, read, and refused where a stranger wrote them. */
import {
  Table as ArrowTable,
  type DataType,
  Dictionary,
  Field,
  Int32,
  LargeUtf8,
  List,
  Schema,
  Struct,
  tableToIPC,
  Utf8,
} from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/capture/arrow-message.js';
import { batchFromRows } from '../../src/capture/batch-from-rows.js';
import { Damage } from '../../src/capture/damage.js';
import { decodeColumns } from '../../src/capture/segment-decode.js';
import { encodeSegment } from '../../src/capture/segment-encode.js';
import type { Table } from '../../src/schema/table.js';
import { zstdRaw } from '../helpers/zstd-raw.js';
import { valuesOf } from './fixture.js';

const asItIs = (bytes: Uint8Array) => bytes;

const column = (name: string, type: Table['columns'][number]['type']) =>
  ({ name, type, kind: null, doc: '' }) as const;

const LISTS: Table = {
  name: 'lists',
  doc: '',
  time: null,
  columns: [column('args', 'list<utf8>'), column('n', 'int32')],
};

type Lists = readonly (readonly string[] | null)[];

function encode(lists: Lists, compress = asItIs): Buffer {
  const rows = lists.map((args, n) => ({ args, n }));
  return Buffer.from(encodeSegment(LISTS, batchFromRows(LISTS, rows), compress));
}

function decode(segment: Uint8Array, names = ['args']): unknown[][] {
  return decodeColumns(LISTS, segment, names).map(valuesOf);
}

/** The segment with these 32-bit numbers, which must occur once in it, made others. */
function changed(segment: Buffer, from: readonly number[], to: readonly number[]): Buffer {
  const [before, after] = [from, to].map((numbers) => Buffer.from(Int32Array.from(numbers).buffer));
  const at = segment.indexOf(before as Buffer);
  expect(segment.indexOf(before as Buffer, at + 1)).toBe(-1);
  const copy = Buffer.from(segment);
  (after as Buffer).copy(copy, at);
  return copy;
}

test.each<[string, Lists]>([
  ['one', [['ls', '-l']]],
  ['an empty one', [[]]],
  ['empty texts', [[''], ['', '']]],
  ['null', [null]],
  ['null amid others', [null, ['a'], null, [], ['b', 'c'], null]],
  ['nine, with the last null', [...Array(8).fill(['x', 'yy']), null]],
])('a column of lists comes back as it went in: %s', (_, lists) => {
  for (const compress of [asItIs, zstdRaw]) {
    expect(decode(encode(lists, compress), ['n', 'args'])).toEqual([[...lists.keys()], lists]);
  }
});

test('lists behind the rows of a batch are neither written nor held to the bounds', () => {
  const tooLong = Array(17).fill('x'.repeat(1 << 19));
  const batch = batchFromRows(LISTS, [{ args: ['a'] }, { args: ['bc', 'd'] }, { args: tooLong }]);
  const segment = encodeSegment(LISTS, { ...batch, rows: 2 }, asItIs);
  expect(decode(segment)).toEqual([[['a'], ['bc', 'd']]]);
  expect(segment.length).toBeLessThan(10_000);
});

test('other columns can be read without the buffers of a list', () => {
  const sizes: number[] = [];
  const segment = encode(Array(500).fill(['x', 'x', 'x', 'x', 'x', 'x', 'x', 'x']), zstdRaw);
  decodeColumns({ ...LISTS, columns: LISTS.columns.slice(1) }, segment, ['n'], (frame, size) => {
    sizes.push(size);
    return frame;
  });
  expect(sizes).toEqual([]);
});

test('a list of more than 8 MiB, four bytes of it for each text, is neither written nor read', () => {
  const full = Array(16).fill('x'.repeat((1 << 19) - 4));
  expect(() => encode([[], [...full, '']])).toThrow('column args: a list of 8388612 bytes');
  // Neither row alone is too long: the border between them is moved.
  const segment = encode([[''], full]);
  const [lists] = decodeColumns(LISTS, segment, ['args']);
  expect([lists?.get(0).length, lists?.get(1).length]).toEqual([1, 16]);
  const refusal = new Damage('has a list of more than 8388608 bytes');
  expect(() => decode(changed(segment, [0, 1, 17], [0, 0, 17]))).toThrow(refusal);
});

test('2 MiB of arguments make a list, also where all of them are empty', () => {
  const empty = Array(1 << 21).fill('');
  const [lists] = decodeColumns(LISTS, encode([empty]), ['args']);
  expect(lists?.get(0).length).toBe(1 << 21);
  expect(() => encode([[...empty, '']])).toThrow('a list of 8388612 bytes');
});

describe('lists that a stranger wrote', () => {
  const segment = encode([['abc', 'de'], ['fghi'], [], null, ['j']]);
  const OFFSETS = [0, 2, 3, 3, 3, 4];
  const TEXTS = [0, 3, 5, 9, 10];

  test.each([
    ['a list that begins before its texts', OFFSETS, [-1, 2, 3, 3, 3, 4]],
    ['a list whose offsets do not ascend', OFFSETS, [0, 3, 2, 3, 3, 4]],
    ['a list whose offsets do not ascend', OFFSETS, [0, 2, 3, 3, 3, 2]],
    ['a list that ends behind its texts', OFFSETS, [0, 2, 3, 3, 3, 5]],
    ['a list that ends behind its texts', OFFSETS, [0, 2, 3, 3, 3, 2 ** 31 - 1]],
    ['text that begins before its data', TEXTS, [-1, 3, 5, 9, 10]],
    ['text whose offsets do not ascend', TEXTS, [0, 3, 2, 9, 10]],
    // The data's buffer is padded to 16 bytes, which are not its own but are there.
    ['text that ends behind its data', TEXTS, [0, 3, 5, 9, 25]],
  ])('%s', (words, from, to) => {
    expect(() => decode(changed(segment, from, to))).toThrow(new Damage(`has ${words}`));
  });

  test('the texts of a null row are no part of any list', () => {
    const bytes = changed(segment, OFFSETS, [0, 2, 3, 3, 4, 4]);
    expect(decode(bytes)).toEqual([[['abc', 'de'], ['fghi'], [], null, []]]);
  });

  /** Nodes of the record batch, rows and nulls each: the lists, their texts, the numbers. */
  const NODES = [5, 0, 1, 0, 4, 0, 0, 0, 5, 0, 0, 0];

  test.each([
    ['a list with nulls in it', [5, 0, 1, 0, 4, 0, 2, 0, 5, 0, 0, 0]],
    ['a list that ends behind its texts', [5, 0, 1, 0, 3, 0, 0, 0, 5, 0, 0, 0]],
    ['a list that ends behind its texts', [5, 0, 1, 0, 0, 0, 0, 0, 5, 0, 0, 0]],
    ['a buffer of 20 bytes where 404 are needed', [5, 0, 1, 0, 100, 0, 0, 0, 5, 0, 0, 0]],
    [
      'a buffer of 20 bytes where 18014398509482004 are needed',
      [5, 0, 1, 0, 4, 1 << 20, 0, 0, 5, 0, 0, 0],
    ],
    ['columns of different lengths', [4, 0, 1, 0, 4, 0, 0, 0, 5, 0, 0, 0]],
    ['a column with a wrong count of nulls', [5, 0, 2, 0, 4, 0, 0, 0, 5, 0, 0, 0]],
  ])('%s: nodes %j', (words, nodes) => {
    expect(() => decode(changed(segment, NODES, nodes))).toThrow(`has ${words}`);
  });

  test('texts that would take more than 64 MiB', () => {
    const packed = encode([Array(2000).fill('')], zstdRaw);
    const frame = packed.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
    packed.writeBigInt64LE(1n << 40n, frame - 8);
    expect(() => decode(packed)).toThrow(/has a buffer of \d+ bytes/);
  });

  const utf8 = new Field('item', new Utf8(), true);

  test.each<[string, DataType]>([
    ['of numbers', new List(new Field('item', new Int32(), true))],
    ['of lists', new List(new Field('item', new List(utf8), true))],
    ['of structs', new List(new Field('item', new Struct([utf8]), true))],
    ['of large text', new List(new Field('item', new LargeUtf8(), true))],
    ['of a dictionary', new List(new Field('item', new Dictionary(new Utf8(), new Int32()), true))],
    ['that is none: a struct', new Struct([utf8])],
  ])('no list of text: one %s', (_, type) => {
    const { schema } = messageOf(type);
    expect(schema.fields.map((field) => [field.name, field.type])).toEqual([['args', null]]);
  });

  test('a list of text, whatever its texts are called', () => {
    for (const child of [utf8, new Field('element', new Utf8(), false)]) {
      const [field] = messageOf(new List(child)).schema.fields;
      expect(field).toMatchObject({ type: 'list<utf8>', extent: { nodes: 2, buffers: 5 } });
    }
  });
});

/** The message that begins a stream of one column of this type. */
function messageOf(type: DataType) {
  const schema = new Schema([new Field('args', type, true)]);
  const message = readMessage(tableToIPC(new ArrowTable(schema), 'stream'), 0, null);
  if (message.kind !== 'schema') throw new Error('no schema');
  return message;
}
