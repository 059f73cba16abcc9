/** Text in Arrow's layout: entry i is data[offsets[i], offsets[i + 1]), in UTF-8. */
export interface TextLayout {
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
}

export function textLayout(values: readonly string[]): TextLayout {
  const texts = values.map((value) => Buffer.from(value));
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    offsets[i + 1] = (offsets[i] as number) + text.length;
  });
  return { offsets, data: new Uint8Array(Buffer.concat(texts)) };
}

/**
 * Bytes of the longest list, in the sense of MAX_LIST_BYTES: list i has the texts from lists[i] to
 * lists[i + 1], and each takes four bytes for its offset.
 */
export function longestList(lists: Int32Array, { offsets }: TextLayout): number {
  const endOf = (i: number) => (offsets[lists[i] as number] as number) + 4 * (lists[i] as number);
  let longest = 0;
  for (let i = 1; i < lists.length; i++) longest = Math.max(longest, endOf(i) - endOf(i - 1));
  return longest;
}
