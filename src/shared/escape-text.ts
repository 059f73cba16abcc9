/**
 * Text from captures was chosen by whoever was recorded: file names with newlines, terminal
 * escapes, right-to-left overrides. Here it becomes inert for people's eyes; JSON has its own way
 * (render/json).
 */

/**
 * C0, DEL, C1, the characters of Unicode's Bidi_Control property, and the line and paragraph
 * separators, which some readers of CSV take for line ends. The source of a character class.
 */
export const UNSAFE_CHARACTERS =
  '\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069';

/** A backslash before a code point in our own spelling would be read as an escape of ours. */
const UNSAFE = new RegExp(`[${UNSAFE_CHARACTERS}]|\\\\(?=u\\{[0-9A-F]{4}\\})`, 'g');

/**
 * The text with every control and bidi character spelt out: `\xNN` for the one-byte ones (as
 * captures spell bytes that are not UTF-8), `\u{NNNN}` for the others. Never holds an escape byte
 * or a line break, and two different texts stay different.
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, spelling);
}

function spelling(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16).toUpperCase();
  if (character === '\\' || code < 0x80) return `\\x${hex.padStart(2, '0')}`;
  return `\\u{${hex.padStart(4, '0')}}`;
}
