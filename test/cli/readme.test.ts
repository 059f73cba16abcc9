/** What the README shows is what tracecap prints. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { build, tracecap } from '../helpers/build.js';

beforeAll(build);

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const screens = [
  ...readme.matchAll(/^\$ tracecap (query fixtures\/captures\/demo\.tcap) "([^"]+)"\n([^$`]+)/gm),
].map(([, words = '', sql = '', screen = '']) => [sql, words, screen] as const);

test('there are some queries with their answers', () => {
  expect(screens.length).toBeGreaterThan(1);
});

test.each(screens)('%s', (sql, words, screen) => {
  expect(tracecap([...words.split(' '), sql], { cwd: fileURLToPath(root) }).stdout).toBe(screen);
});
