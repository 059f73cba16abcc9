/** What users can type stands in the documentation. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { filesUnder, ROOT, readText } from './checkout.js';

const pages = ['README.md', ...filesUnder('docs', /\.md$/)];
const docs = pages.map(readText).join('\n');

/** Whether it stands there as a word of its own. */
const named = (text: string) => new RegExp(`(?<![\\w-])${text}(?![\\w-])`).test(docs);

test.each(COMMANDS.map(({ name }) => name))('the command %s is described', (name) => {
  expect(named(`tracecap ${name}`)).toBe(true);
});

const flags = await Promise.all(
  COMMANDS.map(async ({ name, load }) => {
    const { options } = await load();
    return options.map(({ long, flags }) => [name, long ?? flags] as const);
  }),
);

test.each(flags.flat())('%s %s is described', (_, flag) => {
  expect(named(flag)).toBe(true);
});

test('an option that is not there is missed', () => {
  expect(named('--no-such-option')).toBe(false);
  expect(named('--fail')).toBe(false);
});

describe.each(pages)('%s', (page) => {
  test('links to what is there', () => {
    const links = [...readText(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, to = '']) => to,
    );
    expect(links.filter((to) => !existsSync(join(ROOT, dirname(page), to)))).toEqual([]);
  });
});
