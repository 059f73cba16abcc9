/** What is written down in C and in TypeScript must be the same. */
import { expect, test } from 'vitest';
import { KINDS, type Kind } from '../../src/schema/kinds.js';
import { readText, withoutComments } from './checkout.js';

const TYPES_H = withoutComments(readText('bpf/include/tracecap/types.h'));
const KINDS_TS = withoutComments(readText('src/schema/kinds.ts'));
const FILTERS_TS = withoutComments(readText('src/record/filters.ts'));

const kinds: Readonly<Record<string, Kind>> = KINDS;

/** Not a typedef of its own: each enum of one byte is one. */
const ENUM = 'tc_enum';

const BYTES: Readonly<Record<string, number>> = { __u8: 1, __u16: 2, __u32: 4, __s32: 4, __u64: 8 };
const INTEGERS: Readonly<Record<string, RegExp>> = {
  __u8: /^(bool|uint8)$/,
  __u16: /^uint16$/,
  __u32: /^uint32$/,
  __s32: /^int32$/,
  __u64: /^(uint64|int64|timestamp\[ns, UTC\])$/,
};

/** The typedefs of types.h: name, C type, bytes. */
function typedefs(): { name: string; type: string; size: number }[] {
  const constant = (name: string) =>
    Number(new RegExp(`#define ${name}\\s+(\\d+)`).exec(TYPES_H)?.[1]);
  const found = [...TYPES_H.matchAll(/typedef\s+(\w+)\s*(\{[^}]*\})?\s*(tc_\w+)(?:\[(\w+)\])?;/g)];
  return found.map(([, type = '', members, name = '', length]) => {
    if (length !== undefined) return { name, type: `${type}[]`, size: constant(length) };
    if (members === undefined) return { name, type, size: BYTES[type] ?? Number.NaN };
    const sizes = [...members.matchAll(/(__\w+)\s+\w+;/g)].map(
      ([, member = '']) => BYTES[member] ?? Number.NaN,
    );
    return { name, type, size: sizes.reduce((a, b) => a + b, 0) };
  });
}

test('every typedef of types.h is a kind, and every kind a typedef, of the same size', () => {
  const sizes = Object.fromEntries(typedefs().map(({ name, size }) => [name, size]));
  const expected = Object.entries(kinds).filter(([name]) => name !== ENUM);
  expect(expected.length).toBeGreaterThan(10);
  expect(sizes).toEqual(Object.fromEntries(expected.map(([name, { size }]) => [name, size])));
});

test('an integer is a column of its own sign and width', () => {
  for (const { name, type } of typedefs()) {
    const column = INTEGERS[type];
    if (column) expect(kinds[name]?.type, name).toMatch(column);
  }
});

