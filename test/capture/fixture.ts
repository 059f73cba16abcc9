/** What the tests of src/capture share: a table of every type, documents, captures in memory. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Vector } from 'apache-arrow';
import { batchFromRows, type Row } from '../../src/capture/batch-from-rows.js';
import type { Manifest, Start } from '../../src/capture/format.js';
import { LOSSES } from '../../src/capture/losses.js';
import type { Capture } from '../../src/capture/open.js';
import type { Sink } from '../../src/capture/sink.js';
import { CaptureWriter } from '../../src/capture/writer.js';
import type { Table } from '../../src/schema/table.js';
import {
  manifestOf,
  START as OPENS_START,
  T0,
  temporaryFolder,
} from '../helpers/sample-capture.js';
import { zstdRaw } from '../helpers/zstd-raw.js';

export const EVERYTHING: Table = {
  name: 'everything',
  doc: 'A column of every type',
  time: 'ts',
  columns: [
    { name: 'ts', type: 'timestamp[ns, UTC]', kind: 'tc_time_ns', doc: '' },
    { name: 'i32', type: 'int32', kind: 'tc_result', doc: '' },
    { name: 'i64', type: 'int64', kind: 'tc_duration_ns', doc: '' },
    { name: 'u8', type: 'uint8', kind: null, doc: '' },
    { name: 'u16', type: 'uint16', kind: null, doc: '' },
    { name: 'u32', type: 'uint32', kind: 'tc_uid', doc: '' },
    { name: 'u64', type: 'uint64', kind: 'tc_cgroup', doc: '' },
    { name: 'flag', type: 'bool', kind: 'tc_bool', doc: '' },
    { name: 'text', type: 'utf8', kind: null, doc: '' },
    { name: 'path', type: 'dictionary<utf8>', kind: 'tc_text', doc: '' },
    { name: 'args', type: 'list<utf8>', kind: 'tc_argv', doc: '' },
    { name: 'op', type: 'enum', kind: 'tc_enum', doc: '', values: ['open', 'openat', 'openat2'] },
  ],
};

export const ROWS: readonly Row[] = [
  {
    ts: T0 + 5n,
    i32: -2147483648,
    i64: -(2n ** 63n),
    u8: 255,
    u16: 65535,
    u32: 2 ** 32 - 1,
    u64: 2n ** 64n - 1n,
    flag: true,
    text: 'plain',
    path: '/etc/passwd',
    args: ['cat', '', '/etc/passwd', ''],
    op: 'openat2',
  },
  {
    ts: T0,
    i32: 2147483647,
    i64: 2n ** 63n - 1n,
    u8: 0,
    u16: 0,
    u32: 0,
    u64: 0n,
    flag: false,
    text: '',
    path: 'a\nb\u0000\u001b[31m\u202e \\x41 😀 日本',
    args: [],
    op: 'open',
  },
  { ts: T0 + 2n ** 33n },
  {
    ts: T0 + 9n,
    i32: 1,
    path: '/etc/passwd',
    op: 'open',
    text: '\u202e',
    flag: true,
    args: ['', '😀\n'],
  },
];

export const START: Start = {
  ...OPENS_START,
  sources: [{ name: 'everything', hooks: ['everything_exit@syscalls/sys_exit_openat'] }],
  tables: [EVERYTHING, LOSSES],
};

export const MANIFEST: Manifest = manifestOf(START, 4);

/** A sink that keeps what it is given. */
export function memorySink(): Sink & { bytes(): Buffer } {
  const chunks: Buffer[] = [];
  return {
    write: (chunk) => void chunks.push(Buffer.from(chunk)),
    bytes: () => Buffer.concat(chunks),
  };
}

/** A finished capture of so many segments of ROWS, and one of losses. */
export function sampleCapture({ segments = 2 } = {}): Buffer {
  const sink = memorySink();
  const writer = new CaptureWriter(sink, START, zstdRaw);
  for (let i = 0; i < segments; i++)
    writer.writeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS));
  const loss = { ts_from: T0, ts_to: T0 + 1n, source: 'everything', reason: 'ring_full', count: 3 };
  writer.writeSegment(LOSSES, batchFromRows(LOSSES, [loss]));
  writer.finish(manifestOf(START, segments * ROWS.length));
  return sink.bytes();
}

/** Puts bytes into a file that is gone after the test. */
export function temporaryFile(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), 'x.tcap');
  writeFileSync(path, bytes);
  return path;
}

/** A vector's values; times as their integers, which get() would make doubles of, lists as arrays. */
export function valuesOf(vector: Vector): unknown[] {
  const [chunk] = vector.data;
  return Array.from({ length: vector.length }, (_, i) => {
    const value = vector.get(i);
    if (value instanceof Vector) return [...value];
    const integers = chunk?.values;
    return value !== null && integers instanceof BigInt64Array ? integers[i] : value;
  });
}

/** Every row of every table, by table and column; what a reader can get out of a capture. */
export function readEverything(capture: Capture): Record<string, Record<string, unknown[]>> {
  return Object.fromEntries(
    capture.tables.map((table) => {
      const names = table.columns.map((column) => column.name);
      const columns = Object.fromEntries(names.map((name) => [name, [] as unknown[]]));
      for (const segment of capture.segments(table.name)) {
        const counts = [segment.rows, segment.timeFrom, segment.timeTo];
        const vectors = segment.read(names);
        if (vectors[0]?.length !== counts[0]) throw new Error('rows differ from vectors');
        vectors.forEach((vector, i) => {
          columns[names[i] as string]?.push(...valuesOf(vector));
        });
      }
      return [table.name, columns];
    }),
  );
}
