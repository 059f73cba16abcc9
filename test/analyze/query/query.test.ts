import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openQuery } from '../../../src/analyze/query/query.js';
import { LOSSES } from '../../../src/capture/losses.js';
import { openCapture } from '../../../src/capture/open.js';
import { TracecapError } from '../../../src/shared/errors.js';
import { UNSAFE_CHARACTERS } from '../../../src/shared/escape-text.js';
import {
  EXECS,
  loss,
  OPENS,
  open,
  type Sample,
  SOME_OPENS,
  START,
  sampleCapture,
  T0,
} from '../../helpers/sample-capture.js';

const OWN = OPENS.columns.map((column) => column.name);
const LOSS_COLUMNS = LOSSES.columns.map((column) => column.name);

async function query(sql: string, sample: Sample = {}, known = [EXECS], maxBytes?: number) {
  const capture = openCapture(sampleCapture(sample));
  try {
    const answer = await openQuery(capture, sql, known, maxBytes);
    const { columns, tables } = answer;
    const rows = [...answer.rows()].map((row) => [...row]);
    answer.close();
    return { columns, tables, rows };
  } finally {
    capture.close();
  }
}

const rowsOf = async (sql: string, sample?: Sample) => (await query(sql, sample)).rows;

describe('values', () => {
  test('every type arrives whole', async () => {
    expect(await rowsOf('select * from opensnoop limit 1')).toEqual([
      [T0, 100n, 1000n, 'cc1', -1n, 'openat', '/etc/hosts', 3n, 2n ** 53n + 1n, 0n],
    ]);
  });

  test('extremes and nulls', async () => {
    const odd = open(0, null, {
      uid: 2 ** 32 - 1,
      cgroup: 2n ** 63n,
      ret: -(2 ** 31),
      syscall: null,
      path_truncated: true,
      comm: 'a\0b\u001b',
      duration_ns: -(2n ** 63n),
    });
    const sql =
      'select uid, cgroup, ret, syscall, path, path_truncated, comm, duration_ns from opensnoop';
    expect(await rowsOf(sql, { segments: [[odd]] })).toEqual([
      [2n ** 32n - 1n, -(2n ** 63n), -(2n ** 31n), null, null, 1n, 'a\0b\u001b', -(2n ** 63n)],
    ]);
  });

  test('integers are integers to SQLite, not reals', async () => {
    const sql = 'select distinct typeof(uid), typeof(ts), typeof(path_truncated) from opensnoop';
    expect(await rowsOf(sql)).toEqual([['integer', 'integer', 'integer']]);
  });

  test('all rows of all segments, whatever their number', async () => {
    for (const count of [1, 49, 50, 51, 173]) {
      const segment = Array.from({ length: count }, (_, i) => open(i, `/f${i}`, { pid: i }));
      const sql = 'select count(*), count(distinct path), sum(pid) from opensnoop';
      const sum = BigInt(count * (count - 1));
      expect(await rowsOf(sql, { segments: [segment, segment] })).toEqual([
        [BigInt(2 * count), BigInt(count), sum],
      ]);
    }
  });
});

describe('lists', () => {
  const start = { tables: [OPENS, LOSSES, EXECS] };
  const rowsOfLists = (sql: string, ...lists: (readonly string[] | null)[]) =>
    rowsOf(sql, { start, more: { execsnoop: lists.map((argv, pid) => ({ ts: T0, pid, argv })) } });

  test('are JSON text, and null is null', async () => {
    const sql = 'select argv, typeof(argv) from execsnoop order by pid';
    expect(await rowsOfLists(sql, ['ls', '-l'], [], null, ['', ''])).toEqual([
      ['["ls","-l"]', 'text'],
      ['[]', 'text'],
      [null, 'null'],
      ['["",""]', 'text'],
    ]);
  });

  test('that look like numbers are text', async () => {
    const sql = "select typeof(argv), json_type(argv, '$[0]') from execsnoop";
    expect(await rowsOfLists(sql, ['1'])).toEqual([['text', 'text']]);
  });

  test('come apart in json_each()', async () => {
    const sql = `select pid, key, value, json_array_length(argv), argv ->> 0
                 from execsnoop, json_each(argv) order by pid, key`;
    expect(await rowsOfLists(sql, ['cc', '-c', ''], null, [], ['make'])).toEqual([
      [0n, 0n, 'cc', 3n, 'cc'],
      [0n, 1n, '-c', 3n, 'cc'],
      [0n, 2n, '', 3n, 'cc'],
      [3n, 0n, 'make', 1n, 'make'],
    ]);
  });

  test('keep every character, and hold none that acts on a terminal', async () => {
    const argv = [
      '"\\',
      "it's",
      'a\nb\u001b[31m',
      '\u007f\u0085\u202e\u2028',
      'é日本😀',
      '\\xFF',
      '\ufffe',
    ];
    const sql = 'select value from execsnoop, json_each(argv)';
    expect((await rowsOfLists(sql, argv)).flat()).toEqual(argv);
    const [[json] = []] = await rowsOfLists('select argv from execsnoop', argv);
    expect(JSON.parse(json as string)).toEqual(argv);
    expect(json).not.toMatch(new RegExp(`[${UNSAFE_CHARACTERS}]`));
    expect(json).toContain('é日本😀');
  });

  test('are found by what they hold', async () => {
    const sql = `select pid from execsnoop
                 where exists (select 1 from json_each(argv) where value = '-j4')`;
    expect(await rowsOfLists(sql, ['make'], ['make', '-j4'], ['make -j4'], null)).toEqual([[1n]]);
  });
});

