/** pid namespaces: the numbers in a capture are those that its recorder sees, and no number is taken for another. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SOURCES } from '../../src/sources/index.js';
import { tracecap } from '../helpers/build.js';
import { describeLive, TRACECAP } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { info, query, Running, startRecording } from './recorder.js';

const NEW_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;
const [UNSHARE, ...IN_NEW] = NEW_NAMESPACE;

/**
 * $1 tracecap, $2 storm, $3 capture: records a process, ends it, and lets another one, which opens
 * files, have its number. Says "reused" if that came to be; the recorder's threads take numbers, too.
 */
const REUSE = `
  "$2" 1 0 1000 /tracecap-old </dev/null >/dev/null & target=$!
  "$1" record -d 60s -o "$3" -p $target 2>"$3.log" & recorder=$!
  until grep -q 'recording .* into' "$3.log"; do kill -0 $recorder || exit 1; sleep 0.05; done
  sleep 0.3
  kill -9 $target
  wait $target
  for try in 1 2 3 4 5 6 7 8 9; do
    echo $((target - 1)) >/proc/sys/kernel/ns_last_pid
    "$2" 1 10 0 /tracecap-new </dev/null >/dev/null & new=$!
    wait $new
    if [ $new = $target ]; then echo reused; break; fi
  done
  kill -TERM $recorder
  wait $recorder`;

