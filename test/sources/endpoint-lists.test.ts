import { expect, test } from 'vitest';
import { parseAddresses, parsePorts } from '../../src/sources/endpoint-lists.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('ports are numbers of two bytes, as this machine has them', () => {
  expect([...new Uint16Array(parsePorts('80, 443,65535').slice().buffer)]).toEqual([
    80, 443, 65535,
  ]);
});

test.each(['0', '65536', '-1', '1.5', '', '80,', 'http', '0x50', ' '])('%j is no port', (text) => {
  expect(() => parsePorts(text)).toThrow(/is no port: 1 to 65535$/);
});

test.each([
  ['192.0.2.1', '00000000000000000000ffffc0000201'],
  ['0.0.0.0', '00000000000000000000ffff00000000'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::1', '20010db8000000000000000000000001'],
  ['2001:DB8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
  ['fe80::', 'fe800000000000000000000000000000'],
  ['1::2:3.4.5.6', '00010000000000000000000203040506'],
])('%s', (text, bytes) => {
  expect(hex(parseAddresses(text))).toBe(bytes);
});

test('addresses lie one after another', () => {
  expect(hex(parseAddresses('::1, 192.0.2.1'))).toBe(
    `${'0'.repeat(31)}1${'0'.repeat(20)}ffffc0000201`,
  );
});

test.each(['::', 'fe80::1%eth0', 'example.org', '1.2.3', '1.2.3.4/8', '', '1::2::3'])(
  '%j is no address',
  (text) => {
    expect(() => parseAddresses(text)).toThrow(/is no address: 192\.0\.2\.1 or 2001:db8::1$/);
  },
);

test('the kernel looks for 16 at most', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => i + 1).join(',');
  expect(parsePorts(many(16))).toHaveLength(32);
  expect(() => parsePorts(many(17))).toThrow('17 are too many: at most 16');
});
