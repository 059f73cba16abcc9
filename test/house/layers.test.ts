/** Who may import whom, and what no module does. */
import { expect, test } from 'vitest';
import { SOURCES } from '../../src/sources/index.js';
import { filesUnder, type Import, importsOf, readText, withoutComments } from './checkout.js';

/** Layer by layer, what it may import besides itself. Imports of types obey it, too. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  schema: ['shared'],
  sources: ['schema', 'shared'],
  capture: ['schema', 'shared'],
  record: ['capture', 'schema', 'shared'],
  analyze: ['capture', 'schema', 'shared'],
  cli: ['analyze', 'capture', 'record', 'schema', 'shared', 'sources'],
};

/** Packages, with where they may be imported; types: where only their types may be. */
const FENCES: Readonly<Record<string, { readonly values: RegExp; readonly types?: RegExp }>> = {
  'apache-arrow': { values: /^src\/capture\//, types: /^src\/analyze\// },
  fzstd: { values: /^src\/capture\// },
  'better-sqlite3': { values: /^src\/analyze\/query\// },
  'cli-table3': { values: /^src\/analyze\/render\// },
  commander: { values: /^src\/cli\// },
};

/** Code that names a source, with the reason. */
const NAMES_A_SOURCE: Readonly<Record<string, string>> = {
  'src/analyze/top-files.ts': 'an analysis says which table it asks',
  'src/capture/readme.ts': 'an example for people, in words',
};

const modules = filesUnder('src', /\.ts$/);
const imports = modules.flatMap(importsOf);
const layerOf = (path: string) => path.split('/')[1] ?? '';

/** Breaches as `from -> to`; a test expects none. */
const told = (breaches: readonly Import[]) => breaches.map(({ from, to }) => `${from} -> ${to}`);

test('the reader of imports sees what there is', () => {
  expect(modules.length).toBeGreaterThan(100);
  expect(imports.filter(({ to }) => to.startsWith('src/')).length).toBeGreaterThan(200);
  expect(imports).toContainEqual({
    from: 'src/cli/commands.ts',
    to: 'src/cli/commands/record.ts',
    typeOnly: false,
  });
  expect(imports).toContainEqual({ from: 'src/cli/commands.ts', to: 'commander', typeOnly: true });
  for (const { to } of imports.filter((one) => one.to.startsWith('src/')))
    expect(modules).toContain(to);
});

test('every folder is a layer', () => {
  expect(new Set(modules.map(layerOf))).toEqual(new Set(Object.keys(MAY_IMPORT)));
});

test('imports run one way', () => {
  const breaches = imports.filter(({ from, to }) => {
    if (!to.startsWith('src/')) return false;
    const [own, other] = [layerOf(from), layerOf(to)];
    return own !== other && !MAY_IMPORT[own]?.includes(other);
  });
  expect(told(breaches)).toEqual([]);
});

test('only what is declared is imported, each package behind its fence', () => {
  const { dependencies, optionalDependencies } = JSON.parse(readText('package.json'));
  const packages = { ...dependencies, ...optionalDependencies };
  expect(Object.keys(packages).toSorted()).toEqual(Object.keys(FENCES).toSorted());
  const breaches = imports.filter(({ from, to, typeOnly }) => {
    if (/^(src\/|node:)/.test(to)) return false;
    const fence = FENCES[to];
    return !fence?.values.test(from) && !(typeOnly && fence?.types?.test(from));
  });
  expect(told(breaches)).toEqual([]);
});

test('nothing reads without need what an optional package has: better-sqlite3 is imported late', () => {
  const early = imports.filter(({ to, typeOnly }) => to === 'better-sqlite3' && !typeOnly);
  expect(told(early)).toEqual(['src/analyze/query/open-database.ts -> better-sqlite3']);
  expect(readText('src/analyze/query/open-database.ts')).toContain(
    "await import('better-sqlite3')",
  );
});

/** Modules whose code, comments left out, has this in it. */
const modulesWith = (what: RegExp) =>
  modules.filter((path) => what.test(withoutComments(readText(path))));

test('there are no default exports', () => {
  expect(modulesWith(/\bexport\s+default\b|\bas\s+default\b/)).toEqual([]);
});

test('nothing is printed but through the output of the commands', () => {
  expect(modulesWith(/\bconsole\s*[.[]/)).toEqual([]);
  const printing = modulesWith(/\bprocess\s*\.\s*(stdout|stderr)\b/);
  expect(printing.filter((path) => layerOf(path) !== 'cli')).toEqual([]);
});

test('nothing is required by a computed name, but the files beside the code', () => {
  const computed = modulesWith(/\b(require|import)\s*\(\s*(?!['"])|\bcreateRequire\b|\bdlopen\b/);
  expect(computed).toEqual(['src/shared/assets.ts']);
});

test('no module but one knows where the files beside the code are', () => {
  const reaching = modulesWith(/\bimport\.meta\.(url|dirname|filename)\b|\b__dirname\b/);
  expect(reaching.filter((path) => layerOf(path) !== 'cli')).toEqual(['src/shared/assets.ts']);
});

test('nobody but its declaration names a source', () => {
  const files = [
    ...modules.filter((path) => layerOf(path) !== 'sources'),
    ...filesUnder('native', /\.(cc|h|c)$/),
    ...filesUnder('scripts'),
    'bin/tracecap',
    'bin/setup',
    'bpf/Makefile',
    'bpf/tasks.bpf.c',
    ...filesUnder('bpf/include'),
  ];
  const names = new RegExp(SOURCES.map(({ name }) => name).join('|'));
  const naming = files.filter((path) => names.test(withoutComments(readText(path))));
  expect(naming).toEqual(Object.keys(NAMES_A_SOURCE));
});
