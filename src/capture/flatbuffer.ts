/**
 * Reads tables of the FlatBuffers format, in which Arrow writes its metadata, from bytes of a
 * stranger. apache-arrow's own reader believes them: a vector that claims 2^31 entries keeps it
 * looping and allocating. Here whatever points outside the bytes is Damage, and so is a vector
 * with more entries than there are bytes for.
 */
import { Damage } from './damage.js';

/** Longer names and values do not occur; without a bound one text could be read a thousand times. */
const MAX_TEXT = 4096;

const utf8 = new TextDecoder();

/** A table; its fields are named by their slots, which are their positions in the .fbs file. */
export class FlatTable {
  readonly #view: DataView;
  readonly #position: number;
  readonly #vtable: number;

  private constructor(view: DataView, position: number) {
    this.#view = view;
    this.#position = position;
    this.#vtable = position - int32(view, position);
    check(view, this.#vtable, 4);
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, uint32(view, 0));
  }

  /** An integer of 1, 2 or 4 bytes. */
  integer(slot: number, bytes: 1 | 2 | 4): number {
    const at = this.#field(slot);
    if (at === null) return 0;
    check(this.#view, at, bytes);
    if (bytes === 1) return this.#view.getUint8(at);
    return bytes === 2 ? this.#view.getInt16(at, true) : this.#view.getInt32(at, true);
  }

  /** A 64-bit integer that counts something here: 0 to 2^53. */
  count(slot: number): number {
    const at = this.#field(slot);
    return at === null ? 0 : count(this.#view, at);
  }

  text(slot: number): string | null {
    const at = this.#target(slot);
    if (at === null) return null;
    const length = uint32(this.#view, at);
    check(this.#view, at + 4, length);
    if (length > MAX_TEXT) throw new Damage('has Arrow metadata with a text that is too long');
    return utf8.decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at + 4, length));
  }

  table(slot: number): FlatTable | null {
    const at = this.#target(slot);
    return at === null ? null : new FlatTable(this.#view, at);
  }

  /** How many entries a vector says that it has. */
  entries(slot: number): number {
    const at = this.#target(slot);
    return at === null ? 0 : uint32(this.#view, at);
  }

  /** A vector of tables, of which there are at most so many. */
  tables(slot: number, most: number): FlatTable[] {
    const { at, length } = this.#vector(slot, 4);
    if (length > most) throw new Damage('has Arrow metadata with too many entries');
    return Array.from({ length }, (_, i) => {
      const entry = at + i * 4;
      return new FlatTable(this.#view, entry + uint32(this.#view, entry));
    });
  }

  /** A vector of structs of two 64-bit counts each. Its caller bounds its entries. */
  pairs(slot: number): [number, number][] {
    const { at, length } = this.#vector(slot, 16);
    return Array.from({ length }, (_, i) => [
      count(this.#view, at + i * 16),
      count(this.#view, at + i * 16 + 8),
    ]);
  }

  #vector(slot: number, entryBytes: number): { at: number; length: number } {
    const at = this.#target(slot);
    if (at === null) return { at: 0, length: 0 };
    const length = uint32(this.#view, at);
    check(this.#view, at + 4, length * entryBytes);
    return { at: at + 4, length };
  }

  /** Where a field that is an offset points to. */
  #target(slot: number): number | null {
    const at = this.#field(slot);
    return at === null ? null : at + uint32(this.#view, at);
  }

  /** Where a field's value stands; null where it is absent and so has its default, zero. */
  #field(slot: number): number | null {
    const at = 4 + slot * 2;
    check(this.#view, this.#vtable, 2);
    if (at + 2 > this.#view.getUint16(this.#vtable, true)) return null;
    check(this.#view, this.#vtable + at, 2);
    const offset = this.#view.getUint16(this.#vtable + at, true);
    return offset === 0 ? null : this.#position + offset;
  }
}

function int32(view: DataView, at: number): number {
  check(view, at, 4);
  return view.getInt32(at, true);
}

function uint32(view: DataView, at: number): number {
  check(view, at, 4);
  return view.getUint32(at, true);
}

function count(view: DataView, at: number): number {
  check(view, at, 8);
  const value = Number(view.getBigInt64(at, true));
  if (value < 0 || !Number.isSafeInteger(value)) {
    throw new Damage('has Arrow metadata with an impossible count');
  }
  return value;
}

function check(view: DataView, at: number, bytes: number): void {
  if (at < 0 || at + bytes > view.byteLength) {
    throw new Damage('has Arrow metadata that point outside themselves');
  }
}
