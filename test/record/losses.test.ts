import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { batchFromRows } from '../../src/capture/batch-from-rows.js';
import { LOSSES } from '../../src/capture/losses.js';
import { LOSS_REASONS, lossRow } from '../../src/record/losses.js';

const HEADER = new URL('../../bpf/include/tracecap/event.h', import.meta.url);
const loss = { object: 0, reason: 0, count: 3n, from: 10n, to: 20n };
const sources = ['first', 'second'];

test('the reasons are those that the BPF programs count by', () => {
  const body = /enum tc_loss \{([^}]*)\}/.exec(readFileSync(HEADER, 'utf8'))?.[1] ?? '';
  const names = [...body.matchAll(/\btc_loss_(\w+)/g)].map(([, name]) => name);
  expect(names).toEqual([...LOSS_REASONS, 'count']);
});

test.each([
  [{}, { source: 'first', reason: 'ring_full' }],
  [
    { object: 1, reason: 1 },
    { source: 'second', reason: 'map_full' },
  ],
  [{ object: 2 }, { source: 'follow', reason: 'ring_full' }],
  [{ object: null }, { source: 'pump', reason: 'unreadable' }],
  [{ reason: 99 }, { source: 'first', reason: 'unknown' }],
])('a rise of %j is a row of %j', (more, row) => {
  const expected = { ts_from: 10n, ts_to: 20n, count: 3n, ...row };
  expect(lossRow({ ...loss, ...more }, sources)).toEqual(expected);
});

test('rows fit the table', () => {
  const batch = batchFromRows(LOSSES, [lossRow(loss, sources)]);
  expect(batch).toMatchObject({ rows: 1, timeFrom: 10n });
  expect(batch.columns.every(({ nullCount }) => nullCount === 0)).toBe(true);
});
