/** Every kind of open, from eight threads at once: each row against what the program says it did. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { captureText } from '../helpers/capture-text.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { queryByCommand, type Row, startRecording } from './recorder.js';

/** A line of the report of workloads/opens.c; texts are hex. */
type Done = Row & { readonly tid: number };

const COMPARED =
  'pid, tid, ppid, uid, comm, mntns, syscall, path, raw_path, flags, mode, dirfd, ret, path_truncated';

describeLive('opensnoop', () => {
  const folder = publicFolder();
  const capture = join(folder.path, 'x.tcap');
  let recorder = 0;
  let done: Done[] = [];
  let rows: Row[] = [];

  beforeAll(async () => {
    const place = publicFolder();
    try {
      const program = buildWorkload('opens', folder.path);
      const recording = startRecording(['-o', capture, '--', program, place.path]);
      recorder = recording.pid;
      expect(await recording.ended).toMatchObject({ status: 0, stdout: '' });
      done = readFileSync(join(place.path, 'report'), 'utf8').trim().split('\n').map(parsed);
      rows = queryByCommand(
        capture,
        `select ${COMPARED}, cgroup, duration_ns, cast(ts as text) as ts from opensnoop`,
      );
    } finally {
      place.remove();
    }
  }, 60_000);
  afterAll(folder.remove);

  test('every row is what the program did, thread by thread in its order', () => {
    const threads = [...new Set(done.map(({ tid }) => tid))];
    expect(threads.length).toBe(8);
    for (const thread of threads) {
      const wanted = done.filter(({ tid }) => tid === thread).map((call) => expected(call));
      const found = rows.filter(({ tid }) => tid === thread).map(compared);
      // One by one: a diff of thousands of rows is no message.
      wanted.forEach((row, n) => {
        const flags = row.flags ?? found[n]?.flags;
        expect(found[n], `${row.comm}, open ${n}`).toEqual({ ...row, flags });
      });
      expect(found.length).toBe(wanted.length);
    }
  });

  test('flags are null where the kernel itself could not read them', () => {
    for (const thread of new Set(done.map(({ tid }) => tid))) {
      const wanted = done.filter(({ tid }) => tid === thread);
      const found = rows.filter(({ tid }) => tid === thread);
      const unreadable = found.filter((_, n) => wanted[n]?.flags === null);
      expect(unreadable.map(({ flags }) => flags)).toEqual(unreadable.map(() => null));
    }
  });

  test('nothing else is recorded but what its main thread did', () => {
    const pid = done[0]?.pid;
    const rest = rows.filter(({ tid }) => !done.some((call) => call.tid === tid));
    expect(rest.map(({ tid }) => tid)).toEqual(rest.map(() => pid));
    expect(rest[0]).toMatchObject({ comm: 'opens', path: '/etc/ld.so.cache', ppid: recorder });
    expect(rows.length).toBe(done.length + rest.length);
  });

  test('time goes forward in every thread, and no call takes less than none', () => {
    const last = new Map<unknown, bigint>();
    for (const { tid, ts } of rows) {
      const time = BigInt(String(ts));
      expect(time).toBeGreaterThanOrEqual(last.get(tid) ?? 0n);
      last.set(tid, time);
    }
    expect(rows.filter(({ duration_ns }) => Number(duration_ns) < 0)).toEqual([]);
  });

  test('the cgroup is the one that the program ran in', () => {
    expect([...new Set(rows.map(({ cgroup }) => cgroup))]).toEqual([ownCgroup()]);
  });

  function expected({ path, raw_path, ...same }: Done): Row {
    const [wantedPath, raw] = [captureText(path), captureText(raw_path)];
    return { ...same, ppid: recorder, path: wantedPath, raw_path: raw === wantedPath ? null : raw };
  }
});

function parsed(line: string): Done {
  return JSON.parse(line);
}

function compared({ cgroup: _cgroup, duration_ns: _duration, ts: _ts, ...same }: Row): Row {
  return same;
}

/** The inode of this process's cgroup (v2), which what it starts inherits; 1 where there is no v2. */
function ownCgroup(): number {
  const root = / \/ (\S+) .* - cgroup2 /.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];
  const path = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  return root === undefined || path === undefined ? 1 : statSync(join(root, path)).ino;
}
