import { expect, test } from 'vitest';
import { count, things } from '../../src/shared/count.js';
import { isoTime } from '../../src/shared/iso-time.js';

test('times have nine digits, whatever they are', () => {
  expect(isoTime(1_763_683_200_123_456_789n)).toBe('2025-11-21T00:00:00.123456789Z');
  expect(isoTime(0n)).toBe('1970-01-01T00:00:00.000000000Z');
  expect(isoTime(-1n)).toBe('1969-12-31T23:59:59.999999999Z');
  expect(isoTime(2n ** 63n - 1n)).toBe('2262-04-11T23:47:16.854775807Z');
});

test('counts have their thousands apart', () => {
  expect([0, 999, 1000, 1234567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect(count(2n ** 63n)).toBe('9,223,372,036,854,775,808');
  expect([things(1, 'process'), things(2, 'process'), things(0, 'open')]).toEqual([
    '1 process',
    '2 processes',
    '0 opens',
  ]);
});
