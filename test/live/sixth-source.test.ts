/**
 * What docs/adding-a-source.md promises: a source costs one .bpf.c, one declaration and one line in
 * a list. A copy of the checkout is given one; nothing else in it changes, and all of it works.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLive } from '../helpers/live.js';
import { publicFolder } from '../helpers/workload.js';
import { ROOT } from '../house/checkout.js';
import { Running } from './recorder.js';

const NAME = 'chdirsnoop';
const DECLARED = fileURLToPath(new URL('./sixth-source/', import.meta.url));
/** What is built, with what was built of it, so that only what is new is built again. */
const COPIED = ['bin', 'bpf', 'dist', 'native', 'scripts', 'src'];
const CONFIGURED = ['package.json', 'tsconfig.json', 'tsconfig.build.json'];
const BUILT = /^(dist|native\/build|bpf\/build)\//;

describeLive('a sixth source', () => {
  const folder = publicFolder();
  const copy = join(folder.path, 'tracecap');
  const capture = join(folder.path, 'x.tcap');
  let changed: string[] = [];

  beforeAll(() => {
    copyCheckout(copy);
    const before = hashes(copy);
    copyFileSync(join(DECLARED, `${NAME}.bpf.c`), join(copy, `bpf/${NAME}.bpf.c`));
    copyFileSync(join(DECLARED, `${NAME}.ts.txt`), join(copy, `src/sources/${NAME}.ts`));
    addToList(join(copy, 'src/sources/index.ts'));
    run('make', '-s', '-C', 'bpf');
    run(process.execPath, 'scripts/gen-layouts.js');
    run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
    const after = hashes(copy);
    changed = [...after].filter(([path, hash]) => before.get(path) !== hash).map(([path]) => path);
  }, 120_000);
  afterAll(folder.remove);

  function run(program: string, ...words: string[]): string {
    const { status, stdout, stderr } = spawnSync(program, words, { cwd: copy, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  const tracecap = (...words: string[]) => run('bin/tracecap', ...words);
  const query = (sql: string) => JSON.parse(tracecap('query', '--json', capture, sql));

  test('adding it changes one line of one file', () => {
    expect(changed.toSorted()).toEqual([
      `bpf/${NAME}.bpf.c`,
      `src/sources/${NAME}.ts`,
      'src/sources/index.ts',
      `src/sources/layouts/${NAME}.ts`,
    ]);
  });

  test('it is recorded with the others, and its rows are as its declaration says', async () => {
    const script = 'cd / && cd /tracecap-none || cd "$1"';
    const words = ['-o', capture, '--', 'sh', '-c', script, 'sh', folder.path];
    const recording = new Running(join(copy, 'bin/tracecap'), ['record', ...words]);
    expect(await recording.ended).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`  ${NAME}: 3 rows, nothing lost\n`),
    });
    const comm = 'sh';
    expect(query(`select comm, path, ret, error from ${NAME}`)).toEqual([
      { comm, path: '/', ret: 0, error: null },
      { comm, path: '/tracecap-none', ret: -2, error: 'ENOENT' },
      { comm, path: folder.path, ret: 0, error: null },
    ]);
    // One order of time, one process: it began by an exec, and its end comes after all.
    expect(
      query(
        `select distinct e.ts < c.ts and c.ts < x.ts and e.pid = c.pid and x.pid = c.pid as ok
         from ${NAME} c, execsnoop e, exitsnoop x where e.ret = 0`,
      ),
    ).toEqual([{ ok: 1 }]);
  });

  test('filters and its own option hold for it', async () => {
    const script = 'cd / && cd /tracecap-none || cd /etc/passwd || cd /';
    for (const [options, paths] of [
      [['-x'], ['/tracecap-none', '/etc/passwd']],
      [['--chdirsnoop-errno', '20'], ['/etc/passwd']],
      [['-n', 'nobody'], []],
    ] as const) {
      const words = ['--force', '-o', capture, '-s', NAME, ...options, '--', 'sh', '-c', script];
      tracecap('record', ...words);
      const rows = query(`select path from ${NAME}`);
      expect(rows.map(({ path }: { path: string }) => path)).toEqual(paths);
    }
  });

  test('info, schema and help show it; captures without it say so', () => {
    expect(tracecap('info', capture)).toMatch(new RegExp(`^source +${NAME}: 0 rows, `, 'm'));
    expect(tracecap('info', '--schema', capture)).toMatch(/^path +.* at most 255 bytes$/m);
    expect(tracecap('record', '--help')).toMatch(/--chdirsnoop-errno <number> +only what failed/);
    const [program, ...words] = [
      'bin/tracecap',
      'query',
      join(ROOT, 'fixtures/captures/demo.tcap'),
    ];
    const { stderr } = spawnSync(program as string, [...words, `select * from ${NAME}`], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect(stderr).toContain(`${NAME} was not recorded in this capture`);
  });
});

function copyCheckout(to: string): void {
  mkdirSync(to);
  // With their times, by which make(1) knows what is up to date.
  const { status, stderr } = spawnSync('cp', ['-a', ...COPIED, ...CONFIGURED, to], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'));
}

/** One line for the import, one word in the list. */
function addToList(path: string): void {
  const text = readFileSync(path, 'utf8');
  const listed = text.replace(/(SOURCES\b[^=]*= \[)/, `$1${NAME}, `);
  expect(listed).not.toBe(text);
  writeFileSync(path, `import { ${NAME} } from './${NAME}.js';\n${listed}`);
}

/** Of every file but built ones, by path. */
function hashes(root: string): Map<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !BUILT.test(path));
  return new Map(
    files.map((path) => {
      const bytes = readFileSync(join(root, path));
      return [path, createHash('sha256').update(bytes).digest('hex')];
    }),
  );
}
