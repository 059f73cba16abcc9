/** Names that are no text, through the decoder: design, section 3, Values. */
import { expect, test } from 'vitest';
import { describeDecoder } from '../helpers/decoder.js';
import { seeded } from '../helpers/random.js';
import { columnsOf, event } from '../helpers/text-events.js';

/** A string of one character a byte. */
const raw = (text: string) => Buffer.from(text, 'latin1');

/** What escaping is undone with: every \xNN stands for one byte. */
function undoEscapes(text: string): Buffer {
  const spelt = Buffer.from(text).toString('latin1');
  return raw(
    spelt.replace(/\\x([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
  );
}

describeDecoder('text', (decoder) => {
  const decoded = (bytes: Uint8Array) => columnsOf(decoder, [event(bytes)]).texts[0];

  test.each([
    ['nothing', '', ''],
    ['plain', '/etc/passwd', '/etc/passwd'],
    ['controls, which are text', '\0\n\x1b[31m\x7f', '\0\n\x1b[31m\x7f'],
    ['two bytes, first and last', '\xc2\x80\xdf\xbf', '\u0080\u07ff'],
    ['three bytes, first and last', '\xe0\xa0\x80\xef\xbf\xbf', '\u0800\uffff'],
    ['around the surrogates', '\xed\x9f\xbf\xee\x80\x80', '\ud7ff\ue000'],
    ['four bytes, first and last', '\xf0\x90\x80\x80\xf4\x8f\xbf\xbf', '\u{10000}\u{10ffff}'],
    ['a byte order mark', '\xef\xbb\xbfx', '\ufeffx'],
    ['lone continuations', '\x80a\xbf', '\\x80a\\xBF'],
    ['one continuation too many', '\xc3\xa9\xa9', 'é\\xA9'],
    ['overlong, two bytes', '\xc0\xaf\xc1\xbf', '\\xC0\\xAF\\xC1\\xBF'],
    ['overlong, three bytes', '\xe0\x80\xaf\xe0\x9f\xbf', '\\xE0\\x80\\xAF\\xE0\\x9F\\xBF'],
    [
      'overlong, four bytes',
      '\xf0\x80\x80\xaf\xf0\x8f\xbf\xbf',
      '\\xF0\\x80\\x80\\xAF\\xF0\\x8F\\xBF\\xBF',
    ],
    ['the first surrogate', '\xed\xa0\x80', '\\xED\\xA0\\x80'],
    ['the last surrogate', '\xed\xbf\xbf', '\\xED\\xBF\\xBF'],
    ['a pair of surrogates (CESU-8)', '\xed\xa0\xbd\xed\xb8\x80', '\\xED\\xA0\\xBD\\xED\\xB8\\x80'],
    ['beyond U+10FFFF', '\xf4\x90\x80\x80', '\\xF4\\x90\\x80\\x80'],
    ['leads of no sequence', '\xf5\xf8\xfc\xfe\xff', '\\xF5\\xF8\\xFC\\xFE\\xFF'],
    ['cut at the end, of two', 'a\xc3', 'a\\xC3'],
    ['cut at the end, of three', 'a\xe2\x82', 'a\\xE2\\x82'],
    ['cut at the end, of four', 'a\xf0\x9f\x98', 'a\\xF0\\x9F\\x98'],
    ['cut by another character', '\xe2\x82a\xf0\x9fé', '\\xE2\\x82a\\xF0\\x9F\\xE9'],
    ['cut by a whole sequence', '\xe2\xc3\xa9', '\\xE2é'],
  ])('%s', (_, bytes, text) => {
    expect(decoded(raw(bytes))).toBe(text);
  });

  test.each([
    ['\\', '\\'],
    ['C:\\users\\', 'C:\\users\\'],
    ['\\x', '\\x'],
    ['\\x4', '\\x4'],
    ['\\x4g', '\\x4g'],
    ['\\X41', '\\X41'],
    ['\\x41', '\\x5Cx41'],
    ['\\xFF', '\\x5CxFF'],
    ['\\xff', '\\xff'],
    ['\\xfF', '\\xfF'],
    ['\\x2d', '\\x2d'],
    ['\\x2D', '\\x5Cx2D'],
    ['\\\\x41', '\\\\x5Cx41'],
    ['\\x5Cx41', '\\x5Cx5Cx41'],
    ['\\x4\xff', '\\x4\\xFF'],
    ['\\\xff', '\\\\xFF'],
    ['\\x41\\x42', '\\x5Cx41\\x5Cx42'],
  ])('backslashes: %j is kept as %j', (bytes, text) => {
    expect(decoded(raw(bytes))).toBe(text);
    expect(undoEscapes(text)).toEqual(raw(bytes));
  });

  test('a backslash is spelt out only where it would begin an escape', () => {
    const pairs = Array.from({ length: 0x10000 }, (_, n) =>
      raw(`\\x${String.fromCharCode(n >> 8, n & 0xff)}`),
    );
    const { texts } = columnsOf(
      decoder,
      pairs.map((bytes) => event(bytes)),
    );
    const spelt = texts.filter((text) => text?.startsWith('\\x5C'));
    const hex = [...'0123456789ABCDEF'];
    expect(spelt.sort()).toEqual(hex.flatMap((a) => hex.map((b) => `\\x5Cx${a}${b}`)).sort());
  });

  test('no text is null, and an empty one is not', () => {
    expect(columnsOf(decoder, [event(null), event(raw('')), event(null)]).texts).toEqual([
      null,
      '',
      null,
    ]);
  });

  test('a fixed name ends at its NUL, or where it is full', () => {
    const names = [
      '',
      'sh',
      'fifteen-bytes-x',
      'sixteen bytes xx',
      'cut\0stale',
      'caf\xe9',
      '\\x41',
      '123456789012345\xc3',
    ];
    const { comms } = columnsOf(
      decoder,
      names.map((name) => event(null, raw(name))),
    );
    expect(comms).toEqual([
      '',
      'sh',
      'fifteen-bytes-x',
      'sixteen bytes xx',
      'cut',
      'caf\\xE9',
      '\\x5Cx41',
      '123456789012345\\xC3',
    ]);
  });

  test('escaping can be undone: 2,000 names of random bytes', () => {
    const names = randomNames(2000);
    const { texts } = columnsOf(
      decoder,
      names.map((name) => event(name)),
    );
    names.forEach((name, i) => {
      expect(undoEscapes(texts[i] as string)).toEqual(name);
    });
    const distinct = (all: readonly string[]) => new Set(all).size;
    expect(distinct(texts as string[])).toBe(
      distinct(names.map((name) => name.toString('latin1'))),
    );
  });

  test('text that is UTF-8 and has no escapes in it stays as it is', () => {
    const valid = randomNames(2000)
      .map((name) => name.toString('utf8'))
      .filter((text) => !/\\x[0-9A-F]{2}/.test(text));
    expect(valid.length).toBeGreaterThan(500);
    expect(
      columnsOf(
        decoder,
        valid.map((text) => event(Buffer.from(text))),
      ).texts,
    ).toEqual(valid);
  });
});

/** Made of pieces of sequences and escapes as often as of any byte. */
function randomNames(count: number): Buffer[] {
  const random = seeded(41);
  const pieces = [
    '\\',
    'x',
    '\\x',
    '4',
    'F',
    'f',
    '\\x5C',
    '\\xA9',
    '\xc3',
    '\xa9',
    '\xe2\x82',
    '\xac',
    '\xf0\x9f',
    '\x98\x80',
    '\xed\xa0',
    '/',
    '\0',
  ];
  const piece = () =>
    random(3) === 0 ? String.fromCharCode(random(256)) : (pieces[random(pieces.length)] as string);
  return Array.from({ length: count }, () =>
    raw(Array.from({ length: random(24) }, piece).join('')),
  );
}
