import { describe, expect, test } from 'vitest';
import { decodePlan, defineSource, type Source, tableOf } from '../../src/schema/define-source.js';
import { KINDS } from '../../src/schema/kinds.js';
import { SOURCES } from '../../src/sources/index.js';

const layout = {
  struct: 'x_event',
  fixedSize: 17,
  tail: true,
  members: {
    path: { kind: 'tc_text', offset: 8, size: 4 },
    raw_path: { kind: 'tc_text', offset: 12, size: 4 },
    ts: { kind: 'tc_time_ns', offset: 0, size: 8 },
    call: { kind: 'tc_enum', offset: 16, size: 1, values: ['open', 'openat'] },
  },
} as const;

const about = { name: 'x', summary: 'Xs', object: 'x.bpf.o', time: 'ts', hooks: [], options: [] };
const ts = { doc: 'When' };
const path = { doc: 'The file' };
const raw_path = { doc: 'As passed', nullWhereEqual: 'path' };
const call = { doc: 'The call' };

const source = defineSource({ ...about, layout, columns: { ts, call, path, raw_path } });

/** `tsc -p .` is the test: it fails where one of these compiles. */
test('columns that are missing, stale or misspelt do not compile', () => {
  // @ts-expect-error: the event has call, the table has not
  defineSource({ ...about, layout, columns: { ts, path, raw_path } });
  // @ts-expect-error: the table has pid, the event has not
  defineSource({ ...about, layout, columns: { ts, call, path, raw_path, pid: ts } });
  // @ts-expect-error: a column says what it means
  defineSource({ ...about, layout, columns: { ts, call, path, raw_path: {} } });
  // The same at run time, for who does not compile.
  const stale = { ...source, columns: { ...source.columns, pid: ts } } as unknown as Source;
  expect(() => tableOf(stale)).toThrow('x: column pid has no member in the event');
  expect(() => decodePlan({ ...source, time: 'when' })).toThrow('x: no member when in x_event');
});

test('a table has the columns in the order of the declaration, not of the event', () => {
  expect(tableOf(source)).toEqual({
    name: 'x',
    doc: 'Xs',
    time: 'ts',
    columns: [
      { name: 'ts', type: 'timestamp[ns, UTC]', kind: 'tc_time_ns', doc: 'When' },
      { name: 'call', type: 'enum', kind: 'tc_enum', doc: 'The call', values: ['open', 'openat'] },
      { name: 'path', type: 'dictionary<utf8>', kind: 'tc_text', doc: 'The file' },
      { name: 'raw_path', type: 'dictionary<utf8>', kind: 'tc_text', doc: 'As passed' },
    ],
  });
});

test('a plan has places, nulls and what makes a text null', () => {
  expect(decodePlan(source)).toEqual({
    fixedSize: 17,
    timeOffset: 0,
    columns: [
      { op: 'time', type: 'timestamp[ns, UTC]', offset: 0, size: 8 },
      { op: 'copy', type: 'enum', offset: 16, size: 1, nullValue: 0xffn },
      { op: 'slice', type: 'dictionary<utf8>', offset: 8, size: 4 },
      { op: 'slice', type: 'dictionary<utf8>', offset: 12, size: 4, nullWhereEqual: 8 },
    ],
  });
});

const HEADER = ['ts', 'pid', 'tid', 'ppid', 'uid', 'comm', 'cgroup', 'mntns'];

describe.each(SOURCES.map((one) => [one.name, one] as const))('%s', (name, one) => {
  const table = tableOf(one);

  test('the table begins as every table of events does', () => {
    expect(table).toMatchObject({ name, time: 'ts' });
    expect(table.columns.slice(0, HEADER.length).map((column) => column.name)).toEqual(HEADER);
  });

  test('every member of the event is a column once, and says what it means', () => {
    const columns = table.columns.map((column) => column.name);
    expect(columns.toSorted()).toEqual(Object.keys(one.layout.members).toSorted());
    for (const { doc } of table.columns) expect(doc).toMatch(/^\S.{2,}[^.\s]$/);
  });

  test('the plan reads every column inside the fixed part', () => {
    const plan = decodePlan(one);
    expect(plan.columns).toHaveLength(table.columns.length);
    plan.columns.forEach(({ op, type, offset, size }, i) => {
      const column = table.columns[i];
      expect(type).toBe(column?.type);
      expect(op).toBe(column?.kind && KINDS[column.kind].op);
      expect(offset + size).toBeLessThanOrEqual(plan.fixedSize);
    });
  });

  test('options carry the name of the source, hooks the name of a program', () => {
    for (const { flag, doc } of one.options) {
      expect(flag.startsWith(`--${name}-`)).toBe(true);
      expect(doc).not.toBe('');
    }
    for (const { program } of one.hooks) expect(program.startsWith(`${name}_`)).toBe(true);
    expect(
      new Set(one.hooks.map(({ program, tracepoint }) => `${program}@${tracepoint}`)).size,
    ).toBe(one.hooks.length);
  });
});
