/** Programs started in every way: each row against what the workload says it did. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCapture } from '../../src/capture/open.js';
import { compatObject } from '../../src/record/source-object.js';
import { execsnoop } from '../../src/sources/execsnoop.js';
import { captureText } from '../helpers/capture-text.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { type Ended, query, type Row, record } from './recorder.js';
import { recordBySession } from './session.js';

/** A line of the report of workloads/execs.c; texts are hex. */
interface Done {
  readonly what: string;
  readonly pid: number;
  readonly tid: number;
  readonly ppid: number;
  readonly uid: number;
  readonly ret: number;
  readonly filename: string | null;
  readonly interp: string | null;
  readonly argv: readonly string[];
  readonly truncated: number;
  readonly cwd: string;
  readonly comm: string;
}

const COMPARED =
  'pid, tid, ppid, uid, comm, filename, interp, argv, argv_truncated, cwd, parent_comm, ret';

/** What workloads/execs.c gives its programs as environment. */
const IN_ENVIRONMENT = 'only-in-the-environment-b7f1';

/** Rows that a test has a name for: what the originals get wrong, with the issue that says so. */
const TITLES: Readonly<Record<string, string>> = {
  ENOENT: 'a failure has its arguments, whole (bcc#3343, #3953: missing at random)',
  'bytes that are no text': 'newlines and invalid UTF-8 stay apart and exact (bcc: broken lines)',
  execve: 'argv[0] is what was passed, not the filename (IG c759b4e19)',
  'a thread that is not the first': 'an exec from another thread is one row of the process (IG)',
  'cold pages': 'arguments in pages that nobody has touched (bcc#2245, #3343)',
  '200 arguments of 300 bytes': 'more than 20 arguments of 128 bytes (bcc#740, IG#3582)',
  'empty argv': 'an argv without any is what the kernel makes of it: one empty argument',
  fexecve: 'a program by its descriptor (bcc#5556: invisible)',
  memfd: 'a program that lies in memory only (bcc#5556)',
  'execveat below a directory': 'execveat with a directory (bcc#5556)',
  script: 'a script is itself, its interpreter another column',
  'chain of interpreters': 'the last of several interpreters',
  'seccomp denies': 'what seccomp denies, without an entry to be seen',
  'in a chroot': 'cwd goes to the root of the mount namespace',
  'in a mount namespace': 'cwd goes across mounts',
  'in a removed folder': 'cwd of a folder that is gone: its last path',
};

