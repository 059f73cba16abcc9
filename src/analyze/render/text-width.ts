/**
 * How wide text is in a terminal. Never less than cli-table3 reckons (string-width 4), which would
 * cut a cell that it finds too wide for its column.
 */

/** East Asian Wide and Fullwidth (UAX 11), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3040-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b001}\u{1f200}-\u{1f251}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const COMBINING = /[\u0300-\u036f]/;

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text within a number of columns: where it is too long, `…` stands for its middle. */
export function shortenMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = [...text];
  const room = Math.max(0, width - 1);
  const head = fitting(characters, Math.floor(room * 0.4));
  // The end of a path says more than its beginning.
  const tail = fitting(characters.toReversed(), room - textWidth(head.join('')));
  return `${head.join('')}…${tail.reverse().join('')}`;
}

function fitting(characters: readonly string[], room: number): string[] {
  let width = 0;
  const tooLong = characters.findIndex((character) => {
    width += characterWidth(character);
    return width > room;
  });
  return characters.slice(0, tooLong === -1 ? characters.length : tooLong);
}

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
