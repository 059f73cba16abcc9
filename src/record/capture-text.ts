/** Text that the recorder itself reads, spelt as native/decode/text.cc spells that of events. */

/** What looks like the escape of a byte, and so must be told from one. */
const LIKE_AN_ESCAPE = /\\(?=x[0-9A-F]{2})/g;

/** Characters beyond ASCII in UTF-8 (Unicode 15, table 3-7), each byte as one char; or a byte that is in none. */
const BEYOND_ASCII =
  /([\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|[\x80-\xff]/g;

/**
 * Bytes as a capture has them: UTF-8, in which each byte that belongs to no character is `\xNN` and a
 * backslash that would begin such a sequence is `\x5C`.
 */
export function captureText(bytes: Uint8Array): string {
  const each = Buffer.from(bytes).toString('latin1').replace(LIKE_AN_ESCAPE, '\\x5C');
  const whole = each.replace(BEYOND_ASCII, (byte: string, character?: string) =>
    character === undefined ? `\\x${byte.charCodeAt(0).toString(16).toUpperCase()}` : character,
  );
  return Buffer.from(whole, 'latin1').toString('utf8');
}
