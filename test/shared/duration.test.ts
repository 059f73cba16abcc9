import { expect, test } from 'vitest';
import { parseDuration } from '../../src/shared/duration.js';

test.each([
  ['500ms', 500e6],
  ['60s', 60e9],
  ['5m', 300e9],
  ['1h30m', 5400e9],
  ['1h1m1s1ms', 3661.001e9],
  ['60', 60e9],
  ['0.5', 0.5e9],
  ['1.5s', 1.5e9],
  ['0.001ms', 1000],
])('%s is %d ns', (text, ns) => {
  expect(parseDuration(text)).toBe(ns);
});

test.each([
  '',
  ' ',
  '0',
  '0s',
  '-1s',
  '+1',
  '1 s',
  '5x',
  's',
  '1h30',
  '30m1h!',
  '1e3',
  '1,5s',
  'Infinity',
  'NaN',
  '.5',
  '٣s',
])('%j is refused, with what a duration looks like', (text) => {
  expect(() => parseDuration(text)).toThrow(
    new Error(`'${text}' is no duration: write 500ms, 60s, 5m or 1h30m`),
  );
});

test('a number too long to be one is refused', () => {
  expect(() => parseDuration('9'.repeat(400))).toThrow('is no duration');
});