describe('only what is read is loaded, and nothing that is read is missing', () => {
  test.each([
    ['select count(*) from opensnoop', 6n],
    ['select COUNT ( * ) from OPENSNOOP', 6n],
    ['select sum(RET) from main.opensnoop', -13n],
    ['select count("path") from "opensnoop"', 6n],
    ['select count(o.path) from opensnoop as o', 6n],
    ['select count(path) from (select * from opensnoop)', 6n],
    ['select count(error) from opensnoop', 4n],
    ['select count(time) from opensnoop', 6n],
    ['select count(*) from opensnoop a join opensnoop b using (ts)', 6n],
    ['select count(*) from opensnoop a natural join opensnoop b', 6n],
    ['with o as (select pid p from opensnoop) select sum(p) from o', 700n],
    ["select ('opensnoop', 7, 1) in pairs", 1n],
    ["select ('opensnoop', 7, 1) not in/* x */[pairs]", 0n],
    ["select ('opensnoop', 7, 1) in -- (\n main.pairs", 1n],
  ])('%s', async (sql, value) => {
    const pairs = { ...LOSSES, name: 'pairs', time: null };
    const columns = ['source', 'count', 'flag'].map((name) => ({
      ...(OPENS.columns[name === 'source' ? 6 : 1] as (typeof OPENS.columns)[number]),
      name,
    }));
    const start = { tables: [OPENS, LOSSES, { ...pairs, columns }] };
    const more = [{ source: 'opensnoop', count: 7, flag: 1 }];
    expect(await rowsOf(sql, { start, more: { pairs: more } })).toEqual([[value]]);
  });

  test('a table of one column can be read without naming that', async () => {
    const flags = {
      name: 'flags',
      doc: '',
      time: null,
      columns: [] as (typeof EXECS.columns)[number][],
    };
    flags.columns.push({ name: 'flag', type: 'int32', kind: null, doc: '' });
    const { rows } = await query('select 1 in flags', {}, [flags]);
    expect(rows).toEqual([[0n]]);
  });
});

