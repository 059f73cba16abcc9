/**
 * Reads a ZIP front to back by its local headers, never by its directory: a file that was cut off,
 * or is still being written, is whole up to its last whole entry. Every byte is a stranger's.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { count } from '../shared/count.js';
import { reason } from '../shared/errors.js';
import { Damage } from './damage.js';
import type { CaptureFile } from './file.js';
import { MAX_ENTRIES } from './format.js';
import * as zip from './zip-format.js';

export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes of the content in the file, and where they begin. */
  readonly stored: number;
  readonly offset: number;
}

/** Bytes of a header and the name behind it: what one read fetches. */
const HEADER_AND_NAME = zip.LOCAL_BYTES + 255;
/** Parts of a path in plain ASCII: no empty part, so neither absolute nor ending in a slash. */
const NAME = /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/;

/** Entries of a capture, and whether the central directory follows them, which a writer adds last. */
export interface ZipEntries {
  readonly entries: readonly ZipEntry[];
  readonly closed: boolean;
}

/** The file's entries in order, up to the central directory or to where the file ends. */
export function walkEntries(file: CaptureFile, most = MAX_ENTRIES): ZipEntries {
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  for (;;) {
    const entry = entryAt(file, at);
    if (entry === 'directory') return { entries, closed: true };
    if (entry === 'cut') {
      refuseLostEntries(file, at);
      return { entries, closed: false };
    }
    if (entries.length === most) throw new Damage(`has more than ${count(most)} entries`);
    if (names.has(entry.name)) throw new Damage(`entry ${entry.name} stands in it twice`);
    names.add(entry.name);
    entries.push(entry);
    at = entry.offset + entry.stored;
  }
}

/** The content of an entry, checked against its size and CRC. Damage where it is larger than `most`. */
export function readEntry(file: CaptureFile, entry: ZipEntry, most: number): Uint8Array {
  const size = Math.max(entry.size, entry.stored);
  if (size > most) throw new Damage(`is ${size} bytes, and at most ${most} are allowed`);
  const stored = file.read(entry.offset, entry.stored);
  const bytes = entry.deflated ? inflate(stored, entry.size) : stored;
  if (crc32(bytes) !== entry.crc) throw new Damage('is damaged: its CRC-32 does not match');
  return bytes;
}

function entryAt(file: CaptureFile, at: number): ZipEntry | 'directory' | 'cut' {
  const bytes = file.read(at, Math.min(HEADER_AND_NAME, file.size - at));
  const header = Buffer.from(bytes.buffer);
  if (header.length < 4) return 'cut';
  const signature = header.readUInt32LE(0);
  if (signature === zip.CENTRAL_SIGNATURE) return 'directory';
  if (signature !== zip.LOCAL_SIGNATURE) throw new Damage(`is damaged at byte ${at}`);
  if (header.length < zip.LOCAL_BYTES) return 'cut';
  const nameLength = header.readUInt16LE(26);
  const extraLength = header.readUInt16LE(28);
  if (nameLength > HEADER_AND_NAME - zip.LOCAL_BYTES) {
    throw new Damage(`the name of the entry at byte ${at} is too long`);
  }
  if (header.length < zip.LOCAL_BYTES + nameLength) return 'cut';
  const name = header.toString('latin1', zip.LOCAL_BYTES, zip.LOCAL_BYTES + nameLength);
  const entry = checkedEntry(header, name, at, at + zip.LOCAL_BYTES + nameLength + extraLength);
  return entry.offset + entry.stored > file.size ? 'cut' : entry;
}

function checkedEntry(header: Buffer, name: string, at: number, offset: number): ZipEntry {
  if (!NAME.test(name) || name.split('/').some((part) => /^\.+$/.test(part))) {
    throw new Damage(`the name of the entry at byte ${at} is not allowed`);
  }
  const refuse = (why: string) => new Damage(`entry ${name} ${why}`);
  const method = header.readUInt16LE(8);
  const stored = header.readUInt32LE(18);
  const size = header.readUInt32LE(22);
  if (header.readUInt16LE(6) !== 0) throw refuse('has flags that captures do not use');
  if (method !== zip.STORED && method !== zip.DEFLATED) {
    throw refuse(`is compressed by method ${method}, which captures do not use`);
  }
  if (stored === zip.MAX_U32 || size === zip.MAX_U32) throw refuse('is 4 GiB or larger');
  if (method === zip.STORED && stored !== size) throw refuse('has two different sizes');
  const crc = header.readUInt32LE(14);
  return { name, deflated: method === zip.DEFLATED, crc, size, stored, offset };
}

/**
 * A finished file ends in its directory's end record. If an entry runs over the end of such a file,
 * the file was not cut: a size in it is wrong, and entries would be lost without a word.
 */
function refuseLostEntries(file: CaptureFile, at: number): void {
  if (file.size - at < zip.END_BYTES) return;
  const end = Buffer.from(file.read(file.size - zip.END_BYTES, zip.END_BYTES).buffer);
  if (end.readUInt32LE(0) === zip.END_SIGNATURE) throw new Damage(`is damaged at byte ${at}`);
}

function inflate(stored: Uint8Array, size: number): Uint8Array {
  if (size === 0) throw new Damage('is damaged: deflated from nothing');
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(stored, { maxOutputLength: size });
  } catch (error) {
    throw new Damage(`is damaged: ${inflateFailure(error, size)}`, { cause: error });
  }
  if (bytes.length !== size) throw new Damage('is damaged: it is shorter than declared');
  return bytes;
}

/** Node says of a result over maxOutputLength that it cannot create a buffer, which tells nobody why. */
function inflateFailure(error: unknown, size: number): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_BUFFER_TOO_LARGE'
    ? `it is longer than the ${size} bytes declared`
    : reason(error);
}
