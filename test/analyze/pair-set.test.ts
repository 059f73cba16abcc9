import { expect, test } from 'vitest';
import { PairSet } from '../../src/analyze/pair-set.js';

test('counts each pair once, through growing and with the extremes of 32 bits', () => {
  const set = new PairSet();
  const known = new Set<string>();
  const seconds = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 65536, 1 << 20];
  for (let first = 0; first < 5000; first++) {
    for (const second of seconds) {
      expect(set.add(first, second)).toBe(true);
      known.add(`${first} ${second}`);
    }
  }
  for (let first = 0; first < 5000; first += 7) {
    for (const second of seconds) expect(set.add(first, second)).toBe(false);
  }
  expect(set.size).toBe(known.size);
});

test('pairs in each order are two', () => {
  const set = new PairSet();
  expect([set.add(1, 2), set.add(2, 1), set.add(1, 2)]).toEqual([true, true, false]);
});
