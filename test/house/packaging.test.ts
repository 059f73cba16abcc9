/** What npm would publish, and what it must not do on its own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { build } from '../helpers/build.js';
import { filesUnder, ROOT, readText } from './checkout.js';

const manifest = JSON.parse(readText('package.json'));

let packed: string[] = [];

beforeAll(() => {
  build();
  const { stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (stdout === '') throw new Error(stderr);
  packed = JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path);
});

test('npm builds nothing unasked', () => {
  expect(existsSync(`${ROOT}binding.gyp`)).toBe(false);
  const scripts = Object.keys(manifest.scripts);
  for (const hook of ['preinstall', 'install', 'postinstall']) expect(scripts).not.toContain(hook);
});

test('what is native is optional, and every version is pinned', () => {
  expect(Object.keys(manifest.optionalDependencies)).toEqual(['better-sqlite3']);
  const runtime = { ...manifest.dependencies, ...manifest.optionalDependencies };
  for (const version of Object.values(runtime)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('Node 20 is enough', () => {
  expect(manifest.engines.node).toMatch(/^>=20\./);
});

test('the package has the program, the sources of what is native, and the demo', () => {
  for (const path of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'bin/tracecap']) {
    expect(packed).toContain(path);
  }
  const modules = filesUnder('src', /\.ts$/).map((path) =>
    path.replace(/^src\/(.*)\.ts$/, 'dist/$1.js'),
  );
  const sources = [
    ...filesUnder('native', /\.(cc|h|c)$|^Makefile$/),
    ...filesUnder('bpf', /\.[ch]$|^Makefile$/),
  ];
  const wanted = [...modules, ...sources, ...filesUnder('docs', /\.md$/)];
  expect(wanted.filter((path) => !packed.includes(path))).toEqual([]);
});

test('of the fixtures it has the demo alone, and nothing of how it is made or tested', () => {
  expect(packed.filter((path) => path.startsWith('fixtures/'))).toEqual([
    'fixtures/captures/demo.tcap',
  ]);
  const odd = packed.filter((path) =>
    /^(test|bench|src|scripts|\.)|\.tsbuildinfo$|^native\/.*\.(o|d)$/.test(path),
  );
  expect(odd).toEqual([]);
});
