import { describe, expect, test } from 'vitest';
import { Damage } from '../../src/capture/damage.js';
import { decompressZstd } from '../../src/capture/zstd.js';
import { zstdBlock, zstdFrame, zstdRaw } from '../helpers/zstd-raw.js';

const TEXT = Buffer.from('hello, hello, hello, hello, hello, hello');
/** TEXT as zstd 1.5 compresses it: seven literals and a match. */
const COMPRESSED = Buffer.from('28b52ffd20286d00003868656c6c6f2c2001001a8b11', 'hex');

describe('decompressZstd', () => {
  test.each([1, 2, 255, 256, 131071, 131072, 131073, 400_000])('%i bytes', (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, i) => i * 7 + (i >> 8));
    const result = decompressZstd(zstdRaw(bytes), size);
    expect(Buffer.compare(result, bytes)).toBe(0);
    expect(result.byteOffset).toBe(0);
  });

  test('runs of one byte', () => {
    expect(
      Buffer.compare(
        decompressZstd(zstdRaw(new Uint8Array(300_000)), 300_000),
        Buffer.alloc(300_000),
      ),
    ).toBe(0);
  });

  test('a compressed block', () => {
    expect(Buffer.from(decompressZstd(COMPRESSED, TEXT.length))).toEqual(TEXT);
  });

  test('a compressed block with any bit flipped gives as many bytes, or Damage', () => {
    for (let bit = 0; bit < COMPRESSED.length * 8; bit++) {
      const frame = new Uint8Array(COMPRESSED);
      frame[bit >> 3] = (frame[bit >> 3] as number) ^ (1 << (bit & 7));
      try {
        expect(decompressZstd(frame, TEXT.length).length).toBe(TEXT.length);
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
      }
    }
  });

  const raw = zstdRaw(TEXT);
  const a = Buffer.from('a');
  const rle = (length: number, last: boolean) => zstdBlock(a, { last, type: 'rle', length });

  test.each([
    [
      'declares another size than Arrow does',
      raw,
      TEXT.length + 1,
      'zstd frame of 40 bytes where 41 are declared',
    ],
    [
      'declares less than its blocks hold',
      zstdFrame(8, rle(131_072, false), rle(9, true)),
      8,
      'does not expand to the 8 bytes',
    ],
    [
      'declares more than its blocks hold',
      zstdFrame(1 << 28, rle(131_072, true)),
      1 << 28,
      'does not expand to the 268435456 bytes',
    ],
    [
      'has a block larger than blocks can be',
      zstdFrame(200_000, rle(200_000, true)),
      200_000,
      'of unknown form',
    ],
    [
      'does not declare its size',
      Buffer.from('28b52ffd000009000061', 'hex'),
      1,
      'without its size',
    ],
    [
      'asks for a dictionary',
      Buffer.from('28b52ffd2101010900006100', 'hex'),
      1,
      'or with a dictionary',
    ],
    ['is two frames', Buffer.concat([raw, raw]), TEXT.length, 'does not end where it should'],
    [
      'is followed by something',
      Buffer.concat([raw, a]),
      TEXT.length,
      'does not end where it should',
    ],
    ['has no last block', zstdFrame(1, rle(1, false)), 1, 'that was cut'],
    ['is no frame', Buffer.from('hello world'), 11, 'where a zstd frame should be'],
    ['is empty', new Uint8Array(0), 0, 'where a zstd frame should be'],
  ])('refuses a frame that %s', (_, frame, size, words) => {
    expect(() => decompressZstd(frame, size)).toThrow(words);
    expect(() => decompressZstd(frame, size)).toThrow(Damage);
  });

  test('refuses a frame cut at any byte', () => {
    for (let size = 0; size < raw.length; size++) {
      expect(() => decompressZstd(raw.subarray(0, size), TEXT.length)).toThrow(Damage);
    }
  });
});
