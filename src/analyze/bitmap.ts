import type { Data } from 'apache-arrow';

/** The bitmap that says which rows are not null; null where none is. */
export function validityOf(data: Data): Uint8Array | null {
  return data.nullCount > 0 && data.nullBitmap.length > 0 ? data.nullBitmap : null;
}

/** Bit `row` of one of Arrow's bitmaps. */
export function isSet(bitmap: Uint8Array, row: number): boolean {
  return (((bitmap[row >> 3] as number) >> (row & 7)) & 1) === 1;
}
