/** Every way to end, each row against what wait4(2) said. Titles name the known bugs of exitsnoop tools. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compatObject } from '../../src/record/source-object.js';
import { exitsnoop } from '../../src/sources/exitsnoop.js';
import { describeLive, TRACECAP } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { info, query, type Row, Running, record } from './recorder.js';
import { recordBySession } from './session.js';

/** A line of workloads/exits.c. */
interface Done {
  readonly comm: string;
  readonly pid: number;
  readonly ppid: number;
  readonly birth_ppid: number;
  /** As wait4(2) has it. */
  readonly status: number;
  /** That the process ever had. */
  readonly threads: number;
  readonly measured_ns: number;
  readonly rusage_us: number;
  readonly max_rss_bytes: number;
  readonly begun_ns: number;
  readonly gone_ns: number;
}

/** What a row says of a process, but for times. */
const COMPARED =
  'pid, tid, ppid, birth_ppid, uid, comm, mntns, scope, exit_code, signal, core_dumped, max_rss_bytes';

const TIMES =
  'cast(ts as text) as ts, cast(start_ts as text) as start_ts, age_ns, utime_ns, stime_ns';

/** wait4(2) cuts user and system time to whole microseconds. */
const RUSAGE_CUT_NS = 2000;

const IN_NEW_PID_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];

/** Their threads end at the same time. */
const TOGETHER: ReadonlySet<string> = new Set(['many_threads', 'thread_exits']);

const ONLY_EXITS = ['record', '-s', 'exitsnoop', '--exitsnoop-threads'];

describeExits('exitsnoop', []);
describeExits('exitsnoop inside a pid namespace', IN_NEW_PID_NAMESPACE);