test('the nulls of types.h are the nulls of the kinds', () => {
  const nulls = [...TYPES_H.matchAll(/#define TC_NO_\w+\s+\(\((tc_\w+)\)(-1|0|0x[0-9a-f]+)\)/g)];
  const bits = (kind: string) => 8 * (kinds[kind]?.size ?? 0);
  const inC = Object.fromEntries(
    nulls.map(([, kind = '', value = '']) => [kind, BigInt.asUintN(bits(kind), BigInt(value))]),
  );
  const inTs = Object.entries(kinds).flatMap(([name, { nullValue }]) =>
    nullValue === undefined || name === ENUM ? [] : [[name, nullValue]],
  );
  expect(nulls.length).toBeGreaterThan(0);
  expect(inC).toEqual(Object.fromEntries(inTs));
});

test.each([
  ['TC_NO_TEXT', 'tail.cc', 'kNoText'],
  ['TC_NO_ARGV', 'tail.cc', 'kNoArgv'],
  ['TC_IP_LEN', 'address.h', 'kAddressBytes'],
])('%s is the same in the program and in the decoder', (name, file, constant) => {
  const inKernel = new RegExp(`#define ${name}\\s+(\\w+)`).exec(TYPES_H)?.[1];
  const decoder = readText(`native/decode/${file}`);
  const inDecoder = new RegExp(`\\b${constant} = (\\w+);`).exec(decoder)?.[1];
  expect(inKernel).toBeDefined();
  expect(inDecoder).toBe(inKernel);
});

test.each([
  ['tc_text', 'TextSlice', 'uint16_t'],
  ['tc_argv', 'ArgumentSlice', 'uint32_t'],
])('%s has the same members in the program and in the decoder', (name, struct, type) => {
  const tail = readText('native/decode/tail.cc');
  const inDecoder = new RegExp(`struct ${struct} \\{([^}]*)\\}`).exec(tail)?.[1] ?? '';
  const inKernel = new RegExp(`\\{([^}]*)\\}\\s*${name};`).exec(TYPES_H)?.[1] ?? '';
  const members = (body: string) =>
    [...body.matchAll(/(\w+)\s+(\w+);/g)].map(([, of, member]) => `${of} ${member}`);
  expect(members(inDecoder)).toEqual([`${type} offset`, `${type} size`]);
  expect(members(inKernel)).toEqual(
    members(inDecoder).map((member) => member.replace(/uint(\d+)_t/, '__u$1')),
  );
});

/** Enumerators of a C enum in lower case, without a prefix, with their values. */
function enumerators(code: string, name: string, prefix: RegExp): Record<string, number> {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(withoutComments(code))?.[1] ?? '';
  let next = 0;
  return Object.fromEntries(
    [...body.matchAll(/(\w+)(?:\s*=\s*(\w+))?\s*(?:,|$)/g)].map(([, key = '', value]) => {
      next = (value === undefined ? next : Number(value)) + 1;
      return [key.replace(prefix, '').toLowerCase(), next - 1];
    }),
  );
}

/** `const PREFIX_NAME = 1` in TypeScript, likewise. */
function constants(code: string, prefix: string): Record<string, number> {
  const found = code.matchAll(new RegExp(`const ${prefix}_(\\w+) = (\\d+);`, 'g'));
  return Object.fromEntries(
    [...found].map(([, key = '', value]) => [key.toLowerCase(), Number(value)]),
  );
}

test('marks and targets are numbered as the programs number them', () => {
  const marks = enumerators(readText('bpf/include/tracecap/task.h'), 'tc_mark_flag', /^TC_MARK_/);
  const targets = enumerators(readText('bpf/tasks.bpf.c'), 'target_kind', /^target_/);
  expect(Object.keys(marks)).toContain('recorder');
  expect(Object.keys(targets)).toContain('process');
  expect(constants(FILTERS_TS, 'MARK')).toEqual(marks);
  expect(constants(FILTERS_TS, 'TARGET')).toEqual(targets);
});

/** Members of a union of literals. */
function union(type: string): string[] {
  const body = new RegExp(`type ${type} =([^;]*);`).exec(KINDS_TS)?.[1] ?? '';
  return [...body.matchAll(/'([^']+)'/g)].map(([, member = '']) => member).toSorted();
}

/** Keys of a map of names in C++. */
function keys(name: string): string[] {
  const body = new RegExp(`${name} = \\{([\\s\\S]*?)\\};`).exec(
    readText('native/decode/napi_plan.cc'),
  )?.[1];
  return [...(body ?? '').matchAll(/\{"([^"]+)"/g)].map(([, key = '']) => key).toSorted();
}

test('the decoder knows every way to read, and every type that can come of it', () => {
  expect(union('DecodeOp').length).toBeGreaterThan(3);
  expect(keys('kOps')).toEqual(union('DecodeOp'));
  // Plain text is the recorder's own: no event has it.
  expect(keys('kArrayTypes')).toEqual(union('ColumnType').filter((type) => type !== 'utf8'));
  expect(Object.values(kinds).map(({ type }) => type)).not.toContain('utf8');
});

test('the names in the list of ways to read are in the order of their enum', () => {
  const body = /enum class Op \{([^}]*)\}/.exec(readText('native/decode/plan.h'))?.[1] ?? '';
  const names = [...body.matchAll(/\bk(\w+)/g)].map(([, name = '']) => name.toLowerCase());
  expect(names.toSorted()).toEqual(union('DecodeOp'));
});
