/** The command after `--`: it runs as if tracecap were not there, and its status is passed on. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLive, TRACECAP } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { info, isRunning, query, Running, record, startRecording } from './recorder.js';

describeLive('record --', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  let storm = '';
  beforeAll(() => {
    storm = buildWorkload('storm', folder.path);
  });
  afterAll(folder.remove);

  test.concurrent.each([
    ['exit 0', ['true'], 0, 'command exited with 0'],
    ['exit 3', ['sh', '-c', 'exit 3'], 3, 'command exited with 3'],
    ['killed', ['sh', '-c', 'kill -9 $$'], 137, 'command killed by SIGKILL'],
  ])('passes the status on: %s', async (name, words, wanted, end_detail) => {
    const { status } = await record(['-o', file(name), '--', ...words]);
    expect(status).toBe(wanted);
    expect(info(file(name)).manifest).toMatchObject({ end_reason: 'command ended', end_detail });
  });

  test.concurrent.each([
    ['not found', './tracecap-none', 127, 'no such command'],
    ['not executable', '/etc/passwd', 126, 'permission denied'],
  ])('a command that cannot run costs no capture: %s', async (name, word, wanted, why) => {
    writeFileSync(file(name), 'an older capture');
    const { status, stderr } = await record(['--force', '-o', file(name), '--', word]);
    expect(status).toBe(wanted);
    expect(stderr).toBe(`tracecap: cannot run '${word}': ${why}\n`);
    expect(readFileSync(file(name), 'utf8')).toBe('an older capture');
  });

  test.concurrent('the command finds what it would find without tracecap', async () => {
    const inside = [
      'ulimit -Sn; ulimit -Hn; grep -E "Sig(Ign|Blk)" /proc/self/status; ls /proc/self/fd; umask',
      'pwd; cat',
    ].join('; ');
    const outside = 'ulimit -Sn 777; trap "" HUP USR1; umask 027; exec "$@"';
    const started = (...before: string[]) =>
      new Running('sh', ['-c', outside, 'sh', ...before, 'sh', '-c', inside]);
    const recorded = started(TRACECAP, 'record', '-o', file('same'), '--');
    const alone = started();
    for (const running of [recorded, alone]) running.go();
    const [{ status, stdout }, wanted] = [await recorded.ended, await alone.ended];
    expect(status).toBe(0);
    expect(stdout).toBe(wanted.stdout);
    expect(stdout).toMatch(/^777\n(.|\n)*\ngo\n$/);
  });

  test.concurrent('its environment is ours, whole and without anything of tracecap', async () => {
    // The names that bin/tracecap has for things of its own are anybody's.
    const names = ['self', 'link', 'here', 'key', 'value', 'ignored', 'blocked', 'node'];
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      ...Object.fromEntries(names.map((name) => [name, 'ours'])),
    };
    const { status, stdout } = await record(['-o', file('env'), '--', 'env', '-0'], env);
    expect(status).toBe(0);
    // Shells put into _ what they like.
    const inside = stdout.split('\0').filter((line) => line !== '' && !line.startsWith('_='));
    for (const name of ['_', 'TRACECAP_NODE']) delete env[name];
    expect(inside.sort()).toEqual(
      Object.entries(env)
        .map((entry) => entry.join('='))
        .sort(),
    );
  });

  test.concurrent('at the deadline the recording ends, the command runs on', async () => {
    const opens = `"${storm}" 1 5 0 /tracecap-none; exit 4`;
    const recording = startRecording([
      '-d',
      '200ms',
      '-o',
      file('deadline'),
      '--',
      'sh',
      '-c',
      opens,
    ]);
    try {
      await recording.says(/ended by: duration/);
      expect(info(file('deadline'))).toMatchObject({ completeness: { finished: true } });
      recording.go();
      const { status, stdout } = await recording.ended;
      expect(status).toBe(4);
      expect(stdout).toMatch(/^ready \d+\ndone\n$/);
    } finally {
      recording.stop();
    }
    const sql = "select count(*) as rows from opensnoop where path like '/tracecap-none/%'";
    expect(await query(file('deadline'), sql)).toEqual([{ rows: 0 }]);
  });

  test.concurrent('the recording ends with the command, what it started lives on', async () => {
    const background = `"${storm}" 1 0 1000 /tracecap-none </dev/null >/dev/null 2>&1 & echo $!`;
    const { status, stdout } = await record(['-o', file('orphan'), '--', 'sh', '-c', background]);
    const orphan = Number(stdout);
    expect(isRunning(orphan)).toBe(true);
    process.kill(orphan, 'SIGKILL');
    expect(status).toBe(0);
    expect(info(file('orphan')).manifest.end_reason).toBe('command ended');
  });

  test.concurrent('--run-as: it runs, with all its groups, as that user', async () => {
    const words = ['--run-as', 'nobody', '--', 'sh', '-c', 'id -u; id -g; id -G'];
    const { status, stdout } = await record(['-o', file('nobody'), ...words]);
    expect(status).toBe(0);
    expect(stdout).toBe(['-u', '-g', '-G'].map((what) => idOf('nobody', what)).join(''));
    const sql = 'select distinct cast(uid as text) || char(10) as uid from opensnoop';
    expect(await query(file('nobody'), sql)).toEqual([{ uid: idOf('nobody', '-u') }]);
  });

  test.concurrent('its exec is the first row, wherever in PATH it is; a script without #! is read by sh', async () => {
    const folders = ['a', 'b'].map((name) => join(folder.path, `path-${name}`));
    for (const path of folders) mkdirSync(path);
    const script = join(folders[1] as string, 'bare-script');
    writeFileSync(script, 'exit 7\n', { mode: 0o755 });
    // Found, but no program: execvp(3) goes on to the next.
    writeFileSync(join(folders[0] as string, 'bare-script'), '', { mode: 0o644 });
    const PATH = [...folders, process.env.PATH].join(':');
    const rowsOf = async (name: string, words: string[], status: number) => {
      const ended = await record(['-o', file(name), '--', ...words], { ...process.env, PATH });
      expect(ended.status).toBe(status);
      return await query(file(name), 'select filename, argv, ret from execsnoop');
    };
    const [first, ...rest] = await rowsOf('late-in-path', ['true'], 0);
    expect(first).toMatchObject({ argv: '["true"]', ret: 0 });
    expect(rest).toEqual([]);
    expect(await rowsOf('bare', ['bare-script', 'x'], 7)).toEqual([
      { filename: script, argv: '["bare-script","x"]', ret: -8 },
      { filename: '/bin/sh', argv: JSON.stringify(['/bin/sh', script, 'x']), ret: 0 },
    ]);
  });

  test.concurrent('two recorders at once each see their own command only', async () => {
    const recordings = ['one', 'two'].map((name) =>
      startRecording(['-o', file(name), '--', storm, '2', '5000', '0', `/tracecap-${name}`]),
    );
    try {
      // Both are live before either begins.
      for (const recording of recordings) await recording.says(/ready/);
      for (const recording of recordings) recording.go();
      for (const recording of recordings) expect((await recording.ended).status).toBe(0);
    } finally {
      for (const recording of recordings) recording.stop();
    }
    const sql = `select substr(path, 1, 13) as whose, count(*) as rows, count(distinct pid) as pids
      from opensnoop where path like '/tracecap-%' group by 1`;
    for (const name of ['one', 'two']) {
      expect(await query(file(name), sql)).toEqual([
        { whose: `/tracecap-${name}`, rows: 10_000, pids: 1 },
      ]);
      expect(info(file(name)).completeness).toMatchObject({ finished: true, lost: 0n });
    }
  });
});

function idOf(user: string, what: string): string {
  return spawnSync('id', [what, user], { encoding: 'utf8' }).stdout;
}
