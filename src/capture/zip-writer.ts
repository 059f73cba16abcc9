/** Writes a ZIP front to back: no seeking, no data descriptors, ZIP64 where it is needed. */
import { crc32, deflateRawSync } from 'node:zlib';
import type { Sink } from './sink.js';
import * as zip from './zip-format.js';

/** Segments below this are deflated; the bodies of larger ones are compressed already. */
const DEFLATE_BELOW = 16 * 1024;

/** Version 2.0 of the format for deflate, 4.5 for ZIP64 (4.4.3.2). */
const VERSION = 20;
const VERSION_ZIP64 = 45;
/** The upper byte of "version made by": the attributes are Unix's. */
const MADE_BY_UNIX = 3 << 8;
/** A regular file that only its owner reads: what unzip creates. */
const ATTRIBUTES = (0o100600 << 16) >>> 0;

interface Written {
  readonly name: Buffer;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  readonly stored: number;
  readonly offset: number;
}

export class ZipWriter {
  readonly #sink: Sink;
  readonly #modified: number;
  readonly #entries: Written[] = [];
  #position = 0;
  #failure: { readonly error: unknown } | null = null;

  /** `modified` is the time that every entry bears. */
  constructor(sink: Sink, modified: Date) {
    this.#sink = sink;
    this.#modified = dosTime(modified);
  }

  /** Bytes of the whole records written so far. */
  get bytesWritten(): number {
    return this.#position;
  }

  /**
   * Writes one entry, whose name must be ASCII; gives the bytes that the file grew by. Throws what
   * the sink throws; from then on every call does, since nothing can be read behind a part of an entry.
   * `deflate`: whatever its size.
   */
  add(name: string, bytes: Uint8Array, deflate = bytes.length < DEFLATE_BELOW): number {
    const deflated = deflate ? deflateRawSync(bytes) : bytes;
    const data = deflated.length < bytes.length ? deflated : bytes;
    const entry: Written = {
      name: Buffer.from(name, 'latin1'),
      method: data === bytes ? zip.STORED : zip.DEFLATED,
      crc: crc32(bytes),
      size: bytes.length,
      stored: data.length,
      offset: this.#position,
    };
    this.#write(Buffer.concat([this.#localHeader(entry), entry.name]), data);
    this.#entries.push(entry);
    return this.#position - entry.offset;
  }

  /** Writes the central directory. The last call. */
  finish(): void {
    const start = this.#position;
    const records = this.#entries.map((entry) => this.#centralRecord(entry));
    const directory = Buffer.concat(records);
    this.#write(directory, endRecords(this.#entries.length, start, directory.length));
  }

  #write(...chunks: Uint8Array[]): void {
    if (this.#failure) throw this.#failure.error;
    try {
      for (const chunk of chunks) this.#sink.write(chunk);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
    for (const chunk of chunks) this.#position += chunk.length;
  }

  #localHeader(entry: Written): Buffer {
    const header = Buffer.alloc(zip.LOCAL_BYTES);
    header.writeUInt32LE(zip.LOCAL_SIGNATURE, 0);
    header.writeUInt16LE(VERSION, 4);
    this.#describe(entry, header, 8);
    return header;
  }

  #centralRecord(entry: Written): Buffer {
    const far = entry.offset >= zip.MAX_U32;
    const header = Buffer.alloc(zip.CENTRAL_BYTES);
    header.writeUInt32LE(zip.CENTRAL_SIGNATURE, 0);
    header.writeUInt16LE(MADE_BY_UNIX | VERSION_ZIP64, 4);
    header.writeUInt16LE(far ? VERSION_ZIP64 : VERSION, 6);
    this.#describe(entry, header, 10);
    header.writeUInt32LE(ATTRIBUTES, 38);
    header.writeUInt32LE(far ? zip.MAX_U32 : entry.offset, 42);
    if (!far) return Buffer.concat([header, entry.name]);
    const extra = Buffer.alloc(12);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(entry.offset), 4);
    header.writeUInt16LE(extra.length, 30);
    return Buffer.concat([header, entry.name, extra]);
  }

  /** The fields that both headers have, from the compression method to the length of the name. */
  #describe(entry: Written, header: Buffer, at: number): void {
    header.writeUInt16LE(entry.method, at);
    header.writeUInt32LE(this.#modified, at + 2);
    header.writeUInt32LE(entry.crc, at + 6);
    header.writeUInt32LE(entry.stored, at + 10);
    header.writeUInt32LE(entry.size, at + 14);
    header.writeUInt16LE(entry.name.length, at + 18);
  }
}

function endRecords(entries: number, start: number, bytes: number): Buffer {
  const end = Buffer.alloc(zip.END_BYTES);
  end.writeUInt32LE(zip.END_SIGNATURE, 0);
  end.writeUInt16LE(Math.min(entries, zip.MAX_U16), 8);
  end.writeUInt16LE(Math.min(entries, zip.MAX_U16), 10);
  end.writeUInt32LE(Math.min(bytes, zip.MAX_U32), 12);
  end.writeUInt32LE(Math.min(start, zip.MAX_U32), 16);
  if (entries < zip.MAX_U16 && bytes < zip.MAX_U32 && start < zip.MAX_U32) return end;
  return Buffer.concat([zip64EndRecords(entries, start, bytes), end]);
}

function zip64EndRecords(entries: number, start: number, bytes: number): Buffer {
  const record = Buffer.alloc(zip.ZIP64_END_BYTES + zip.ZIP64_LOCATOR_BYTES);
  record.writeUInt32LE(zip.ZIP64_END_SIGNATURE, 0);
  // The size leaves out the signature and itself (4.3.14.1).
  record.writeBigUInt64LE(BigInt(zip.ZIP64_END_BYTES - 12), 4);
  record.writeUInt16LE(MADE_BY_UNIX | VERSION_ZIP64, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = zip.ZIP64_END_BYTES;
  record.writeUInt32LE(zip.ZIP64_LOCATOR_SIGNATURE, locator);
  record.writeBigUInt64LE(BigInt(start + bytes), locator + 8);
  record.writeUInt32LE(1, locator + 16);
  return record;
}

/** MS-DOS time in the lower and date in the upper half, in UTC: years 1980 to 2107, steps of 2 s. */
function dosTime(date: Date): number {
  const year = Math.min(Math.max(date.getUTCFullYear() - 1980, 0), 127);
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time =
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}
