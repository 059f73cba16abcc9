import { expect, test } from 'vitest';
import { escapeText } from '../../src/shared/escape-text.js';

test.each([
  ['plain /usr/lib/日本 é 😀', 'plain /usr/lib/日本 é 😀'],
  ['a\nb\tc\0', 'a\\x0Ab\\x09c\\x00'],
  ['\u001b[31mred\u007f', '\\x1B[31mred\\x7F'],
  ['\u009b31m\u0085', '\\u{009B}31m\\u{0085}'],
  ['\u202egpj.exe\u2066\u200f\u061c', '\\u{202E}gpj.exe\\u{2066}\\u{200F}\\u{061C}'],
  ['two\u2028lines', 'two\\u{2028}lines'],
])('%j is shown as %s', (text, shown) => {
  expect(escapeText(text)).toBe(shown);
});

test('a literal \\u{202E} in a name is not taken for an escaped one', () => {
  expect(escapeText('\\u{202E}')).toBe('\\x5Cu{202E}');
  expect(escapeText('\\u{202E}')).not.toBe(escapeText('\u202e'));
  expect(escapeText('C:\\users')).toBe('C:\\users');
});

test('nothing below a space, no C1 and no bidi control is left of all of Unicode', () => {
  const all = Array.from({ length: 0xd800 }, (_, code) => String.fromCharCode(code)).join('');
  expect(escapeText(all)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
});
