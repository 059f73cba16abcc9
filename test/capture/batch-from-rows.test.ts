import { expect, test } from 'vitest';
import { batchFromRows, type Row } from '../../src/capture/batch-from-rows.js';
import { LOSSES } from '../../src/capture/losses.js';
import { EVERYTHING } from './fixture.js';

test('spans the times of its rows, in whatever order', () => {
  const loss = { ts_to: 9, source: 's', reason: 'r', count: 1 };
  const rows = [5n, 3n, 7n].map((ts_from) => ({ ...loss, ts_from }));
  const batch = batchFromRows(LOSSES, rows);
  expect([batch.rows, batch.timeFrom, batch.timeTo]).toEqual([3, 3n, 7n]);
  const timeless = batchFromRows({ ...LOSSES, time: null }, rows);
  expect([timeless.timeFrom, timeless.timeTo]).toEqual([0n, 0n]);
});

test('keeps a text once in its dictionary', () => {
  const rows = ['a', 'b', 'a'].map((source) => ({ ts_from: 1, source }));
  const batch = batchFromRows(LOSSES, rows);
  expect(batch.columns[2]).toEqual({
    values: Int32Array.of(0, 1, 0),
    validity: null,
    nullCount: 0,
    dictionary: { offsets: Int32Array.of(0, 1, 2), data: new Uint8Array(Buffer.from('ab')) },
  });
});

test('keeps the texts of all lists one behind another', () => {
  const lists = [['b', 'a'], null, [], ['a']];
  const { columns } = batchFromRows(
    EVERYTHING,
    lists.map((args) => ({ ts: 1, args })),
  );
  expect(columns[EVERYTHING.columns.findIndex(({ name }) => name === 'args')]).toEqual({
    values: Int32Array.of(0, 2, 2, 2, 3),
    validity: Uint8Array.of(0b1101),
    nullCount: 1,
    dictionary: { offsets: Int32Array.of(0, 1, 2, 3), data: new Uint8Array(Buffer.from('baa')) },
  });
});

test.each<[string, Row]>([
  ['column i32 cannot hold 2147483648', { ts: 1, i32: 2 ** 31 }],
  ['column u8 cannot hold -1', { ts: 1, u8: -1 }],
  ['column u64 cannot hold 18446744073709551616', { ts: 1, u64: 2n ** 64n }],
  ['column i64 cannot hold text', { ts: 1, i64: 'text' }],
  ['column flag cannot hold 1', { ts: 1, flag: 1 }],
  ['column path cannot hold 1', { ts: 1, path: 1 }],
  ['column args cannot hold a', { ts: 1, args: 'a' }],
  ['column args cannot hold 1', { ts: 1, args: ['a', 1 as never] }],
  ['column i32 cannot hold a', { ts: 1, i32: ['a'] }],
  ['column path cannot hold a', { ts: 1, path: ['a'] }],
  ['column op cannot hold close', { ts: 1, op: 'close' }],
  ['everything: a row without its ts', { i32: 1 }],
  ['everything: a row without its ts', { ts: '1' }],
])('refuses: %s', (words, row) => {
  expect(() => batchFromRows(EVERYTHING, [row])).toThrow(words);
});
