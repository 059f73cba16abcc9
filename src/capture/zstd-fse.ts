/** Decoding tables of Finite State Entropy (RFC 8878, 4.1), for zstd-sequences.ts. */
import { Damage } from './damage.js';

/** By state: its symbol, and the state that follows: `next` plus the value of so many `bits`. */
export interface FseTable {
  /** Bits of the first state: the table has 2^log states. */
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly next: Uint16Array;
}

/** The table in which every state is one symbol. */
export function rleTable(symbol: number): FseTable {
  return {
    log: 0,
    symbols: Uint8Array.of(symbol),
    bits: new Uint8Array(1),
    next: new Uint16Array(1),
  };
}

/** The table of a distribution: states per symbol, -1 for "less than one", 2^log in sum. */
export function fseTable(log: number, distribution: readonly number[]): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  let high = size;
  distribution.forEach((share, symbol) => {
    if (share === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  distribution.forEach((share, symbol) => {
    for (let i = 0; i < share; i++) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1);
      while (position >= high);
    }
  });
  const bits = new Uint8Array(size);
  const next = new Uint16Array(size);
  const seen = distribution.map(Math.abs);
  symbols.forEach((symbol, state) => {
    const nth = seen[symbol] as number;
    seen[symbol] = nth + 1;
    bits[state] = log - (31 - Math.clz32(nth));
    next[state] = (nth << (bits[state] as number)) - size;
  });
  return { log, symbols, bits, next };
}

/** Reads a table's description (4.1.1) at `start`; gives where it ends. */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  maxLog: number,
  maxSymbol: number,
): { table: FseTable; end: number } {
  let position = start * 8;
  const peek = (count: number) => {
    const i = position >> 3;
    if (position + count > bytes.length * 8 + 16) damaged();
    const word = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16);
    return (word >> (position & 7)) & ((1 << count) - 1);
  };
  const log = peek(4) + 5;
  if (log > maxLog) damaged();
  position += 4;
  const distribution: number[] = [];
  let left = 1 << log;
  while (left > 0) {
    const width = 32 - Math.clz32(left + 1);
    const half = (1 << (width - 1)) - 1;
    const spare = (1 << width) - 2 - left;
    let value = peek(width);
    const short = (value & half) < spare;
    position += short ? width - 1 : width;
    if (short) value &= half;
    else if (value > half) value -= spare;
    distribution.push(value - 1);
    left -= Math.abs(value - 1);
    for (let repeat = value === 1 ? 3 : 0; repeat === 3; ) {
      repeat = peek(2);
      position += 2;
      for (let i = 0; i < repeat; i++) distribution.push(0);
    }
    if (distribution.length > maxSymbol + 1) damaged();
  }
  const end = (position + 7) >> 3;
  if (left < 0 || end > bytes.length) damaged();
  return { table: fseTable(log, distribution), end };
}

function damaged(): never {
  throw new Damage('holds a zstd block with a damaged table');
}