describe('derived columns', () => {
  test('error, time and t_ns follow from result and time', async () => {
    const sql = 'select error, time, t_ns from opensnoop where t_ns between 20000000 and 30000000';
    expect(await rowsOf(sql)).toEqual([
      ['EACCES', '2025-11-21T00:00:00.143456789Z', 20_000_000n],
      ['ENOENT', '2025-11-21T00:00:00.153456789Z', 30_000_000n],
    ]);
    expect(await rowsOf('select count(*) from opensnoop where error is null')).toEqual([[2n]]);
    expect(await rowsOf("select count(*) from opensnoop where error = 'ENOENT'")).toEqual([[3n]]);
  });

  test('the losses have times and no error', async () => {
    const losses = [loss('opensnoop', 7)];
    expect(await rowsOf('select t_ns, count from losses', { losses })).toEqual([[0n, 7n]]);
    await expect(query('select error from losses')).rejects.toThrow('no such column: error');
  });

  test.each([
    ['select * from opensnoop', OWN],
    ["select * from opensnoop where error = 'ENOENT'", OWN],
    ['select *, error from opensnoop', [...OWN, 'error']],
    ['select error, * from opensnoop', ['error', ...OWN]],
    ['select *, error, * from opensnoop order by time', [...OWN, 'error', ...OWN]],
    ['select o.*, o.error from opensnoop as o', [...OWN, 'error']],
    ['select * from opensnoop a join losses b on a.t_ns >= b.t_ns', [...OWN, ...LOSS_COLUMNS]],
    ['select b.*, a.* from opensnoop a, losses b where a.error is null', [...LOSS_COLUMNS, ...OWN]],
    ['select * from opensnoop a, opensnoop b where a.error = b.error', [...OWN, ...OWN]],
    ['select * from (select * from opensnoop where error is null)', OWN],
    ['select *, error from (select * from opensnoop)', [...OWN, 'error']],
    ['select * from opensnoop union all select * from opensnoop', OWN],
    ["with f as (select * from opensnoop where error = 'ENOENT') select * from f", OWN],
    ['select pid, error, time, t_ns from opensnoop', ['pid', 'error', 'time', 't_ns']],
    [`select ${OWN.join(', ')}, error from opensnoop`, [...OWN, 'error']],
    ['select * from opensnoop natural join losses', [...OWN, ...LOSS_COLUMNS]],
    ['select * from opensnoop a join opensnoop b using (ts)', [...OWN, ...OWN.slice(1)]],
    [
      'select *, a.error from opensnoop a join opensnoop b using (ts)',
      [...OWN, ...OWN.slice(1), 'error'],
    ],
    [
      'select *, b.pid, b.error from opensnoop a join opensnoop b using (ts)',
      [...OWN, ...OWN.slice(1), 'pid', 'error'],
    ],
    ['select * from opensnoop a join losses b using (time)', [...OWN, ...LOSS_COLUMNS]],
    ...['error, time, t_ns', 'time'].map((names) => [
      `select ${OWN.join(', ')}, ${names}, 2 * 3 from opensnoop`,
      [...OWN, ...names.split(', '), '2 * 3'],
    ]),
    [
      `select ${OWN.join(', ')}, error, count(*) from opensnoop group by path`,
      [...OWN, 'error', 'count(*)'],
    ],
    ['select error, time, t_ns, * from opensnoop', ['error', 'time', 't_ns', ...OWN]],
    ['select *, error, time, t_ns from opensnoop', [...OWN, 'error', 'time', 't_ns']],
    [
      'select * from (select *, a.time from opensnoop a, losses b where a.error is null)',
      [...OWN, ...LOSS_COLUMNS, 'time'],
    ],
    [
      'select * from (select * from opensnoop a join opensnoop b using (ts, error))',
      [...OWN, ...OWN.slice(1)],
    ],
    [
      'with recursive f as (select * from opensnoop where error is null union all select * from f where 0) select * from f',
      OWN,
    ],
    ['select pid as t, * from opensnoop where error is null', ['t', ...OWN]],
    ["select '*', pid, error, time, t_ns from opensnoop", ["'*'", 'pid', 'error', 'time', 't_ns']],
  ])('%s', async (sql, columns) => {
    const answer = await query(sql as string);
    expect(answer.columns).toEqual(columns);
    for (const row of answer.rows) expect(row).toHaveLength(columns.length);
  });

  test('a column of the table with such a name is the table’s own', async () => {
    const table = { ...EXECS, columns: [...EXECS.columns, { ...OPENS.columns[3], name: 'error' }] };
    const known = [table as typeof EXECS];
    const { columns } = await query('select *, time from execsnoop', {}, known);
    expect(columns).toEqual(['ts', 'pid', 'argv', 'ret', 'error', 'time']);
  });
});

describe('tables', () => {
  test('those that the statement reads are named', async () => {
    const { tables } = await query('select 1 from losses, opensnoop where 0');
    expect(tables.toSorted()).toEqual(['losses', 'opensnoop']);
    expect((await query('with opensnoop as (select 1) select * from opensnoop')).tables).toEqual(
      [],
    );
  });

  test('one of the capture’s without rows, a known one and losses are empty', async () => {
    const start = { tables: [OPENS] };
    for (const table of ['execsnoop', 'losses']) {
      expect(await rowsOf(`select * from ${table}`, { start })).toEqual([]);
    }
    expect(await rowsOf('select * from opensnoop', { segments: [] })).toEqual([]);
  });

  test('a table whose name SQLite keeps for itself is the capture’s fault', async () => {
    const start = { ...START, tables: [...START.tables, { ...EXECS, name: 'sqlite_x' }] };
    const failure = query('select * from sqlite_x', { start });
    await expect(failure).rejects.toMatchObject({ code: 'bad-capture' });
  });
});

