/**
 * How wide text is in a terminal. Never less than cli-table3 reckons (string-width 4), which would
 * cut a cell that it finds too wide for its column.
 */

/** East Asian Wide and Fullwidth (UAX 11), and emoji, with those that only cli-table3 finds wide, such as U+270C. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3040-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b001}\u{1f200}-\u{1f251}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji_Modifier_Base}/u;
const COMBINING = /[\u0300-\u036f]/;

const ASCII = /^[ -~]*$/;
/**
 * Blocks of which cli-table3 finds each character as wide as we do, whatever stands next to it:
 * letters, their punctuation, Han, kana, Hangul, emoji that are one character. Not what makes a
 * sequence one emoji: joiners, variation selectors, skin tones, flags.
 */
const PLAIN =
  /^[ -~\u00a0-\u00a8\u00aa-\u00ad\u00af-\u10ff\u2010-\u2027\u3001-\u3029\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e\u{1f300}-\u{1f3fa}\u{1f400}-\u{1f64f}]*$/u;

/** Whether cli-table3 finds the text as wide as textWidth does, so that padding it comes to the same. */
export function isPlain(text: string): boolean {
  return ASCII.test(text) || PLAIN.test(text);
}

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text within a number of columns: where it is too long, `…` stands for its middle. */
export function shortenMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const room = Math.max(0, width - 1);
  const head = beginning(text, Math.floor(room * 0.4));
  // The end of a path says more than its beginning.
  return `${head}…${ending(text, room - textWidth(head))}`;
}

/** As many of the first characters as there is room for. */
function beginning(text: string, room: number): string {
  let left = room;
  let end = 0;
  for (const character of text) {
    left -= characterWidth(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** As many of the last characters: from the end, since the text may be long. */
function ending(text: string, room: number): string {
  let left = room;
  let start = text.length;
  while (start > 0) {
    const pair = start > 1 && (text.codePointAt(start - 2) as number) > 0xffff;
    const next = start - (pair ? 2 : 1);
    left -= characterWidth(text.slice(next, start));
    if (left < 0) break;
    start = next;
  }
  return text.slice(start);
}

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
