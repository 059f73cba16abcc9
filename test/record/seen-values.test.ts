import { expect, test } from 'vitest';
import { batchFromRows, type Row } from '../../src/capture/batch-from-rows.js';
import { LOSSES } from '../../src/capture/losses.js';
import { SeenValues } from '../../src/record/seen-values.js';
import { OPENS, open } from '../helpers/sample-capture.js';

const batch = (...rows: Row[]) => batchFromRows(OPENS, rows);

test('each value is new once', () => {
  const seen = new SeenValues('tc_uid');
  const first = batch(open(0, '/a'), open(1, '/b', { uid: 0 }), open(2, '/c'));
  expect(seen.add(OPENS, first)).toEqual([1000, 0]);
  expect(seen.add(OPENS, first)).toEqual([]);
  expect(seen.add(OPENS, batch(open(3, '/d', { uid: 2 ** 32 - 1 }), open(4, '/e')))).toEqual([
    2 ** 32 - 1,
  ]);
  expect(seen.all).toEqual([1000, 0, 2 ** 32 - 1]);
});

test('64 bits keep their digits', () => {
  const seen = new SeenValues('tc_cgroup');
  const ids = [2n ** 64n - 1n, 2n ** 53n + 1n];
  const rows = ids.map((cgroup, n) => open(n, '/a', { cgroup }));
  expect(seen.add(OPENS, batch(...rows))).toEqual(ids);
});

test('a table without such a column has none', () => {
  const seen = new SeenValues('tc_cgroup');
  const row = { ts_from: 0n, ts_to: 1n, source: 'x', reason: 'ring_full', count: 1 };
  expect(seen.add(LOSSES, batchFromRows(LOSSES, [row]))).toEqual([]);
  expect(seen.all).toEqual([]);
});
