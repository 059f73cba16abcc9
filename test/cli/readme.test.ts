/** What the README shows is what tracecap prints. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { build, tracecap } from '../helpers/build.js';
import { temporaryFolder } from '../helpers/sample-capture.js';

beforeAll(build);

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const screens = [...readme.matchAll(/^\$ tracecap (query demo\.tcap) "([^"]+)"\n([^$`]+)/gm)].map(
  ([, words = '', sql = '', screen = '']) => [sql, words, screen] as const,
);

test('there are some queries with their answers', () => {
  expect(screens.length).toBeGreaterThan(1);
});

test.each(screens)('%s', (sql, words, screen) => {
  const cwd = temporaryFolder();
  copyFileSync(fileURLToPath(new URL('fixtures/captures/demo.tcap', root)), join(cwd, 'demo.tcap'));
  expect(tracecap([...words.split(' '), sql], { cwd }).stdout).toBe(screen);
});
