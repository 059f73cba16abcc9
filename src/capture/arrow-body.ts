/** The buffers of a record batch's body, which a stranger wrote: fetched one by one, when asked for. */
import type { ArrowBatch } from './arrow-message.js';
import type { Nulls } from './arrow-type.js';
import { Damage } from './damage.js';
import { MAX_LIST_BYTES, MAX_TEXT_BYTES } from './format.js';
import { longestList, type TextLayout } from './text-layout.js';
import type { Decompress } from './zstd.js';

/** Writers pad buffers to 8 or 64 bytes (Columnar.html, "Buffer Alignment and Padding"). */
const MAX_PADDING = 64;

/** What one reading of a segment may still decompress to. */
export interface Budget {
  bytes: number;
}

export class ArrowBody {
  readonly rows: number;
  readonly #batch: ArrowBatch;
  readonly #budget: Budget;
  readonly #decompress: Decompress;

  constructor(batch: ArrowBatch, budget: Budget, decompress: Decompress) {
    this.rows = batch.rows;
    this.#batch = batch;
    this.#budget = budget;
    this.#decompress = decompress;
  }

  /** The validity bitmap of a column's node and how many nulls are in it, counted. */
  nulls(node: number, buffer: number): Nulls {
    const declared = this.#batch.nodes[node];
    if (declared?.[0] !== this.rows) throw new Damage('has columns of different lengths');
    const absent = this.#batch.buffers[buffer]?.[1] === 0;
    const validity = absent ? null : this.fixed(buffer, (this.rows + 7) >> 3);
    const count = validity ? this.rows - countBits(validity, this.rows) : 0;
    if (count !== declared[1]) throw new Damage(`has a column with a wrong count of nulls`);
    return { validity, count };
  }

  /** A buffer of a known length, without its padding. */
  fixed(buffer: number, bytes: number): Uint8Array {
    return this.#read(buffer, bytes, bytes + MAX_PADDING).subarray(0, bytes);
  }

  /** Text: `entries` + 1 offsets, ascending, within the data and not too far from each other. */
  text(buffer: number, entries: number): TextLayout {
    const data = this.#read(buffer + 1, 0, this.#budget.bytes);
    const offsets = this.#offsets(buffer, entries);
    holdOffsets(offsets, data.length, 'text', 'data');
    for (let i = 1; i < offsets.length; i++) {
      if ((offsets[i] as number) - (offsets[i - 1] as number) > MAX_TEXT_BYTES) {
        throw new Damage(`has a text of more than ${MAX_TEXT_BYTES} bytes`);
      }
    }
    return { offsets, data };
  }

  /**
   * A list of texts a row: list i has the texts from offsets[i] to offsets[i + 1]. Node and buffers
   * of the texts follow those of the lists; none of the texts may be null.
   */
  lists(node: number, buffer: number): { offsets: Int32Array; texts: TextLayout } {
    const [entries, nulls] = this.#batch.nodes[node + 1] ?? [0, 0];
    if (nulls !== 0) throw new Damage('has a list with nulls in it');
    const offsets = this.#offsets(buffer + 1, this.rows);
    holdOffsets(offsets, entries, 'a list', 'texts');
    const texts = this.text(buffer + 3, entries);
    if (longestList(offsets, texts) > MAX_LIST_BYTES) {
      throw new Damage(`has a list of more than ${MAX_LIST_BYTES} bytes`);
    }
    return { offsets, texts };
  }

  #offsets(buffer: number, entries: number): Int32Array {
    // No entries may have no offsets (Columnar.html, "Variable-size Binary Layout").
    const absent = entries === 0 && this.#batch.buffers[buffer]?.[1] === 0;
    const bytes = absent ? new ArrayBuffer(4) : this.fixed(buffer, (entries + 1) * 4).buffer;
    return new Int32Array(bytes, 0, entries + 1);
  }

  /** A buffer in memory of its own, which lets go of the segment and is aligned for any type. */
  #read(index: number, least: number, most: number): Uint8Array {
    const { buffers, body, compressed } = this.#batch;
    const [offset, length] = buffers[index] ?? [0, Number.POSITIVE_INFINITY];
    if (offset + length > body.length) throw new Damage('has a buffer outside its body');
    const region = body.subarray(offset, offset + length);
    const packed = compressed && length > 0;
    const declared = packed ? declaredSize(region) : -1;
    const content = packed ? region.subarray(8) : region;
    const size = declared === -1 ? content.length : declared;
    if (!(size >= least && size <= Math.min(most, this.#budget.bytes))) {
      throw new Damage(`has a buffer of ${size} bytes where ${least} are needed`);
    }
    this.#budget.bytes -= size;
    // Not slice(): a Buffer's shares its memory.
    if (declared === -1) return new Uint8Array(content);
    return size === 0 ? new Uint8Array(0) : this.#decompress(content, size);
  }
}

/** Offsets of `what` into its `content` ascend, and end within. */
function holdOffsets(offsets: Int32Array, end: number, what: string, content: string): void {
  let last = offsets[0] as number;
  if (last < 0) throw new Damage(`has ${what} that begins before its ${content}`);
  for (let i = 1; i < offsets.length; i++) {
    const offset = offsets[i] as number;
    if (offset < last) throw new Damage(`has ${what} whose offsets do not ascend`);
    last = offset;
  }
  if (last > end) throw new Damage(`has ${what} that ends behind its ${content}`);
}

/** The prefix of a compressed buffer: bytes when decompressed, or -1 for one that is stored as it is. */
function declaredSize(region: Uint8Array): number {
  if (region.length < 8) throw new Damage('has a compressed buffer without its length');
  return Number(new DataView(region.buffer, region.byteOffset, 8).getBigInt64(0, true));
}

const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

/** How many of the first `rows` bits are set. */
function countBits(bitmap: Uint8Array, rows: number): number {
  const whole = rows >> 3;
  let bits = 0;
  for (let i = 0; i < whole; i++) bits += BITS_OF_BYTE[bitmap[i] as number] as number;
  const rest = (bitmap[whole] ?? 0) & ((1 << (rows & 7)) - 1);
  return bits + (BITS_OF_BYTE[rest] as number);
}
