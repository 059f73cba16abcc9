/** What the recorder reads itself is spelt as the decoder spells what events bring. */
import { expect, test } from 'vitest';
import { captureText } from '../../src/record/capture-text.js';
import { describeDecoder } from '../helpers/decoder.js';
import { seeded } from '../helpers/random.js';
import { columnsOf, event } from '../helpers/text-events.js';

const raw = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['', ''],
  ['/etc/passwd', '/etc/passwd'],
  ['caf\xc3\xa9', 'café'],
  ['\xef\xbb\xbfx', '\ufeffx'],
  ['caf\xe9', 'caf\\xE9'],
  ['\\xE9', '\\x5CxE9'],
  ['\\\xe9', '\\\\xE9'],
  ["$&$1$'", "$&$1$'"],
])('%j is kept as %j', (bytes, text) => {
  expect(captureText(raw(bytes))).toBe(text);
});

describeDecoder('captureText', (decoder) => {
  const expectSame = (all: readonly Uint8Array[]) =>
    expect(all.map(captureText)).toEqual(
      columnsOf(
        decoder,
        all.map((bytes) => event(bytes)),
      ).texts,
    );

  test('every pair of bytes, alone and behind the start of a longer character', () => {
    const pairs = Array.from({ length: 0x10000 }, (_, n) => [n >> 8, n & 0xff]);
    for (const before of ['', '\xe2', '\xf0\x9f', '\xf4', '\xed', '\\x'].map(raw)) {
      expectSame(pairs.map((pair) => Buffer.from([...before, ...pair])));
    }
  });

  test('20,000 texts of random pieces', () => {
    const random = seeded(5);
    const pieces = [
      ...['\\', 'x', '\\x', '4', 'F', 'f', '\\x5C', '/', '\0', '$&'],
      ...['\xc3', '\xa9', '\xe2\x82', '\xac', '\xf0\x9f', '\x98\x80', '\xed\xa0', '\xef\xbb\xbf'],
    ];
    const piece = () =>
      random(3) === 0
        ? String.fromCharCode(random(256))
        : (pieces[random(pieces.length)] as string);
    expectSame(
      Array.from({ length: 20_000 }, () => raw(Array.from({ length: random(24) }, piece).join(''))),
    );
  });
});