describeLive('pid namespaces', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  let family = '';
  let storm = '';
  let actor = '';
  beforeAll(() => {
    family = buildWorkload('family', folder.path);
    storm = buildWorkload('storm', folder.path);
    actor = buildWorkload('actor', folder.path);
  });
  afterAll(folder.remove);

  test.concurrent('a recorder inside has the numbers of its own namespace', async () => {
    const recording = new Running(UNSHARE, [
      ...IN_NEW,
      ...[TRACECAP, 'record', '-o', file('inside'), '--', family, folder.path],
    ]);
    try {
      const [, pid, tid] = await recording.says(/ready (\d+) (\d+)/);
      recording.go();
      expect((await recording.ended).status).toBe(0);
      expect(await whoIsWho(file('inside'))).toEqual([
        { name: 'early', pid: Number(pid), tid: Number(tid), ppid: 1 },
        { name: 'main', pid: Number(pid), tid: Number(pid), ppid: 1 },
      ]);
      expect(info(file('inside')).manifest.pid_namespace.initial).toBe(false);
    } finally {
      recording.stop();
    }
  });

  test.concurrent('inside, every source and the list of processes have the numbers that its user sees', async () => {
    // Its parent, the shell, has gone when it is listed: then it is a child of the namespace's init.
    const script = 'sleep 1000 </dev/null >/dev/null 2>&1 & echo survivor $!; echo act | "$0"';
    const command = ['sh', '-c', script, actor];
    const words = [...IN_NEW, TRACECAP, 'record', '-o', file('all'), '--', ...command];
    const { status, stdout, stderr } = await new Running(UNSHARE, words).ended;
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const [, survivor, pid, child] =
      /^survivor (\d+)\nready (\d+)\nchild (\d+)\n/.exec(stdout) ?? [];
    for (const { name } of SOURCES) {
      const sql = `select pid, tid, ppid from ${name} where comm = 'act'`;
      expect(await query(file('all'), sql), name).toEqual([
        { pid: Number(child), tid: Number(child), ppid: Number(pid) },
      ]);
    }
    expect(await query(file('all'), 'select at, pid, ppid, comm, argv from processes')).toEqual([
      { at: 'end', pid: Number(survivor), ppid: 1, comm: 'sleep', argv: '["sleep","1000"]' },
    ]);
    expect(tracecap(['info', file('all')]).stdout).toMatch(
      new RegExp(`, pids of namespace ${info(file('all')).manifest.pid_namespace.inode}$`, 'm'),
    );
  });

  test.concurrent('a recorder outside has its own, whatever the program inside calls itself', async () => {
    const words = [UNSHARE, ...IN_NEW, family, folder.path];
    const recording = startRecording(['-o', file('outside'), '--', ...words]);
    try {
      const [, pid, tid] = await recording.says(/ready (\d+) (\d+)/);
      expect(pid).toBe('1');
      const outer = processOf(recording.pid, family);
      recording.go();
      expect((await recording.ended).status).toBe(0);
      const [early, main] = await whoIsWho(file('outside'));
      expect(main).toMatchObject({ name: 'main', pid: outer, tid: outer });
      expect(early).toMatchObject({ name: 'early', pid: outer });
      expect(early?.tid).not.toBe(Number(tid));
    } finally {
      recording.stop();
    }
  });

  test.concurrent('a number that is used again is nobody whom we know', async () => {
    const words = ['sh', '-c', REUSE, 'sh', TRACECAP, storm, file('reuse')];
    const { status, stdout } = await new Running(UNSHARE, [...IN_NEW, ...words]).ended;
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'reused\n' });
    const sql = 'select distinct substr(path, 1, 13) as whose from opensnoop';
    expect(await query(file('reuse'), sql)).toEqual([{ whose: '/tracecap-old' }]);
  });

  test.concurrent('in a time namespace, a day ahead, times are still those of the day', async () => {
    const words = ['--time', '--boottime', '86400', '--fork', TRACECAP, 'record'];
    const script = `sleep 1000 </dev/null >/dev/null 2>&1 & echo $!
      "$0" 1 20000 0 /tracecap-none </dev/null >/dev/null`;
    const small = ['--buffer-size', '4KiB'];
    const command = [...small, '-o', file('time'), '--', 'sh', '-c', script, storm];
    const { status, stdout } = await new Running(UNSHARE, [...words, ...command]).ended;
    process.kill(Number(stdout), 'SIGKILL');
    expect(status).toBe(0);
    const { clock, end_clock } = info(file('time')).manifest;
    for (const { name } of SOURCES) {
      const sql = `select cast(min(ts) as text) as first, cast(max(ts) as text) as last from ${name}`;
      const [{ first = null, last = null } = {}] = await query(file('time'), sql);
      if (first === null) continue;
      expect(BigInt(first), name).toBeGreaterThanOrEqual(clock.wall_ns);
      expect(BigInt(last ?? 0), name).toBeLessThanOrEqual(end_clock?.wall_ns ?? 0n);
    }
    // The recorder's own clock says when something was lost.
    const lost = await query(
      file('time'),
      `select count(*) > 0 as some, min(ts_from) >= ${clock.wall_ns} as after,
         max(ts_from) <= ${end_clock?.wall_ns} as before from losses`,
    );
    expect(lost).toEqual([{ some: 1, after: 1, before: 1 }]);
    expect(await query(file('time'), 'select argv from processes')).toEqual([
      { argv: '["sleep","1000"]' },
    ]);
  });

  /** Whom the family's process and its thread "early" were taken for. */
  function whoIsWho(capture: string) {
    return query(
      capture,
      `select replace(path, '${folder.path}/', '') as name, pid, tid, ppid from opensnoop
       where flags & 64 and path in ('${folder.path}/early', '${folder.path}/main') order by name`,
    );
  }
});

/** The process that runs this program as a descendant of another one. */
function processOf(ancestor: number, program: string): number {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const found = pids.find((pid) => commandOf(pid) === program && isBelow(pid, ancestor));
  if (found === undefined) throw new Error(`${program} does not run`);
  return found;
}

function commandOf(pid: number): string | undefined {
  return readProc(pid, 'cmdline').split('\0')[0];
}

function isBelow(pid: number, ancestor: number): boolean {
  const parent = Number(/^PPid:\s*(\d+)/m.exec(readProc(pid, 'status'))?.[1] ?? 0);
  return parent === ancestor || (parent > 1 && isBelow(parent, ancestor));
}

/** Empty where the process has gone. */
function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
