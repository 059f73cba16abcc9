import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Damage } from '../../src/capture/damage.js';
import { CaptureFile } from '../../src/capture/file.js';
import { readEntry, walkEntries } from '../../src/capture/zip-reader.js';
import { ZipWriter } from '../../src/capture/zip-writer.js';
import { memorySink, temporaryFile } from './fixture.js';

const MODIFIED = new Date('2025-11-21T13:14:15Z');
const small = Buffer.from('small '.repeat(100));
const odd = Buffer.from('x');
const large = Buffer.alloc(16 * 1024, 'large ');

function zipOf(contents: Record<string, Buffer>): Buffer {
  const sink = memorySink();
  const writer = new ZipWriter(sink, MODIFIED);
  for (const [name, bytes] of Object.entries(contents)) writer.add(name, bytes);
  writer.finish();
  return sink.bytes();
}

/** The central directory, read the way that unzip does: from the end. */
function directoryOf(zip: Buffer) {
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).toBe(0x06054b50);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  const start = at;
  const records = Array.from({ length: count }, () => {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50);
    const nameLength = zip.readUInt16LE(at + 28);
    const record = {
      name: zip.toString('latin1', at + 46, at + 46 + nameLength),
      flags: zip.readUInt16LE(at + 8),
      method: zip.readUInt16LE(at + 10),
      modified: zip.readUInt32LE(at + 12),
      crc: zip.readUInt32LE(at + 16),
      stored: zip.readUInt32LE(at + 20),
      size: zip.readUInt32LE(at + 24),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      offset: zip.readUInt32LE(at + 42),
    };
    // From flags to size, and the length of the name, the local header says the same.
    const central = zip.subarray(at + 8, at + 30);
    expect(zip.subarray(record.offset + 6, record.offset + 28)).toEqual(central);
    at += 46 + nameLength + zip.readUInt16LE(at + 30);
    return record;
  });
  expect(at - start).toBe(zip.readUInt32LE(end + 12));
  return records;
}

describe('the writer', () => {
  test('deflates small entries that shrink and stores the others, sizes and CRC in both headers', () => {
    const zip = zipOf({ 'small.txt': small, 'a/odd': odd, large });
    const records = directoryOf(zip);
    const deflated = deflateRawSync(small).length;
    const shared = { flags: 0, modified: 0x5b7569c7, mode: 0o100600 };
    expect(records).toEqual([
      {
        ...shared,
        name: 'small.txt',
        method: 8,
        crc: crc32(small),
        stored: deflated,
        size: 600,
        offset: 0,
      },
      {
        ...shared,
        name: 'a/odd',
        method: 0,
        crc: crc32(odd),
        stored: 1,
        size: 1,
        offset: 39 + deflated,
      },
      {
        ...shared,
        name: 'large',
        method: 0,
        crc: crc32(large),
        stored: 16384,
        size: 16384,
        offset: 75 + deflated,
      },
    ]);
  });

  test('writes ZIP64 records where there are more than 65,535 entries', () => {
    const sink = memorySink();
    const writer = new ZipWriter(sink, MODIFIED);
    for (let i = 0; i < 65_536; i++) writer.add(String(i), odd);
    writer.finish();
    const zip = sink.bytes();
    const end = zip.length - 22;
    expect(zip.readUInt16LE(end + 10)).toBe(0xffff);
    const record = zip64RecordOf(zip);
    expect(record.entries).toBe(65_536n);
    expect(record.start + record.bytes).toBe(BigInt(record.at));
    expect(zip.readUInt32LE(Number(record.start))).toBe(0x02014b50);
    const file = CaptureFile.open(temporaryFile(zip));
    expect(walkEntries(file).entries.length).toBe(65_536);
    file.close();
  });

  test('writes ZIP64 records where an entry begins behind 4 GiB', () => {
    const headers: Buffer[] = [];
    const body = new Uint8Array(512 << 20);
    let position = 0;
    const sink = {
      write(chunk: Uint8Array) {
        position += chunk.length;
        if (chunk !== body) headers.push(Buffer.from(chunk));
      },
    };
    const writer = new ZipWriter(sink, MODIFIED);
    for (let i = 0; i < 8; i++) writer.add(`${i}`, body);
    const far = position;
    expect(far).toBeGreaterThan(2 ** 32);
    writer.add('far', odd);
    writer.finish();
    const tail = Buffer.concat(headers.slice(-2));
    const entry = tail.subarray(tail.indexOf('far') - 46);
    expect(entry.readUInt32LE(42)).toBe(0xffff_ffff);
    expect(entry.readUInt16LE(6)).toBe(45);
    const extra = entry.subarray(46 + 3);
    expect([extra.readUInt16LE(0), extra.readUInt16LE(2)]).toEqual([1, 8]);
    expect(extra.readBigUInt64LE(4)).toBe(BigInt(far));
    const record = zip64RecordOf(tail);
    expect(record.entries).toBe(9n);
    expect(record.start + record.bytes).toBe(BigInt(record.at + position - tail.length));
  });
});