describeLive('execsnoop', () => {
  const folder = publicFolder();
  const place = publicFolder();
  const capture = join(folder.path, 'x.tcap');
  const own = { sh: 0 };
  let program = '';
  let done: Done[] = [];
  let rows: Row[] = [];

  beforeAll(async () => {
    program = buildWorkload('execs', folder.path, '-static');
    const { status, stdout } = await record([
      ...['-s', 'execsnoop', '--execsnoop-args-size', '128KiB', '-o', capture, '--'],
      ...['/bin/sh', '-c', '"$0" "$@"; exit $?', program, place.path, program],
    ]);
    expect(status).toBe(0);
    done = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const all = await query(capture, `select ${COMPARED}, mntns from execsnoop`);
    own.sh = Number(all.find(({ comm }) => comm === 'sh')?.pid);
    rows = all.filter(({ pid }) => pid !== own.sh).slice(1);
  }, 60_000);
  afterAll(() => {
    folder.remove();
    place.remove();
  });

  test('every row is what the program did, in its order, and there is no other', () => {
    done.forEach((call, n) => {
      expect(compared(rows[n], call), call.what).toEqual(expected(call));
    });
    expect(rows.length).toBe(done.length);
  });

  test.each(Object.entries(TITLES))('%s: %s', (what) => {
    const found = done.flatMap((call, n) => (call.what === what ? [[call, rows[n]] as const] : []));
    expect(found.length).toBeGreaterThan(0);
    for (const [call, row] of found) expect(compared(row, call)).toEqual(expected(call));
  });

  test('what seccomp answers with 0 is no program, nor is AT_EXECVE_CHECK (IG: ret 0 is believed)', () => {
    expect(rows.filter(({ argv }) => /faked|checked/.test(String(argv)))).toEqual(
      rows.filter(({ ret }) => ret === -22),
    );
  });

  test('the mount namespace is that of the new program', () => {
    const here = statSync('/proc/self/ns/mnt').ino;
    const elsewhere = done.filter((_, n) => rows[n]?.mntns !== here);
    expect(elsewhere.map(({ what }) => what)).toEqual(['in a mount namespace']);
  });

  test('no environment is in the capture', async () => {
    const all = await everythingIn(capture);
    expect(all).toContain('by descriptor');
    expect(all).not.toContain(IN_ENVIRONMENT);
  });

  test('with --no-argv no argument is', async () => {
    const { rows, all } = await recorded(['--no-argv'], ['/bin/echo', 'an-argument']);
    expect(rows).toMatchObject([{ filename: '/bin/echo', argv: null, argv_truncated: 0 }]);
    expect(all.replaceAll(/"(command_line|command)":("[^"]*"|\[[^\]]*\])/g, '')).not.toContain(
      'an-argument',
    );
  });

  test('secrets are masked, in rows and in what was typed', async () => {
    const words = ['/bin/echo', '--password=hunter2', '--token', 'abc123', 'x'];
    const { rows, all } = await recorded([], words);
    expect(argvOf(rows)).toEqual([['/bin/echo', '--password=***', '--token', '***', 'x']]);
    expect(all).not.toMatch(/hunter2|abc123/);
    expect(all).toContain('"command":"/bin/echo --password=*** --token *** x"');
  });

  test('with --no-mask they are not', async () => {
    const words = ['/bin/echo', '--password=hunter2'];
    const { rows, all } = await recorded(['--no-mask'], words);
    expect(argvOf(rows)).toEqual([words]);
    expect(all).toContain('"command":"/bin/echo --password=hunter2"');
  });

  test('a command that is not found is a row a folder of PATH, in its order', async () => {
    const env = ['PATH=/a:/b:/c/d', 'nosuch', 'x'];
    const { ended, rows } = await recorded([], ['/usr/bin/env', ...env]);
    expect(ended.status).toBe(127);
    expect(rows.map(({ filename, comm, ret }) => [filename, comm, ret])).toEqual([
      ['/usr/bin/env', 'env', 0],
      ['/a/nosuch', 'env', -2],
      ['/b/nosuch', 'env', -2],
      ['/c/d/nosuch', 'env', -2],
    ]);
    expect(argvOf(rows).slice(1)).toEqual(Array(3).fill(['nosuch', 'x']));
  });

  test('a script without #! fails, and its shell reads it without another exec (IG#3767)', async () => {
    const script = join(folder.path, 'bare.sh');
    writeFileSync(script, 'exit 7\n', { mode: 0o755 });
    // --norc: with a socket as stdin and no SHLVL, as under sudo, bash takes itself for a remote shell.
    const words = ['/bin/bash', '--norc', '-c', `${script} a; exit $?`];
    const { ended, rows } = await recorded([], words);
    expect(ended.status).toBe(7);
    expect(rows.map(({ filename, ret }) => [filename, ret])).toEqual([
      ['/bin/bash', 0],
      [script, -8],
    ]);
  });

  test('-x leaves successes out', async () => {
    const { rows } = await recorded(['-x'], ['/usr/bin/env', 'PATH=/a', 'nosuch']);
    expect(rows.map(({ filename, ret }) => [filename, ret])).toEqual([['/a/nosuch', -2]]);
  });

  test("-n goes by the new program's name, for a failure by the caller's", async () => {
    const words = ['/bin/sh', '-c', '/missing/sleepy; /bin/sleep 0; exit 0'];
    const names = async (comm: string) =>
      (await recorded(['-n', comm], words)).rows.map(({ filename }) => filename);
    expect(await names('sleep')).toEqual(['/bin/sleep']);
    expect(await names('sh')).toEqual(['/bin/sh', '/missing/sleepy']);
  });

  /** 200 arguments of 300 bytes behind one of 9: more than is kept. */
  const many = Array.from({ length: 200 }, (_, n) => String(n).padStart(300, '.'));

  test.each([
    ['a success', ['/bin/true', ...many], 0],
    ['a failure', ['/usr/bin/env', '--', '/missing', ...many], 1],
  ] as const)(
    '%s with more arguments than are kept has the first, and says so',
    async (_, words, index) => {
      const { rows } = await recorded([], words);
      const [argv] = argvOf(rows.slice(index));
      const all = words.slice(index * 2);
      expect(rows[index]).toMatchObject({ argv_truncated: 1, ret: index === 0 ? 0 : -2 });
      const bytes = `${argv?.join('\0')}`;
      expect(bytes.length).toBe(2 ** 15);
      expect(all.join('\0').startsWith(bytes)).toBe(true);
    },
  );

  test('with room for them they are whole', async () => {
    const { rows } = await recorded(['--execsnoop-args-size', '60300'], ['/bin/true', ...many]);
    expect(rows).toMatchObject([{ argv_truncated: 0 }]);
    expect(argvOf(rows)).toEqual([['/bin/true', ...many]]);
  });

  test.each(['1MiB', '4KiB'])('arguments may take %s', async (size) => {
    const { rows } = await recorded(
      ['--execsnoop-args-size', size],
      ['/bin/true', 'x'.repeat(5000)],
    );
    expect(rows).toMatchObject([{ argv_truncated: size === '4KiB' ? 1 : 0 }]);
    const [argv] = argvOf(rows);
    expect(argv?.[1]?.length).toBe(size === '4KiB' ? 4096 - '/bin/true '.length : 5000);
  });

  test('the object for older kernels records the same, but fewer arguments of a failure', async () => {
    const older = { ...execsnoop, object: compatObject(execsnoop.object) };
    const script = `exec 2>/dev/null; /missing/x a 'b c' ''; /missing/y ${'z '.repeat(100)}; /bin/true ${'t '.repeat(100)}; exit 0`;
    const { rows, started } = await recordBySession(older as never, ['/bin/sh', '-c', script]);
    expect(started).toMatchObject([{ object: 'execsnoop.compat.bpf.o' }]);
    const words = (word: string, count: number) => Array<string>(count).fill(word);
    expect(rows).toMatchObject([
      { filename: '/bin/sh', argv: ['/bin/sh', '-c', script], argv_truncated: false, ret: 0 },
      { filename: '/missing/x', argv: ['/missing/x', 'a', 'b c', ''], argv_truncated: false },
      { filename: '/missing/y', argv: ['/missing/y', ...words('z', 63)], argv_truncated: true },
      { filename: '/bin/true', argv: ['/bin/true', ...words('t', 100)], argv_truncated: false },
    ]);
    expect(rows.map(({ comm, parent_comm, ret }) => [comm, parent_comm === 'sh', ret])).toEqual([
      ['sh', false, 0],
      ['sh', true, -2],
      ['sh', true, -2],
      ['true', true, 0],
    ]);
    for (const row of rows) expect(row).toMatchObject({ interp: null, cwd: process.cwd() });
  });

  function expected(call: Done) {
    const inSelf = call.ppid === own.sh;
    return {
      ...{ pid: call.pid, tid: call.tid, ppid: call.ppid, uid: call.uid, ret: call.ret },
      comm: captureText(call.comm),
      filename: captureText(call.filename),
      interp: captureText(call.interp),
      argv: call.argv.map(captureText),
      argv_truncated: call.truncated,
      cwd: captureText(call.cwd),
      parent_comm: inSelf ? 'sh' : 'execs',
    };
  }

  interface Recorded {
    readonly ended: Ended;
    /** Of the command and what it starts. */
    readonly rows: Row[];
    /** All that the capture says, as text. */
    readonly all: string;
  }

  async function recorded(options: readonly string[], words: readonly string[]): Promise<Recorded> {
    const path = join(folder.path, 'other.tcap');
    const ended = await record([
      '--force',
      '-s',
      'execsnoop',
      '-o',
      path,
      ...options,
      '--',
      ...words,
    ]);
    const rows = await query(path, `select ${COMPARED} from execsnoop`);
    return { ended, rows, all: await everythingIn(path) };
  }
});

/** A row as it can be compared: some names differ from kernel to kernel. */
function compared(row: Row | undefined, call: Done) {
  const { mntns: _, argv, ...same } = row ?? {};
  return { ...same, argv: JSON.parse(String(argv)), ...(call.comm === '' && { comm: '' }) };
}

function argvOf(rows: readonly Row[]): string[][] {
  return rows.map(({ argv }) => JSON.parse(String(argv)));
}

/** All texts of a capture, whatever they are packed in. */
async function everythingIn(path: string): Promise<string> {
  const capture = openCapture(path);
  const { tables, start, manifest } = capture;
  capture.close();
  const rows: string[] = [];
  for (const { name } of tables)
    rows.push(JSON.stringify(await query(path, `select * from ${name}`)));
  return [readFileSync(path, 'latin1'), JSON.stringify([start, manifest]), ...rows].join('\n');
}
