import { expect, test, vi } from 'vitest';
import { batchFromRows } from '../../src/capture/batch-from-rows.js';
import { maskColumns } from '../../src/record/mask-columns.js';
import type { Table } from '../../src/schema/table.js';
import { rowsOf } from '../helpers/rows.js';

const TABLE: Table = {
  name: 'x',
  doc: 'Xs',
  time: null,
  columns: [
    { name: 'argv', type: 'list<utf8>', kind: 'tc_argv', doc: 'Arguments' },
    { name: 'said', type: 'dictionary<utf8>', kind: 'tc_text', doc: 'No arguments' },
    { name: 'others', type: 'list<utf8>', kind: null, doc: 'Texts that are no arguments' },
  ],
};

const SECRET = '--password=hunter2';

function masked(argvs: readonly (readonly string[] | null)[]) {
  const rows = argvs.map((argv) => ({ argv: argv && [...argv], said: SECRET, others: [SECRET] }));
  const batch = batchFromRows(TABLE, rows);
  const result = maskColumns(TABLE, batch);
  return { same: result === batch, argvs: rowsOf(TABLE, result) };
}

test('arguments are masked row by row, and nothing else is', () => {
  const others = { said: SECRET, others: [SECRET] };
  expect(
    masked([
      ['x', SECRET],
      null,
      [],
      ['--token'],
      ['abc', 'ä\uFEFF\\x5Cx'],
      ['', '--token', 'abc', ''],
    ]).argvs,
  ).toEqual(
    [
      ['x', '--password=***'],
      null,
      [],
      ['--token'],
      ['abc', 'ä\uFEFF\\x5Cx'],
      ['', '--token', '***', ''],
    ].map((argv) => ({ argv, ...others })),
  );
});

test('a batch without secrets stays what it is, also where something looked like one', () => {
  expect(masked([['ls', '-l'], null, []]).same).toBe(true);
  expect(masked([['ls', 'passwd', 'a@b', 'key']]).same).toBe(true);
  expect(masked([]).same).toBe(true);
});

test.each([
  ['redis-cli', '-a', 'x'],
  ['valkey-cli', '-a', 'x'],
  ['docker', 'login', '-p', 'x'],
  // Others are right before and behind it.
  ['a-', `AKIA${'Q3XN7ABCDEFGH2KL'}`, 'A'],
  ['a_', `sk-${'a'.repeat(20)}`, 'a'],
  ['a', `npm_${'a'.repeat(36)}`, 'a'],
  ['a', `${'eyJ'}a.${'eyJ'}b.c`, 'a'],
  ['a', '-----BEGIN PRIVATE KEY-----\nMIIE', 'a'],
])('%s %s %s: what gives a secret away by itself', (...argv) => {
  expect(masked([argv]).same).toBe(false);
});

test('texts are looked at one by one only where one may hold a secret', () => {
  const decode = vi.spyOn(Buffer.prototype, 'toString');
  const decodings = (argv: string[]) => {
    decode.mockClear();
    masked([argv]);
    return decode.mock.calls.filter(([encoding]) => encoding === 'utf8').length;
  };
  expect(decodings(['ls', '-l', 'x', 'y'])).toBe(0);
  expect(decodings(['ls', '-l', 'x', 'passwd'])).toBe(4);
  decode.mockRestore();
});

test('as many arguments as a program can have', () => {
  const many = Array<string>(500_000).fill('a');
  expect(masked([[...many, SECRET]]).argvs[0]?.argv).toEqual([...many, '--password=***']);
});
