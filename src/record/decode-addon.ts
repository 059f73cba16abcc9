/** The decoder addon (native/decode) as TypeScript has it. */
import type { DecodePlan } from '../schema/define-source.js';
import type { ColumnBatch } from '../schema/table.js';
import { loadAddon } from '../shared/assets.js';

export interface DecodeAddon {
  /**
   * Decodes a raw batch: records as they lie in the rings, of the sources whose plans are given, in
   * the order of their numbers. One batch a plan, null where it has no row. timeOffset: nanoseconds
   * between boot time and the Unix epoch. Throws a RangeError at a record that is not whole.
   */
  decodeRecords(
    plans: readonly DecodePlan[],
    bytes: Uint8Array,
    timeOffset: bigint,
  ): (ColumnBatch | null)[];
  /** One zstd frame, which declares its content size. */
  zstdCompress(bytes: Uint8Array, level: number): Uint8Array;
}

/** Loads the addon; null where it was not built. */
export function loadDecodeAddon(): DecodeAddon | null {
  return loadAddon('decodeAddon') as DecodeAddon | null;
}
