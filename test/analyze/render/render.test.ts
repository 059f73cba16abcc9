import { describe, expect, test } from 'vitest';
import { csvRows } from '../../../src/analyze/render/csv.js';
import { durationText } from '../../../src/analyze/render/duration-text.js';
import { jsonRows, jsonText } from '../../../src/analyze/render/json.js';
import { tableRows } from '../../../src/analyze/render/table.js';
import { isPlain, shortenMiddle, textWidth } from '../../../src/analyze/render/text-width.js';

const HOSTILE = 'a\nb\u001b[31m\u202e,"x"';

describe('json', () => {
  test('integers keep all digits, unquoted', () => {
    expect(jsonText({ ns: 1_763_683_200_123_456_789n, min: -(2n ** 63n), n: 3 })).toBe(
      '{"ns":1763683200123456789,"min":-9223372036854775808,"n":3}',
    );
  });

  test('control and bidi characters are \\uNNNN, and parsing gives them back', () => {
    const text = jsonText(`${HOSTILE}\u0085\u007f\\n\ud800`);
    expect(text).toBe('"a\\u000ab\\u001b[31m\\u202e,\\"x\\"\\u0085\\u007f\\\\n\\ud800"');
    expect(JSON.parse(text)).toBe(`${HOSTILE}\u0085\u007f\\n\ud800`);
    expect(jsonText('😀 日本')).toBe('"😀 日本"');
  });

  test('reals, bytes, null and members that are absent', () => {
    expect(jsonText([0.1, 1e300, Number.POSITIVE_INFINITY, null, true])).toBe(
      '[0.1,1e+300,9e999,null,true]',
    );
    expect(jsonText({ bytes: new Uint8Array([0, 255]), gone: undefined })).toBe('{"bytes":"00ff"}');
  });

  test('rows are an array of objects, a line each', () => {
    expect([...jsonRows(['a'], [[1n], ['x']])].join('')).toBe('[{"a":1},\n{"a":"x"}]\n');
    expect([...jsonRows(['a'], [])].join('')).toBe('[]\n');
  });

  test('columns of one name are told apart', () => {
    const row = [[1, 2, 3, 4]];
    expect([...jsonRows(['pid', 'pid', 'pid_2', 'pid'], row)].join('')).toBe(
      '[{"pid":1,"pid_3":2,"pid_2":3,"pid_4":4}]\n',
    );
  });
});

test('csv quotes as RFC 4180 does, ends lines with LF and tells null from empty', () => {
  const rows = [
    ['a,b', 'say "x"', 1n],
    [HOSTILE, '', null],
  ];
  expect([...csvRows(['p,q', 'b', 'c'], rows)].join('')).toBe(
    '"p,q",b,c\n"a,b","say ""x""",1\n"a\\x0Ab\\x1B[31m\\u{202E},""x""","",\n',
  );
});

test('csv of one column has no empty line, which readers would pass over', () => {
  expect([...csvRows(['a'], [[null], [1n], ['']])].join('')).toBe('a\n""\n1\n""\n');
  expect([...csvRows(['a', 'b'], [[null, null]])].join('')).toBe('a,b\n,\n');
});

