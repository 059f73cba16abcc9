/**
 * Decompresses one zstd frame (RFC 8878) of known size: with Node's own zstd where it has one
 * (22.15 and later), else with fzstd, which must be guarded: it allocates what a frame asks for,
 * and on a frame whose declared size is not its real one it gives wrong bytes without an error, or
 * does not come back.
 */
import * as zlib from 'node:zlib';
import { decompress as fzstdDecompress } from 'fzstd';
import { reason } from '../shared/errors.js';
import { Damage } from './damage.js';
import { expandedSize, MAX_BLOCK, type Tables } from './zstd-sequences.js';

/** Gives the `size` bytes that a frame holds, at the start of memory of their own; else Damage. */
export type Decompress = (frame: Uint8Array, size: number) => Uint8Array;

const MAGIC = 0xfd2fb528;

const zstdDecompressSync = (
  zlib as {
    zstdDecompressSync?: (
      bytes: Uint8Array,
      options: { maxOutputLength: number; chunkSize: number },
    ) => Buffer;
  }
).zstdDecompressSync;

export const decompressZstd: Decompress = (frame, size) => {
  const blocks = checkFrame(frame, size);
  let bytes: Uint8Array;
  try {
    bytes = zstdDecompressSync
      ? zstdDecompressSync(frame, { maxOutputLength: size, chunkSize: Math.max(size, 64) })
      : guardedFzstd(frame, size, blocks);
  } catch (error) {
    if (error instanceof Damage) throw error;
    const words = `holds zstd data that cannot be decompressed: ${reason(error)}`;
    throw new Damage(words, { cause: error });
  }
  if (bytes.length !== size) throw new Damage('holds zstd data of another size than declared');
  // fzstd's bytes begin twelve bytes into their memory, where no wide integer is aligned.
  return bytes.byteOffset === 0 ? bytes : new Uint8Array(bytes);
};

function guardedFzstd(
  frame: Uint8Array,
  size: number,
  { compressed, plain }: { compressed: readonly Uint8Array[]; plain: number },
): Uint8Array {
  const tables: Tables = [null, null, null];
  const expanded = compressed.reduce((sum, block) => sum + expandedSize(block, tables), plain);
  holdSize(size, expanded, expanded);
  // fzstd is not given the memory to decompress into: it compares it with 1, which in JavaScript
  // turns all of it into text first, and takes ten times as long.
  return fzstdDecompress(frame);
}

/**
 * Holds a frame to what its headers tell: that it is one frame and nothing else, declares `size`,
 * and has blocks that can expand to as much. Gives its compressed blocks and the bytes of the others.
 */
function checkFrame(frame: Uint8Array, size: number): { compressed: Uint8Array[]; plain: number } {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const { contentSize, checksum, headerBytes } = frameHeader(view);
  if (contentSize !== BigInt(size)) {
    throw new Damage(`holds a zstd frame of ${contentSize} bytes where ${size} are declared`);
  }
  const compressed: Uint8Array[] = [];
  let at = headerBytes;
  let plain = 0;
  for (let last = false; !last; ) {
    if (at + 3 > view.byteLength) throw new Damage('holds a zstd frame that was cut');
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const length = header >> 3;
    const type = (header >> 1) & 3;
    if (type === 3 || length > MAX_BLOCK) throw new Damage('holds a zstd frame of unknown form');
    last = (header & 1) === 1;
    at += 3;
    if (type === 2) compressed.push(frame.subarray(at, at + length));
    else plain += length;
    at += type === 1 ? 1 : length;
  }
  if (at + (checksum ? 4 : 0) !== view.byteLength) {
    throw new Damage('holds a zstd frame that does not end where it should');
  }
  holdSize(size, plain, plain + compressed.length * MAX_BLOCK);
  return { compressed, plain };
}

function holdSize(size: number, least: number, most: number): void {
  if (size < least || size > most) {
    throw new Damage(`holds a zstd frame that does not expand to the ${size} bytes it declares`);
  }
}

/** RFC 8878, 3.1.1.1. */
function frameHeader(view: DataView) {
  if (view.byteLength < 6 || view.getUint32(0, true) !== MAGIC) {
    throw new Damage('holds bytes where a zstd frame should be');
  }
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  if ((descriptor & 0x0b) !== 0 || sizeBytes === 0) {
    throw new Damage('holds a zstd frame without its size, or with a dictionary');
  }
  const at = singleSegment ? 5 : 6;
  const headerBytes = at + sizeBytes;
  if (headerBytes > view.byteLength) throw new Damage('holds a zstd frame that was cut');
  return {
    contentSize: contentSize(view, at, sizeBytes),
    checksum: (descriptor & 4) !== 0,
    headerBytes,
  };
}

function contentSize(view: DataView, at: number, bytes: number): bigint {
  if (bytes === 1) return BigInt(view.getUint8(at));
  if (bytes === 2) return BigInt(view.getUint16(at, true) + 256);
  if (bytes === 4) return BigInt(view.getUint32(at, true));
  return view.getBigUint64(at, true);
}
