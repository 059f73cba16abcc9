/** Small captures of opens, for the tests of readers. */
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { batchFromRows, type Row } from '../../src/capture/batch-from-rows.js';
import type { Manifest, Start } from '../../src/capture/format.js';
import { LOSSES } from '../../src/capture/losses.js';
import { fileSink } from '../../src/capture/sink.js';
import { CaptureWriter } from '../../src/capture/writer.js';
import type { Table } from '../../src/schema/table.js';
import { zstdRaw } from './zstd-raw.js';

/** When the sample recordings start: 2025-11-21T00:00:00.123456789Z. */
export const T0 = 1_763_683_200_123_456_789n;

/** Like the real table where readers look: a column of every type. */
export const OPENS: Table = {
  name: 'opensnoop',
  doc: 'Files opened',
  time: 'ts',
  columns: [
    { name: 'ts', type: 'timestamp[ns, UTC]', kind: 'tc_time_ns', doc: 'When it returned' },
    { name: 'pid', type: 'int32', kind: 'tc_pid', doc: 'Process' },
    { name: 'uid', type: 'uint32', kind: 'tc_uid', doc: 'User' },
    { name: 'comm', type: 'dictionary<utf8>', kind: 'tc_comm', doc: 'Process name' },
    { name: 'cgroup', type: 'uint64', kind: 'tc_cgroup', doc: 'Id of the cgroup' },
    {
      name: 'syscall',
      type: 'enum',
      kind: 'tc_enum',
      doc: 'The call',
      values: ['open', 'openat', 'openat2'],
    },
    { name: 'path', type: 'dictionary<utf8>', kind: 'tc_text', doc: 'The file' },
    { name: 'ret', type: 'int32', kind: 'tc_result', doc: 'Descriptor or -errno' },
    { name: 'duration_ns', type: 'int64', kind: 'tc_duration_ns', doc: 'How long it took' },
    { name: 'path_truncated', type: 'bool', kind: 'tc_bool', doc: 'Whether path was cut' },
  ],
};

/** A table whose source was not recorded, with a list. */
export const EXECS: Table = {
  name: 'execsnoop',
  doc: 'Programs started',
  time: 'ts',
  columns: [
    { name: 'ts', type: 'timestamp[ns, UTC]', kind: 'tc_time_ns', doc: 'When' },
    { name: 'pid', type: 'int32', kind: 'tc_pid', doc: 'Process' },
    { name: 'argv', type: 'list<utf8>', kind: 'tc_argv', doc: 'Arguments' },
    { name: 'ret', type: 'int32', kind: 'tc_result', doc: '0 or -errno' },
  ],
};

/** A row of OPENS, `ms` milliseconds after the start. */
export function open(ms: number, path: string | null, more: Row = {}): Row {
  return {
    ts: T0 + BigInt(ms) * 1_000_000n,
    pid: 100,
    uid: 1000,
    comm: 'cc1',
    cgroup: 2n ** 64n - 1n,
    syscall: 'openat',
    path,
    ret: 3,
    duration_ns: 2n ** 53n + 1n,
    path_truncated: false,
    ...more,
  };
}

/** Six opens of three files by two processes: what most tests ask about. */
export const SOME_OPENS: readonly Row[] = [
  open(0, '/etc/hosts'),
  open(10, '/etc/hosts', { pid: 200 }),
  open(20, '/etc/shadow', { ret: -13 }),
  open(30, '/nowhere', { ret: -2 }),
  open(40, '/nowhere', { ret: -2 }),
  open(50, '/nowhere', { ret: -2 }),
];

export const START: Start = {
  format_version: 1,
  recorder: '0.1.0',
  command_line: ['tracecap', 'record', '--', 'make'],
  requested_by: { uid: 0, sudo_user: 'demo', sudo_uid: 1000 },
  clock: { wall_ns: String(T0), monotonic_ns: '5000000000', boot_ns: '6000000000' },
  host: {
    name: 'demo',
    machine_id_sha256: null,
    boot_id: null,
    kernel: '6.1.0',
    kernel_version: '#1 SMP',
    architecture: 'x86_64',
    distribution: 'Debian GNU/Linux 12 (bookworm)',
    cpus: 4,
    memory_bytes: 8 * 2 ** 30,
    virtualization: 'kvm',
    time_zone: 'Europe/Berlin',
    sysctls: {},
  },
  sources: [{ name: 'opensnoop', hooks: ['exit@syscalls/sys_exit_openat'] }],
  refused: [],
  filters: {},
  pid_namespace: { inode: 4026531836, initial: true },
  ring_bytes: 16 << 20,
  tables: [OPENS, LOSSES],
};

export interface Sample {
  /** Rows by segment; one segment of SOME_OPENS unless told. */
  readonly segments?: readonly (readonly Row[])[];
  readonly losses?: readonly Row[];
  /** Rows of other tables of `start`, by table. */
  readonly more?: Readonly<Record<string, readonly Row[]>>;
  readonly start?: Partial<Start>;
  readonly manifest?: Partial<Manifest>;
  /** false: cut off before its manifest, as by kill -9. */
  readonly finished?: boolean;
}

/** Writes a capture to a path of the caller's. */
export function writeSample(path: string, sample: Sample = {}): void {
  const { segments = [SOME_OPENS], losses = [], more = {}, finished = true } = sample;
  const start = { ...START, ...sample.start };
  const fd = openSync(path, 'w');
  try {
    const writer = new CaptureWriter(fileSink(fd), start, zstdRaw);
    for (const rows of segments) writer.writeSegment(OPENS, batchFromRows(OPENS, rows));
    for (const [name, rows] of Object.entries({ losses, ...more })) {
      const table = start.tables.find((candidate) => candidate.name === name);
      if (table) writer.writeSegment(table, batchFromRows(table, rows));
    }
    const written = { ...more, opensnoop: segments.flat() };
    const rowsOf = (name: string) => new Map(Object.entries(written)).get(name)?.length ?? 0;
    const manifest = manifestOf(start, 0);
    const sources = manifest.sources.map((source) => ({ ...source, rows: rowsOf(source.name) }));
    if (finished) writer.finish({ ...manifest, sources, ...sample.manifest });
  } finally {
    closeSync(fd);
  }
}

/** Writes a capture into a folder that is gone after the test; its path. */
export function sampleCapture(sample: Sample = {}): string {
  const path = join(temporaryFolder(), 'sample.tcap');
  writeSample(path, sample);
  return path;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracecap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A row of LOSSES. */
export function loss(source: string, count: number): Row {
  return { ts_from: T0, ts_to: T0 + 1n, source, reason: 'ring_full', count };
}

/** A manifest of a recording that its command ended. */
export function manifestOf({ sources }: Start, rows: number): Manifest {
  return {
    clock: {
      wall_ns: String(T0 + 2_000_000_000n),
      monotonic_ns: '7000000000',
      boot_ns: '8000000000',
    },
    end_reason: 'command ended',
    end_detail: 'exit status 0',
    sources: sources.map(({ name }) => ({ name, rows, bytes: 4096, lost: 0 })),
    users: { '0': 'root', '1000': 'demo' },
    cost: { recorder_cpu_ns: 30_000_000, recorder_peak_rss_bytes: 64 * 2 ** 20 },
  };
}