describe('table', () => {
  test('numbers to the right, text to the left, no trailing blanks', () => {
    const rows = [
      [1n, '/a', null],
      [12345, '/日本', 'x'],
    ];
    expect([...tableRows(['opens', 'path', 'y'], rows)].join('')).toBe(
      ['opens  path   y', '    1  /a     null', '12345  /日本  x', ''].join('\n'),
    );
  });

  test('is inert', () => {
    const text = [...tableRows(['p'], [[HOSTILE]])].join('');
    expect(text).toBe('p\na\\x0Ab\\x1B[31m\\u{202E},"x"\n');
  });

  test('fits the terminal by shortening the middle of its last column', () => {
    const path = `/usr/lib/${'very/'.repeat(30)}deep/file.so`;
    const lines = [...tableRows(['opens', 'path'], [[1, path]], { width: 40 })]
      .join('')
      .split('\n');
    expect(lines[1]).toMatch(/^ {4}1 {2}\/usr\/lib\/\S*…\S*deep\/file\.so$/);
    expect(lines[1]).toHaveLength(40);
  });

  test('a very long text is whole, and makes only its own line longer', () => {
    const long = 'x'.repeat(1 << 20);
    const rows = Array.from({ length: 2000 }, (_, i) => [i === 700 ? long : `/${i}`, i, 'y']);
    const lines = [...tableRows(['path', 'n', 'z'], rows)].join('').trimEnd().split('\n');
    expect(lines).toHaveLength(2001);
    expect(lines[701]?.replace(long, 'LONG')).toBe('LONG  700  y');
    const others = lines.toSpliced(701, 1).map((line) => line.length);
    expect(Math.max(...others)).toBe(120 + '  1999  y'.length);
    expect(lines.at(-1)).toMatch(/^\/1999 +1999 {2}y$/);
  });

  test('rows that are padded look as the first ones, which cli-table3 lays out', () => {
    const characters = Array.from({ length: 0x11_0000 }, (_, code) => code)
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code));
    const plain = characters.filter((character) => isPlain(character) && character.trim() !== '');
    expect(plain.length).toBeGreaterThan(30_000);
    const texts = ['', 'a', 'e\u0301\u0301', 'b'.repeat(130), ...chunks(plain, 500)];
    for (const text of texts) {
      expect(isPlain(text)).toBe(true);
      const lines = linesOf([
        [text, 'z'],
        ...Array.from({ length: 20 }, () => ['', 'z']),
        [text, 'z'],
      ]);
      expect(lines.at(-1)).toBe(lines[1]);
    }
  });

  test('text that cli-table3 finds narrower than its characters is in line with the first rows', () => {
    for (const text of ['👩‍👩‍👧', '1\ufe0f\u20e3', '🇩🇪', '✌', '☝🏽', '©', 'a\u200db']) {
      expect(isPlain(text)).toBe(false);
      const lines = linesOf(Array.from({ length: 25 }, () => [text, 1, text, 'z']));
      expect(new Set(lines.slice(1))).toHaveLength(1);
      expect(lines[1]?.startsWith(text)).toBe(true);
    }
  });

  test('plain rows and others keep their order', () => {
    const rows = Array.from({ length: 100 }, (_, i) => [i, i % 3 === 0 ? '❤\ufe0f' : 'x', i]);
    const numbers = linesOf(rows).map((line) => line.trim().split(/\s+/)[0]);
    expect(numbers.slice(1)).toEqual(rows.map(([i]) => `${i}`));
  });

  test('without rows there is a header', () => {
    expect([...tableRows(['a', 'b'], [])].join('')).toBe('a  b\n');
  });

  test('many rows come in pieces under one header', () => {
    const rows = Array.from({ length: 2500 }, (_, i) => [i, `/file/${i}`]);
    const pieces = [...tableRows(['n', 'path'], rows)];
    expect(pieces.length).toBeGreaterThan(1);
    const lines = pieces.join('').trimEnd().split('\n');
    expect(lines).toHaveLength(2501);
    expect(lines.filter((line) => line.includes('path'))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/^2499 {2}\/file\/2499$/);
  });
});

function linesOf(rows: unknown[][]): string[] {
  const columns = (rows[0] ?? []).map((_, i) => `c${i}`);
  return [...tableRows(columns, rows)].join('').trimEnd().split('\n');
}

function chunks(characters: readonly string[], length: number): string[] {
  return Array.from({ length: Math.ceil(characters.length / length) }, (_, i) =>
    characters.slice(i * length, (i + 1) * length).join(''),
  );
}

test('long values are laid out as they come, not by the thousand', () => {
  let given = 0;
  const rows = (function* () {
    for (; given < 100; given++) yield ['x'.repeat(1 << 19)];
  })();
  tableRows(['long'], rows, { width: 40 }).next();
  expect(given).toBeLessThan(5);
});

test('width counts wide characters twice, and shortening keeps to it', () => {
  expect(['abc', '日本', '😀', 'e\u0301'].map(textWidth)).toEqual([3, 4, 2, 1]);
  for (const text of ['/a/b/c/d/e/f/g/h', '日本日本日本日本', 'x'.repeat(500)]) {
    for (const width of [1, 2, 5, 12]) {
      const short = shortenMiddle(text, width);
      expect(textWidth(short)).toBeLessThanOrEqual(width);
      expect(short).toContain('…');
    }
  }
  expect(shortenMiddle('short', 5)).toBe('short');
  expect(shortenMiddle('/usr/lib/x86_64/libc.so.6', 12)).toBe('/usr…bc.so.6');
  expect(shortenMiddle('😀日本語😀日本語😀', 10)).toBe('😀…本語😀');
});

test('durations have three digits', () => {
  const durations = [0n, 999n, 1_530_000n, 999_960_000n, 60_000_000_000n, 723_000_000_000n];
  expect(durations.map(durationText)).toEqual([
    '0 ns',
    '999 ns',
    '1.53 ms',
    '1000 ms',
    '60.0 s',
    '12m 03s',
  ]);
  expect(durationText(11_100_000_000_000n)).toBe('3h 05m');
});