describe('refused', () => {
  const target = join(tmpdir(), `tracecap-attached-${process.pid}.db`);

  test.each([
    ['select nope from opensnoop', 'SQL: no such column: nope'],
    [
      'select * from nope',
      'SQL: no such table: nope; the tables are opensnoop, losses, processes, cgroups, execsnoop',
    ],
    ['selec 1', 'SQL: near "selec": syntax error'],
    ['select 1; select 2', 'SQL: The supplied SQL string contains more than one statement'],
    ['', 'SQL: The supplied SQL string contains no statements'],
    ['-- nothing', 'SQL: The supplied SQL string contains no statements'],
    [`attach '${target}' as x`, 'SQL: only a statement that reads is allowed, such as select'],
    ['create table x (y)', 'SQL: only a statement that reads is allowed, such as select'],
    ['delete from opensnoop', 'SQL: only a statement that reads is allowed, such as select'],
    [
      "insert into losses (source) values ('x') returning source",
      'SQL: only a statement that reads is allowed, such as select',
    ],
    [`vacuum into '${target}'`, 'SQL: only a statement that reads is allowed, such as select'],
    ...[
      'pragma journal_mode = wal',
      ' /* x */ -- y\n PRAGMA user_version = 5',
      'explain pragma table_info(opensnoop)',
    ].map((sql) => [
      sql,
      'SQL: pragma is not allowed: tracecap info --schema tells tables and columns',
    ]),
    ["select load_extension('x')", 'SQL: not authorized'],
    [
      'select error from opensnoop natural join losses',
      'SQL: natural join does not go with error, time and t_ns; use join … using (…)',
    ],
    [
      'select error from opensnoop natural/* */join losses',
      'SQL: natural join does not go with error, time and t_ns; use join … using (…)',
    ],
    ...['select ?', 'select count(*) from opensnoop where pid = :pid'].map((sql) => [
      sql,
      'SQL: parameters (?, :name) are not supported; write the values themselves',
    ]),
    [
      'select hex(zeroblob(17000000)), zeroblob(34000000)',
      'SQL: a row of the result is larger than 64 MiB; ask for less of it',
    ],
    ['select abs(-9223372036854775808)', 'SQL: integer overflow'],
  ])('%s', async (sql, message) => {
    const failure = await query(sql as string).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TracecapError);
    expect(failure).toMatchObject({ code: 'usage', message });
    expect(existsSync(target)).toBe(false);
  });
});

test('a row of 64 MiB is given', async () => {
  const [row = []] = await rowsOf('select hex(zeroblob(10000000)), zeroblob(40000000)');
  expect(row.map((value) => (value as string | Uint8Array).length)).toEqual([20e6, 40e6]);
});

test('what is loaded is bounded', async () => {
  const long = open(0, 'x'.repeat(60_000));
  const sample = { segments: [Array.from({ length: 40 }, () => long)] };
  const sql = 'select max(length(path)) from opensnoop';
  await expect(query(sql, sample, [], 1 << 20)).rejects.toMatchObject({
    code: 'usage',
    message: 'SQL: the columns that it reads take more than 1 MiB; name fewer columns',
  });
  expect((await query('select sum(pid) from opensnoop', sample, [], 1 << 20)).rows).toEqual([
    [4000n],
  ]);
});

test('long texts are whole and in order, amid short ones', async () => {
  const long = (row: number) => `/${row}/`.padEnd(300_000, 'x');
  const paths = Array.from({ length: 130 }, (_, row) => (row % 7 === 0 ? long(row) : `/${row}`));
  const segment = paths.map((path, row) => open(row, path, { pid: row }));
  const sql = 'select pid, path from opensnoop order by rowid';
  const rows = await rowsOf(sql, { segments: [segment, segment] });
  expect(rows.map(([pid]) => Number(pid))).toEqual([...paths.keys(), ...paths.keys()]);
  expect(rows.every(([pid, path]) => path === paths[Number(pid)])).toBe(true);
});

test('rows are streamed: the first comes before an endless rest', async () => {
  const sql = 'with recursive n(i) as (select 1 union all select i + 1 from n) select i from n';
  const capture = openCapture(sampleCapture({ segments: [SOME_OPENS] }));
  const answer = await openQuery(capture, sql);
  for (const row of answer.rows()) {
    expect(row).toEqual([1n]);
    break;
  }
  answer.close();
  capture.close();
});
