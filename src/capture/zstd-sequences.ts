/**
 * What a compressed zstd block expands to, told without expanding it (RFC 8878, 3.1.1.3): the lengths
 * of its literals and sequences. fzstd needs this guard: it copies whatever the sequences ask for,
 * wherever that ends, so that a frame of 30 bytes keeps it busy for minutes.
 */
import { Damage } from './damage.js';
import { type FseTable, fseTable, readFseTable, rleTable } from './zstd-fse.js';

/** Block_Maximum_Size (3.1.1.2.3): what one block can expand to at most. */
export const MAX_BLOCK = 128 * 1024;

/** Tables that a block leaves for the next one of its frame: literal lengths, offsets, match lengths. */
export type Tables = [FseTable | null, FseTable | null, FseTable | null];

/** A kind of code: its default table, and the bounds of tables that a block brings along. */
interface CodeKind {
  readonly byDefault: FseTable;
  readonly maxLog: number;
  readonly maxSymbol: number;
}

/** Extra bits of the codes of lengths (3.1.1.3.2.1.1); each code begins where the one before it ends. */
const literalBits = Uint8Array.from(
  numbers(`${'0 '.repeat(16)}1 1 1 1 2 2 3 3 4 6 7 8 9 10 11 12 13 14 15 16`),
);
const matchBits = Uint8Array.from(
  numbers(`${'0 '.repeat(32)}1 1 1 1 2 2 3 3 4 4 5 7 8 9 10 11 12 13 14 15 16`),
);
const literalBase = baselines(literalBits, 0);
const matchBase = baselines(matchBits, 3);

/** Default distributions (3.1.1.3.2.2), in the order in which a block has its tables. */
const KINDS: readonly [CodeKind, CodeKind, CodeKind] = [
  {
    byDefault: fseTable(
      6,
      numbers(
        `4 3${' 2'.repeat(11)} 1 1 1${' 2'.repeat(9)} 3 2${' 1'.repeat(5)}${' -1'.repeat(4)}`,
      ),
    ),
    maxLog: 9,
    maxSymbol: 35,
  },
  {
    byDefault: fseTable(5, numbers(`1 1 1 1 1 1 2 2 2${' 1'.repeat(15)}${' -1'.repeat(5)}`)),
    maxLog: 8,
    maxSymbol: 31,
  },
  {
    byDefault: fseTable(6, numbers(`1 4 3 2 2 2 2 2 2${' 1'.repeat(37)}${' -1'.repeat(7)}`)),
    maxLog: 9,
    maxSymbol: 52,
  },
];

/** Bytes that the block expands to; Damage where its parts do not fit together. Updates the tables. */
export function expandedSize(block: Uint8Array, tables: Tables): number {
  const { literals, end } = literalsSection(block);
  let at = end;
  const first = block[at++] ?? damaged();
  if (first === 0) return at === block.length ? literals : damaged();
  let count = first;
  if (first === 255)
    count = (block[at++] ?? damaged()) + ((block[at++] ?? damaged()) << 8) + 0x7f00;
  else if (first > 127) count = ((first - 128) << 8) + (block[at++] ?? damaged());
  const modes = block[at++] ?? damaged();
  if ((modes & 3) !== 0) damaged();
  KINDS.forEach((kind, i) => {
    at = nextTable(block, at, (modes >> (6 - 2 * i)) & 3, kind, tables, i);
  });
  const size = literals + matchedBytes(block.subarray(at), count, tables, literals);
  return size <= MAX_BLOCK ? size : damaged();
}

/** How many literals the block has, and where their section ends (3.1.1.3.1). */
function literalsSection(block: Uint8Array): { literals: number; end: number } {
  const header = (i: number) => block[i] ?? damaged();
  const first = header(0);
  const format = (first >> 2) & 3;
  if ((first & 3) < 2) {
    const bytes = [1, 2, 1, 3][format] as number;
    let literals = bytes === 1 ? first >> 3 : first >> 4;
    for (let i = 1; i < bytes; i++) literals |= header(i) << (8 * i - 4);
    return { literals, end: bytes + ((first & 3) === 0 ? literals : 1) };
  }
  const bytes = [3, 3, 4, 5][format] as number;
  const bits = [10, 10, 14, 18][format] as number;
  let value = 0;
  for (let i = 0; i < bytes; i++) value += header(i) * 2 ** (8 * i);
  const sizes = Math.floor(value / 16);
  return { literals: sizes % 2 ** bits, end: bytes + Math.floor(sizes / 2 ** bits) };
}

/** Puts the block's table of a kind into `tables`; gives where the next one begins (3.1.1.3.2.1). */
function nextTable(
  block: Uint8Array,
  at: number,
  mode: number,
  kind: CodeKind,
  tables: Tables,
  index: number,
): number {
  if (mode === 3) return tables[index] ? at : damaged();
  if (mode === 0) tables[index] = kind.byDefault;
  if (mode === 1) {
    const symbol = block[at] ?? damaged();
    tables[index] = symbol <= kind.maxSymbol ? rleTable(symbol) : damaged();
    return at + 1;
  }
  if (mode !== 2) return at;
  const { table, end } = readFseTable(block, at, kind.maxLog, kind.maxSymbol);
  tables[index] = table;
  return end;
}

/**
 * Walks the sequences (3.1.1.3.2.1.2), a stream of bits that is read from its end, and gives the
 * bytes that their matches copy. Stops at the first that asks for more than a block can have.
 */
function matchedBytes(stream: Uint8Array, count: number, tables: Tables, literals: number): number {
  const [literalTable, offsetTable, matchTable] = tables as [FseTable, FseTable, FseTable];
  const marker = stream.at(-1) || damaged();
  let position = stream.length * 8 - 8 + (31 - Math.clz32(marker));
  const read = (bits: number): number => {
    position -= bits;
    if (position < 0) damaged();
    const i = position >> 3;
    // Beyond the end of a typed array stands undefined, which is 0 here.
    const word =
      (stream[i] as number) | ((stream[i + 1] as number) << 8) | ((stream[i + 2] as number) << 16);
    return (word >> (position & 7)) & ((1 << bits) - 1);
  };
  let literalState = read(literalTable.log);
  let offsetState = read(offsetTable.log);
  let matchState = read(matchTable.log);
  let copied = 0;
  let matched = 0;
  for (let left = count; left > 0; left--) {
    // The offset's extra bits; where it points to changes no length.
    position -= offsetTable.symbols[offsetState] as number;
    const match = matchTable.symbols[matchState] as number;
    matched += (matchBase[match] as number) + read(matchBits[match] as number);
    const literal = literalTable.symbols[literalState] as number;
    copied += (literalBase[literal] as number) + read(literalBits[literal] as number);
    if (copied > literals || matched > MAX_BLOCK) damaged();
    if (left === 1) break;
    literalState =
      (literalTable.next[literalState] as number) + read(literalTable.bits[literalState] as number);
    matchState =
      (matchTable.next[matchState] as number) + read(matchTable.bits[matchState] as number);
    offsetState =
      (offsetTable.next[offsetState] as number) + read(offsetTable.bits[offsetState] as number);
  }
  return position === 0 ? matched : damaged();
}

function numbers(text: string): number[] {
  return text.split(' ').map(Number);
}

function baselines(bits: Uint8Array, first: number): Int32Array {
  let base = first;
  return Int32Array.from(bits, (count) => {
    const own = base;
    base += 1 << count;
    return own;
  });
}

function damaged(): never {
  throw new Damage('holds a zstd block that does not fit together');
}