/** The ZIP64 end record, found by its locator before the end record. Offsets are from the whole file. */
function zip64RecordOf(zip: Buffer) {
  const locator = zip.length - 22 - 20;
  expect(zip.readUInt32LE(locator)).toBe(0x07064b50);
  const at = locator - 56;
  expect(zip.readUInt32LE(at)).toBe(0x06064b50);
  expect(zip.readBigUInt64LE(at + 4)).toBe(44n);
  const [entries, bytes, start] = [32, 40, 48].map((field) => zip.readBigUInt64LE(at + field));
  expect(zip.readBigUInt64LE(locator + 8)).toBe((start as bigint) + (bytes as bigint));
  return { at, entries, bytes: bytes as bigint, start: start as bigint };
}

describe('the reader', () => {
  const whole = zipOf({ 'small.txt': small, 'a/odd': odd, large });

  function read(zip: Buffer, most = 1 << 20): [string, Buffer][] {
    const file = CaptureFile.open(temporaryFile(zip));
    try {
      return walkEntries(file).entries.map((entry) => [
        entry.name,
        Buffer.from(readEntry(file, entry, most)),
      ]);
    } finally {
      file.close();
    }
  }

  test('reads what the writer wrote, with the directory and without', () => {
    const contents = [
      ['small.txt', small],
      ['a/odd', odd],
      ['large', large],
    ];
    expect(read(whole)).toEqual(contents);
    expect(read(whole.subarray(0, whole.indexOf('PK\x01\x02')))).toEqual(contents);
  });

  /** The zip with one field of its first local header changed. */
  function withHeader(change: (header: Buffer) => void): Buffer {
    const zip = Buffer.from(whole);
    change(zip);
    return zip;
  }

  test.each([
    [
      'a data descriptor',
      (zip: Buffer) => zip.writeUInt16LE(8, 6),
      'has flags that captures do not use',
    ],
    ['encryption', (zip: Buffer) => zip.writeUInt16LE(1, 6), 'has flags that captures do not use'],
    ['an unknown method', (zip: Buffer) => zip.writeUInt16LE(93, 8), 'is compressed by method 93'],
    ['ZIP64 sizes', (zip: Buffer) => zip.writeUInt32LE(0xffff_ffff, 22), 'is 4 GiB or larger'],
    [
      'a stored entry of two sizes',
      (zip: Buffer) => zip.writeUInt16LE(0, 8),
      'has two different sizes',
    ],
    [
      'a size that runs over the end',
      (zip: Buffer) => zip.writeUInt32LE(1 << 30, 18),
      'is damaged at byte 0',
    ],
    ['another size', (zip: Buffer) => zip.writeUInt32LE(9, 18), 'is damaged at byte 48'],
    [
      'a size that is too small',
      (zip: Buffer) => zip.writeUInt32LE(599, 22),
      'longer than the 599',
    ],
    [
      'a size that is too large',
      (zip: Buffer) => zip.writeUInt32LE(601, 22),
      'is shorter than declared',
    ],
    ['no size', (zip: Buffer) => zip.writeUInt32LE(0, 22), 'deflated from nothing'],
    [
      'a size beyond the bound',
      (zip: Buffer) => zip.writeUInt32LE(2 << 20, 22),
      'at most 1048576 are allowed',
    ],
    ['another CRC', (zip: Buffer) => zip.writeUInt32LE(0, 14), 'its CRC-32 does not match'],
    ['a name that is too long', (zip: Buffer) => zip.writeUInt16LE(300, 26), 'is too long'],
  ])('refuses %s', (_, change, words) => {
    expect(() => read(withHeader(change))).toThrow(words);
    expect(() => read(withHeader(change))).toThrow(Damage);
  });

  test.each([
    '/etc/passwd',
    '../x',
    'a/../x',
    'a/./x',
    'a//x',
    'a\\x',
    'a\0x',
    'a/',
    '',
    'é',
    'a\nx',
    '...',
  ])('refuses the name %j', (name) => {
    expect(() => read(zipOf({ [name]: odd }))).toThrow(
      'the name of the entry at byte 0 is not allowed',
    );
  });

  test('refuses two entries of one name', () => {
    const twice = zipOf({ a: odd });
    const local = twice.subarray(0, twice.indexOf('PK\x01\x02'));
    expect(() => read(Buffer.concat([local, twice]))).toThrow('entry a stands in it twice');
  });
});
