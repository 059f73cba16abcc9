/** The captures in fixtures/captures, read as anybody would read them. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { completenessOf, isComplete } from '../../src/analyze/completeness.js';
import { openQuery } from '../../src/analyze/query/query.js';
import { type Capture, openCapture } from '../../src/capture/open.js';
import { SOURCES } from '../../src/sources/index.js';

const FOLDER = fileURLToPath(new URL('../../fixtures/captures/', import.meta.url));

const open = (name: string) => openCapture(`${FOLDER}${name}.tcap`);

/** The rows of a table, all columns. */
async function rowsOf(capture: Capture, table: string): Promise<unknown[][]> {
  const query = await openQuery(capture, `select * from ${table}`);
  const rows = [...query.rows()].map((row) => [...row]);
  query.close();
  return rows;
}

test('each source has one, and all of them are in the demo', () => {
  const files = readdirSync(FOLDER).map((file) => file.replace('.tcap', ''));
  expect(files.toSorted()).toEqual([...SOURCES.map(({ name }) => name), 'demo'].toSorted());
  const demo = open('demo');
  expect(demo.start.sources.map(({ name }) => name)).toEqual(SOURCES.map(({ name }) => name));
  demo.close();
});

test.each([...SOURCES.map(({ name }) => [name, name]), ...SOURCES.map((s) => ['demo', s.name])])(
  '%s.tcap: every row of %s is read, and nothing is missing',
  async (file = '', source = '') => {
    const capture = open(file);
    const counted = capture.manifest?.sources.find(({ name }) => name === source)?.rows;
    const rows = await rowsOf(capture, source);
    expect(rows.length).toBe(counted);
    expect(rows.length).toBeGreaterThan(3);
    expect(isComplete(completenessOf(capture))).toBe(true);
    capture.close();
  },
);

test('what occurs in the demo by its id is named in it', async () => {
  const demo = open('demo');
  const ids = (table: string) => `select distinct cgroup from ${table}`;
  const query = await openQuery(
    demo,
    `select count(*) from (${SOURCES.map(({ name }) => ids(name)).join(' union ')})
     where cgroup not in (select cgroup from cgroups where path is not null)`,
  );
  expect([...query.rows()].map((row) => [...row])).toEqual([[0n]]);
  query.close();
  demo.close();
});
