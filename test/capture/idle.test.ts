import { expect, test } from 'vitest';
import { batchFromRows } from '../../src/capture/batch-from-rows.js';
import { CaptureWriter } from '../../src/capture/writer.js';
import type { Column, Table } from '../../src/schema/table.js';
import { zstdRaw } from '../helpers/zstd-raw.js';
import { MANIFEST, START } from './fixture.js';

const column = (name: string, type: Column['type'], values?: readonly string[]): Column => ({
  name,
  type,
  kind: null,
  doc: `What ${name} says of the call`,
  ...(values && { values }),
});

/** The columns of opensnoop. */
const OPENS: Table = {
  name: 'opens',
  doc: 'Files opened',
  time: 'ts',
  columns: [
    column('ts', 'timestamp[ns, UTC]'),
    column('pid', 'int32'),
    column('tid', 'int32'),
    column('ppid', 'int32'),
    column('uid', 'uint32'),
    column('comm', 'dictionary<utf8>'),
    column('cgroup', 'uint64'),
    column('mntns', 'uint32'),
    column('syscall', 'enum', ['open', 'openat', 'openat2', 'creat', 'open_by_handle_at']),
    column('path', 'dictionary<utf8>'),
    column('raw_path', 'dictionary<utf8>'),
    column('dirfd', 'int32'),
    column('flags', 'uint64'),
    column('mode', 'uint32'),
    column('ret', 'int32'),
    column('duration_ns', 'int64'),
    column('path_truncated', 'bool'),
  ],
};

/** The n-th open of a quiet machine: daemons that look at /proc, cron jobs, a failing search now and then. */
function quietOpen(n: number, ts: bigint) {
  const noise = (n * 7_368_787) % 9_999_991;
  const pid = 600 + (noise % 23) * 17;
  const path = [
    `/proc/${pid}/stat`,
    `/etc/cron.d/job-${noise % 11}`,
    `/usr/lib/x86_64-linux-gnu/lib${noise % 97}.so.6`,
  ];
  const failed = noise % 9 === 0;
  return {
    ts: ts + BigInt(noise * 10),
    pid,
    tid: pid + (noise % 3),
    ppid: 1,
    uid: noise % 5 === 0 ? 1000 : 0,
    comm: `daemon-${pid % 7}`,
    cgroup: 4000 + (pid % 7),
    mntns: 4_026_531_841,
    syscall: 'openat',
    path: path[noise % 3] as string,
    raw_path: noise % 4 === 0 ? 'stat' : null,
    dirfd: noise % 4 === 0 ? 5 : -100,
    flags: 0o2000000 + (noise % 2),
    mode: noise % 13 === 0 ? 0o644 : null,
    ret: failed ? -2 : 3 + (noise % 8),
    duration_ns: 1500 + (noise % 6007),
    path_truncated: false,
  };
}

test('an hour in which little happens stays small: ten opens a second, flushed by 64', () => {
  let bytes = 0;
  const sink = {
    write(chunk: Uint8Array) {
      bytes += chunk.length;
    },
  };
  const writer = new CaptureWriter(sink, { ...START, tables: [OPENS] }, zstdRaw);
  for (let first = 0; first < 36_000; first += 64) {
    const rows = Array.from({ length: 64 }, (_, i) =>
      quietOpen(first + i, 1_763_683_200_000_000_000n + BigInt(first + i) * 100_000_000n),
    );
    writer.writeSegment(OPENS, batchFromRows(OPENS, rows));
  }
  writer.finish(MANIFEST);
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(bytes).toBeLessThan(6_000_000);
});