function describeExits(name: string, within: readonly string[]): void {
  describeLive(name, () => {
    const folder = publicFolder();
    const capture = join(folder.path, 'x.tcap');
    let done: Done[] = [];
    let rows: Row[] = [];
    beforeAll(async () => {
      const exits = buildWorkload('exits', folder.path);
      const [first = '', ...rest] = [...within, TRACECAP, ...ONLY_EXITS, '-o', capture];
      const ended = await new Running(first, [...rest, '--', exits, folder.path]).ended;
      expect(ended).toMatchObject({ status: 0 });
      done = parsed(ended.stdout);
      rows = await query(
        capture,
        `select ${COMPARED}, ${TIMES} from exitsnoop order by ts, scope desc`,
      );
    }, 60_000);
    afterAll(folder.remove);

    const processes = () => rows.filter(({ scope }) => scope === 'process');
    const rowOf = (pid: number) => processes().find((row) => row.pid === pid) as Row;

    test('every process has one row, with the status that wait4(2) had (19712 instead of 77)', () => {
      expect(done.length).toBe(22);
      const found = processes().slice(0, -1).map(withoutTimes);
      // One by one: a diff of all rows is no message.
      for (const process of done) {
        const own = found.filter(({ pid }) => pid === process.pid);
        expect(own, process.comm).toEqual([expected(process, within.length > 0)]);
      }
      expect(found.length).toBe(done.length);
    });

    test('the ways to end were all there', () => {
      const status = Object.fromEntries(done.map((process) => [process.comm, process.status]));
      expect(status).toMatchObject({
        ...{ zero: 0, code_77: 77 << 8, code_300: 44 << 8, segv_no_core: 11, killed: 9 },
        ...{ terminated: 15, leader_first: 5 << 8, zombie_leader: 9, thread_exits: 9 << 8 },
        ...{ thread_exec: 21 << 8, leader_exec: 21 << 8, many_threads: 0, orphan: 31 << 8 },
        ...{ sister: 33 << 8, traced: 41 << 8 },
      });
      expect([11, 11 | 0x80]).toContain(status.segv_core);
    });

    test('a process that was there before has no parent at birth', () => {
      expect(processes().at(-1)).toMatchObject({
        ...{ pid: done[0]?.ppid, tid: done[0]?.ppid, comm: 'exits', birth_ppid: null },
        ...{ exit_code: 0, signal: null },
      });
    });

    test('who forked it and who waits for it are told apart (a tracer shown as the parent)', () => {
      const of = (comm: string) => done.find((process) => process.comm === comm) as Done;
      const main = of('zero').ppid;
      expect(rowOf(of('orphan').pid)).toMatchObject({ ppid: main, birth_ppid: of('deserter').pid });
      expect(rowOf(of('sister').pid)).toMatchObject({ ppid: main, birth_ppid: main });
      expect(rowOf(of('traced').pid)).toMatchObject({ ppid: main, birth_ppid: main });
    });

    test('it ends with its last thread, not with its leader (an end while it runs on)', () => {
      const several = done.filter(({ threads }) => threads > 1);
      expect(several.length).toBe(7);
      for (const { pid, comm } of several) {
        const ends = rows.filter((row) => row.pid === pid);
        expect(ends.filter(({ scope }) => scope === 'process').length, comm).toBe(1);
        // Threads that end together may pass the tracepoint in any order.
        if (!TOGETHER.has(comm)) expect(ends.at(-1)?.scope, comm).toBe('process');
      }
    });

    test('every thread has a row of its own, which tells of no other', () => {
      const threads = rows.filter(({ scope }) => scope === 'thread');
      for (const { pid, comm, threads: count } of done) {
        expect(threads.filter((row) => row.pid === pid).length, comm).toBe(count);
      }
      const used = new Set(threads.map((row) => `${row.birth_ppid} ${row.max_rss_bytes}`));
      expect([...used]).toEqual(['null null']);
    });

    test('a thread has its own status, name and start', () => {
      const { pid } = done.find(({ comm }) => comm === 'leader_first') as Done;
      const [leader, worker] = rows.filter((row) => row.pid === pid);
      expect(leader).toMatchObject({ tid: pid, comm: 'leader_first', exit_code: 3 });
      expect(worker).toMatchObject({ scope: 'thread', comm: 'worker', exit_code: 5 });
      expect(worker?.tid).not.toBe(pid);
      expect(time(worker, 'start_ts')).toBeGreaterThan(time(leader, 'start_ts'));
    });

    test('times lie between fork and wait4(2), and no age is negative', () => {
      const { wall_ns, boot_ns } = info(capture).manifest.clock;
      const wall = (ns: number) => BigInt(ns) + wall_ns - boot_ns;
      for (const { pid, begun_ns, gone_ns } of done) {
        const row = rowOf(pid);
        const [start, end] = [time(row, 'start_ts'), time(row, 'ts')];
        expect(start).toBeGreaterThanOrEqual(wall(begun_ns));
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(wall(gone_ns));
      }
      expect(rows.filter((row) => time(row, 'ts') - time(row, 'start_ts') !== age(row))).toEqual(
        [],
      );
    });

    test('CPU time is not less than measured, and not more than wait4(2) tells', () => {
      for (const { pid, comm, measured_ns, rusage_us } of done) {
        const row = rowOf(pid);
        const used = Number(row.utime_ns) + Number(row.stime_ns);
        expect(used, comm).toBeGreaterThanOrEqual(measured_ns);
        expect(used, comm).toBeLessThanOrEqual(rusage_us * 1000 + RUSAGE_CUT_NS);
      }
      const measured = done.filter(({ measured_ns }) => measured_ns > 0);
      expect(measured.map(({ comm }) => comm)).toEqual(['many_threads', 'burns']);
    });

    test('the CPU time of threads is not less than they measured', () => {
      const { pid, measured_ns } = done.find(({ comm }) => comm === 'many_threads') as Done;
      const threads = rows.filter((row) => row.pid === pid && row.scope === 'thread');
      const used = threads.map((row) => Number(row.utime_ns) + Number(row.stime_ns));
      expect(used.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(measured_ns);
    });

    test('peak memory is what was touched, though it was given back', () => {
      const { pid } = done.find(({ comm }) => comm === 'touches') as Done;
      expect(rowOf(pid).max_rss_bytes).toBeGreaterThanOrEqual(64 << 20);
    });
  });
}

describeLive('exitsnoop, by its options', () => {
  const folder = publicFolder();
  const capture = (name: string) => join(folder.path, `${name}.tcap`);
  let exits = '';
  beforeAll(() => {
    exits = buildWorkload('exits', folder.path);
  });
  afterAll(folder.remove);

  /** The names of the processes that ended, by what they were and by a recording with these words. */
  async function recorded(name: string, ...words: string[]) {
    const ended = await record([
      ...['-s', 'exitsnoop', '-o', capture(name), ...words, '--', exits, folder.path],
    ]);
    expect(ended).toMatchObject({ status: 0 });
    const rows = await query(capture(name), 'select comm, scope from exitsnoop order by ts');
    expect(rows.filter(({ scope }) => scope !== 'process')).toEqual([]);
    return { done: parsed(ended.stdout), names: rows.map(({ comm }) => comm).sort() };
  }

  test.concurrent('--exitsnoop-min: none has lived for an hour', async () => {
    expect((await recorded('hour', '--exitsnoop-min', '1h')).names).toEqual([]);
  });

  test.concurrent('--exitsnoop-min: all have lived for a nanosecond', async () => {
    const { done, names } = await recorded('instant', '--exitsnoop-min', '0.000001ms');
    expect(names).toEqual(['exits', ...done.map(({ comm }) => comm)].sort());
  });

  test.concurrent('--failed: what a signal ended, or another code than 0', async () => {
    const { done, names } = await recorded('failed', '-x');
    const failed = done.filter(({ status }) => status !== 0);
    expect(failed.length).toBeGreaterThan(10);
    expect(names).toEqual(failed.map(({ comm }) => comm).sort());
  });

  test.concurrent('--comm: the name of a process is its leader’s, whoever ends it', async () => {
    expect((await recorded('leader', '-n', 'leader_first')).names).toEqual(['leader_first']);
    expect((await recorded('worker', '-n', 'worker')).names).toEqual([]);
  });

  test('a thread that the kernel added ends last, and so does its process (no row at all)', async () => {
    const polled = buildWorkload('polled', folder.path);
    const { status, stdout } = await record([
      ...['-s', 'exitsnoop', '-o', capture('polled'), '--', polled, '100'],
    ]);
    expect(status).toBe(0);
    for (const [line] of stdout.matchAll(/^skipped: .*\n/gm)) process.stderr.write(line);
    const rows = await query(capture('polled'), 'select pid, exit_code from exitsnoop order by ts');
    const ends = rows.slice(0, -1).map(({ pid, exit_code }) => `${pid} ${exit_code}`);
    expect(ends).toEqual(stdout.match(/^\d+ \d+$/gm) ?? []);
    expect(rows.at(-1)?.exit_code).toBe(0);
  });

  test('the object for older kernels records the same', async () => {
    const compat = { ...exitsnoop, object: compatObject(exitsnoop.object) };
    const { exitStatus, rows, started } = await recordBySession(compat, [
      ...['sh', '-c', 'exec "$0" "$1" >/dev/null', exits, folder.path],
    ]);
    expect(exitStatus).toBe(0);
    expect(started).toMatchObject([{ object: 'exitsnoop.compat.bpf.o' }]);
    expect(rows.length).toBe(23);
    expect(rows.find(({ comm }) => comm === 'code_77')).toMatchObject({ exit_code: 77 });
    expect(rows.find(({ comm }) => comm === 'thread_exec')?.birth_ppid).toBe(rows.at(-1)?.pid);
  });
});

function parsed(stdout: string): Done[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What the row of a process must say, but for times. */
function expected(done: Done, ownMounts: boolean): Row {
  const { pid, ppid, birth_ppid, comm, status, max_rss_bytes } = done;
  const signal = status & 0x7f || null;
  return {
    ...{ pid, tid: pid, ppid, birth_ppid, uid: process.getuid?.() ?? -1, comm },
    mntns: ownMounts ? expect.any(Number) : statSync('/proc/self/ns/mnt').ino,
    ...{ scope: 'process', exit_code: signal ? null : status >> 8, signal },
    ...{ core_dumped: (status & 0x80) >> 7, max_rss_bytes },
  } as Row;
}

function withoutTimes({ ts, start_ts, age_ns, utime_ns, stime_ns, ...same }: Row): Row {
  return same;
}

function time(row: Row | undefined, column: 'ts' | 'start_ts'): bigint {
  return BigInt(String(row?.[column]));
}

/** An age beyond 2^53 ns would be 104 days. */
function age(row: Row): bigint {
  return BigInt(Number(row.age_ns));
}
