/** What a capture holds beside events: processes at its start and end, costs, notes, no secrets. */
import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { openCapture } from '../../src/capture/open.js';
import { SOURCES } from '../../src/sources/index.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { info, query, Running, record, startedRecording } from './recorder.js';

const SMALL = ['--buffer-size', '256KiB'];
/** In no binary and on no other command line than of these tests. */
const SECRET = 'hunter2-tracecap-secret';
const MARKER = 'tracecap-marker-in-the-environment';

describeLive('snapshots', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  const running: Running[] = [];
  afterEach(() => {
    for (const each of running.splice(0)) each.stop();
  });
  afterAll(folder.remove);

  function start(program: string, words: readonly string[], env?: NodeJS.ProcessEnv): Running {
    const started = new Running(program, words, env);
    running.push(started);
    return started;
  }

  /** Records what words choose for an instant. */
  async function recordInstant(name: string, ...words: string[]): Promise<void> {
    const options = ['-o', file(name), ...SMALL, '-d', '10ms', ...words];
    expect(await record(options)).toMatchObject({ status: 0 });
  }

  const processes = (name: string, columns = '*') =>
    query(file(name), `select ${columns} from processes order by at desc, pid`);

  test('-p: its target alone, whole, at the start and at the end', async () => {
    const place = file('work place');
    mkdirSync(place);
    const script = 'cd "$0" && echo ready && read x';
    const target = start('sh', ['-c', script, place, '']);
    await target.says(/ready/);
    await recordInstant('one', '-p', `${target.pid}`);
    const both = await processes('one', '*, cast(start_ts as text) as started');
    expect(both).toMatchObject(
      ['start', 'end'].map((at) => ({
        ...{ at, pid: target.pid, ppid: process.pid, uid: process.getuid?.(), comm: 'sh' },
        ...{ exe: realpathSync('/bin/sh'), cwd: place },
        argv: JSON.stringify(['sh', '-c', script, place, '']),
      })),
    );
    const facts = info(file('one'));
    expect(both[0]?.started).toBe(both[1]?.started);
    expect(BigInt(String(both[0]?.started))).toBeLessThan(facts.manifest.clock.wall_ns);
    expect(facts.manifest.users).toMatchObject({
      [String(process.getuid?.())]: expect.any(String),
    });
    const cgroups = await query(file('one'), 'select cgroup from cgroups');
    expect(cgroups).toEqual([{ cgroup: both[0]?.cgroup }]);
  });

  test('--tid: the process of the thread', async () => {
    const target = start('sleep', ['1000']);
    await recordInstant('thread', '-t', `${target.pid}`);
    expect(await processes('thread', 'pid')).toEqual([{ pid: target.pid }, { pid: target.pid }]);
  });

  test('with a command: nothing of the launcher at the start, what outlives it at the end', async () => {
    const script = 'sleep 1000 </dev/null >/dev/null 2>&1 & echo $!';
    const { status, stdout } = await record(['-o', file('command'), '--', 'sh', '-c', script]);
    const survivor = Number(stdout);
    try {
      expect(status).toBe(0);
      expect(await processes('command', 'at, pid, comm, argv')).toEqual([
        { at: 'end', pid: survivor, comm: 'sleep', argv: '["sleep","1000"]' },
      ]);
    } finally {
      process.kill(survivor, 'SIGKILL');
    }
  });

  test('a zombie is a process, of which only the kernel still knows', async () => {
    // sleep(1) does not wait for the child that it did not start.
    const script = 'exec 3<&0; sh -c "read x" <&3 & echo $!; exec sleep 1000';
    const parent = start('sh', ['-c', script]);
    const [, zombie] = await parent.says(/^(\d+)$/m);
    await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
    parent.go();
    await until(() => /^State:\s+Z/m.test(readFileSync(`/proc/${zombie}/status`, 'utf8')));
    await recordInstant('zombie', '-p', `${zombie},${parent.pid}`);
    const rows = await processes('zombie', 'at, pid, ppid, exe, argv, cwd');
    const nothing = { exe: null, argv: null, cwd: null };
    expect(rows.filter(({ pid }) => pid === Number(zombie))).toEqual(
      ['start', 'end'].map((at) => ({ at, pid: Number(zombie), ppid: parent.pid, ...nothing })),
    );
    expect(rows).toHaveLength(4);
  });

  test('a process is born when it is said to end it was born', async () => {
    const target = start('sleep', ['1000']);
    const recorder = await startedRecording(['-o', file('born'), ...SMALL, '-p', `${target.pid}`]);
    running.push(recorder);
    target.kill('SIGTERM');
    await target.ended;
    recorder.kill('SIGINT');
    expect(await recorder.ended).toMatchObject({ status: 0 });
    const rows = await query(
      file('born'),
      `select p.at, p.start_ts = e.start_ts as same, p.pid = e.pid as pids, signal
       from processes p, exitsnoop e`,
    );
    expect(rows).toEqual([{ at: 'start', same: 1, pids: 1, signal: 15 }]);
  });

  test('secrets in the arguments of a target are masked, unless --no-mask; --no-argv has none', async () => {
    const target = start('sh', ['-c', 'echo ready; read x', `--password=${SECRET}`]);
    await target.says(/ready/);
    const pid = `${target.pid}`;
    await recordInstant('masked', '-p', pid);
    await recordInstant('open', '-p', pid, '--no-mask');
    await recordInstant('without', '-p', pid, '--no-argv');
    const argv = async (name: string) => (await processes(name, 'argv')).map((row) => row.argv);
    const shown = (last: string) => JSON.stringify(['sh', '-c', 'echo ready; read x', last]);
    expect(await argv('masked')).toEqual([shown('--password=***'), shown('--password=***')]);
    expect(bytesOf(file('masked'))).not.toContain(SECRET);
    expect(await argv('open')).toEqual(
      Array.from({ length: 2 }, () => shown(`--password=${SECRET}`)),
    );
    expect(bytesOf(file('open'))).toContain(SECRET);
    expect(await argv('without')).toEqual([null, null]);
    expect(bytesOf(file('without'))).not.toContain(SECRET);
  });

  test('environments are in no part of the file', async () => {
    const env = { ...process.env, TRACECAP_TEST: MARKER };
    const target = start('sh', ['-c', 'echo ready; read x; cat /etc/hostname; sleep 0'], env);
    await target.says(/ready/);
    const recorder = await startedRecording([
      ...['-o', file('environment'), ...SMALL, '-p', `${target.pid}`, '--follow'],
    ]);
    running.push(recorder);
    target.go();
    await target.ended;
    recorder.kill('SIGINT');
    await recorder.ended;
    const command = ['-o', file('environment-2'), '--', 'sh', '-c', 'cat /etc/hostname'];
    expect(await record(command, env)).toMatchObject({ status: 0 });
    for (const name of ['environment', 'environment-2']) {
      const bytes = bytesOf(file(name));
      expect(bytes).toContain('/etc/hostname');
      expect(bytes).not.toContain(MARKER);
    }
  });

  test('notes and labels are kept as they were given; costs are of what ran', async () => {
    const actor = buildWorkload('actor', folder.path);
    const told = ['--note', 'a "note"\n', '--label', 'k=v=w', '--label', 'empty='];
    const words = ['sh', '-c', `echo act | ${actor}`];
    expect(await record(['-o', file('told'), ...told, '--', ...words])).toMatchObject({
      status: 0,
    });
    const { manifest, cost } = info(file('told'));
    expect(manifest).toMatchObject({ note: 'a "note"\n', labels: { k: 'v=w', empty: '' } });
    expect(manifest.clock_steps).toEqual([]);
    const ran = (source: string) => cost.programs?.filter((each) => each.source === source) ?? [];
    for (const { name } of [...SOURCES, { name: 'follow' }]) {
      expect(ran(name), name).not.toEqual([]);
      expect(
        ran(name).filter(({ runs, time_ns }) => runs < 1 || time_ns < 1),
        name,
      ).toEqual([]);
    }
    expect(ran('follow').map(({ program }) => program)).toContain('tasks_fork');
  });

  test.each(['x', '=v', ''])("--label '%s' is refused", async (label) => {
    const { status, stderr } = await record(['-o', file('refused'), '--label', label]);
    expect(status).toBe(2);
    expect(stderr).toContain(`'${label}' must be KEY=VALUE`);
    expect(() => statSync(file('refused'))).toThrow('ENOENT');
  });
});

/** All that a capture holds, decompressed: its documents, and every text of every table. */
function bytesOf(path: string): string {
  const capture = openCapture(path);
  const texts = capture.tables.flatMap((table) =>
    capture
      .segments(table.name)
      .flatMap((segment) =>
        segment
          .read(table.columns.map(({ name }) => name))
          .map((vector) => JSON.stringify([...vector].map(String))),
      ),
  );
  capture.close();
  return `${readFileSync(path, 'latin1')}${JSON.stringify([capture.start, capture.manifest])}${texts}`;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
