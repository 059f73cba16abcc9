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
