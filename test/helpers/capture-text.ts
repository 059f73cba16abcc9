/** What captures make of bytes that need not be text, spelt out again: no code of tracecap's. */

/** The text that a capture has for these bytes (design: "Values"). */
export function captureText(hex: unknown): string | null {
  if (typeof hex !== 'string') return null;
  let [text, rest] = ['', Buffer.from(hex, 'hex')];
  while (rest.length > 0) {
    const size = [1, 2, 3, 4].find((n) => isCharacter(rest.subarray(0, n))) ?? 0;
    const looksEscaped = /^\\x[0-9A-F]{2}/.test(rest.toString('latin1', 0, 4));
    if (size > 0 && !looksEscaped) text += rest.toString('utf8', 0, size);
    else text += `\\x${rest.toString('hex', 0, 1).toUpperCase()}`;
    rest = rest.subarray(Math.max(size, 1));
  }
  return text;
}

/** Whether the bytes are one character in UTF-8. */
function isCharacter(bytes: Buffer): boolean {
  try {
    return (
      [...new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)].length === 1
    );
  } catch {
    return false;
  }
}
