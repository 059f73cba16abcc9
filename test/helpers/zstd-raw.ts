/** Valid zstd frames (RFC 8878) that do not compress: raw and RLE blocks, for tests on any Node. */

const MAX_BLOCK = 128 * 1024;

/** A frame with a declared content size: RLE blocks where a block is one byte repeated, else raw. */
export function zstdRaw(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += MAX_BLOCK) {
    const last = at + MAX_BLOCK >= bytes.length;
    const block = bytes.subarray(at, at + MAX_BLOCK);
    const repeats = block.length > 1 && block.every((byte) => byte === block[0]);
    blocks.push(zstdBlock(block, { last, type: repeats ? 'rle' : 'raw' }));
  }
  return zstdFrame(bytes.length, ...blocks);
}

/** A frame of these blocks that declares this size: four bytes of it, single segment, no checksum. */
export function zstdFrame(declared: number, ...blocks: Uint8Array[]): Uint8Array {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  header.writeUInt32LE(declared, 5);
  return new Uint8Array(Buffer.concat([header, ...blocks]));
}

/** One block; an RLE block repeats its content's first byte `length` times. */
export function zstdBlock(
  content: Uint8Array,
  { last, type, length = content.length }: { last: boolean; type: 'raw' | 'rle'; length?: number },
): Uint8Array {
  const header = (length << 3) | ((type === 'rle' ? 1 : 0) << 1) | (last ? 1 : 0);
  const head = [header & 0xff, (header >> 8) & 0xff, header >> 16];
  return Buffer.concat([Buffer.from(head), type === 'rle' ? content.subarray(0, 1) : content]);
}
