import { expect, test } from 'vitest';
import { formatSize, parseSize } from '../../src/shared/size.js';

test.each([
  ['4096', 4096],
  ['1B', 1],
  ['1kB', 1000],
  ['1KB', 1000],
  ['1KiB', 1024],
  ['16MiB', 16 * 2 ** 20],
  ['16 MiB', 16 * 2 ** 20],
  ['100MB', 100e6],
  ['1.5GiB', 1.5 * 2 ** 30],
  ['2GB', 2e9],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', '0', '-1', '1mib', '1 M', 'MiB', '1MiBs', '1e3', '1.MiB', '1?', '0x10', 'toString'])(
  '%j is refused, with what a size looks like',
  (text) => {
    expect(() => parseSize(text)).toThrow(
      new Error(`'${text}' is no size: write 16MiB, 100MB or 4096`),
    );
  },
);

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [4096, '4.1 kB'],
  [9960, '10.0 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [2 ** 20, '1 MiB'],
  [16 * 2 ** 20, '16 MiB'],
  [5e12, '5.0 TB'],
  [5e15, '5000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
