import { describe, expect, test } from 'vitest';
import {
  type BtfMember,
  type BtfStruct,
  type Layout,
  layoutDifference,
  layoutFromBtf,
} from '../../src/schema/layout.js';

const member = (name: string, type: string, at: number, size: number, more = {}): BtfMember => ({
  name,
  type,
  bitOffset: at * 8,
  size,
  bitfieldSize: 0,
  flexible: false,
  ...more,
});

const TIME = member('ts', 'tc_time_ns', 0, 8);
const TAIL = (at: number) => member('tail', 'char', at, 0, { flexible: true });
const enumOf = (...names: string[]) => ({
  enumerators: names.map((name, value) => ({ name, value })),
});

const struct = (size: number, ...members: BtfMember[]): BtfStruct => ({
  name: 'x_event',
  size,
  members,
});

describe('layoutFromBtf', () => {
  test('keeps what the decoder needs', () => {
    const layout = layoutFromBtf(
      struct(
        16,
        TIME,
        member('path', 'tc_text', 8, 4),
        member('call', 'enum x_call', 12, 1, enumOf('x_call_open', 'x_call_open_at')),
        TAIL(13),
      ),
    );
    expect(layout).toEqual({
      struct: 'x_event',
      fixedSize: 13,
      tail: true,
      members: {
        ts: { kind: 'tc_time_ns', offset: 0, size: 8 },
        path: { kind: 'tc_text', offset: 8, size: 4 },
        call: { kind: 'tc_enum', offset: 12, size: 1, values: ['open', 'open_at'] },
      },
    } satisfies Layout);
  });

  test('a struct without a tail ends with its last member', () => {
    expect(layoutFromBtf(struct(8, TIME))).toMatchObject({ fixedSize: 8, tail: false });
  });

  test.each<[string, BtfStruct, string]>([
    [
      'a bit-field',
      struct(16, TIME, member('low', 'tc_uid', 8, 4, { bitfieldSize: 3 })),
      'struct x_event, member low: is a bit-field',
    ],
    [
      'a type that is no kind',
      struct(12, TIME, member('n', '__u32', 8, 4)),
      'struct x_event, member n: has type __u32, which is no kind',
    ],
    [
      'a type that every object has',
      struct(12, TIME, member('n', 'toString', 8, 4)),
      'struct x_event, member n: has type toString, which is no kind',
    ],
    [
      'a kind of another size',
      struct(16, TIME, member('pid', 'tc_pid', 8, 8)),
      'struct x_event, member pid: is 8 bytes, but kind tc_pid has 4',
    ],
    [
      'a hole between members',
      struct(24, member('a', 'tc_pid', 0, 4), member('ts', 'tc_time_ns', 8, 8)),
      'struct x_event, member ts: leaves a hole of 4 bytes before it',
    ],
    [
      'a hole before the tail',
      struct(16, TIME, member('ok', 'tc_bool', 8, 1), TAIL(12)),
      'struct x_event, member tail: leaves a hole of 3 bytes before it',
    ],
    [
      'a hole at the end, where no tail begins',
      struct(16, TIME, member('pid', 'tc_pid', 8, 4)),
      'struct x_event ends in a hole of 4 bytes',
    ],
    [
      'a flexible array that is not last',
      struct(12, TIME, TAIL(8), member('pid', 'tc_pid', 8, 4)),
      'struct x_event, member pid: follows the flexible array, which must be last',
    ],
    [
      'an enum of four bytes',
      struct(12, TIME, member('call', 'enum x_call', 8, 4, enumOf('x_call_open'))),
      'struct x_event, member call: is an enum of 4 bytes, not 1',
    ],
    [
      'enumerators with a gap',
      struct(
        9,
        TIME,
        member('call', 'enum x_call', 8, 1, { enumerators: [{ name: 'x_call_open', value: 1 }] }),
      ),
      'struct x_event, member call: enumerator x_call_open is 1, not 0',
    ],
    [
      'an enumerator of another prefix',
      struct(9, TIME, member('call', 'enum x_call', 8, 1, enumOf('x_call_open', 'OPENAT'))),
      'struct x_event, member call: enumerator OPENAT does not begin with x_call_',
    ],
  ])('refuses %s', (_, bad, words) => {
    expect(() => layoutFromBtf(bad)).toThrow(new Error(words));
  });
});

describe('layoutDifference', () => {
  const declared: Layout = {
    struct: 'x_event',
    fixedSize: 13,
    tail: true,
    members: {
      ts: { kind: 'tc_time_ns', offset: 0, size: 8 },
      call: { kind: 'tc_enum', offset: 12, size: 1, values: ['open', 'openat'] },
    },
  };
  const { ts, call } = declared.members as Record<'ts' | 'call', Layout['members'][string]>;

  test('there is none between equals', () => {
    expect(layoutDifference(declared, structuredClone(declared))).toBeNull();
  });

  test.each<[string, Partial<Layout>, string]>([
    ['size', { fixedSize: 14 }, 'fixed part: declared 13 bytes, object has 14'],
    ['tail', { tail: false }, 'fixed part: declared 13 bytes, object has 13'],
    [
      'a member less',
      { members: { ts } },
      'member call: declared ["tc_enum",12,1,["open","openat"]], object has nothing',
    ],
    [
      'a member more',
      { members: { ts, call, x: ts } },
      'member x: declared nothing, object has ["tc_time_ns",0,8,null]',
    ],
    [
      'an offset',
      { members: { ts: { ...ts, offset: 4 }, call } },
      'member ts: declared ["tc_time_ns",0,8,null], object has ["tc_time_ns",4,8,null]',
    ],
    [
      'a kind',
      { members: { ts: { ...ts, kind: 'tc_duration_ns' }, call } },
      'object has ["tc_duration_ns",0,8,null]',
    ],
    [
      'a value',
      { members: { ts, call: { ...call, values: ['openat', 'open'] } } },
      'object has ["tc_enum",12,1,["openat","open"]]',
    ],
  ])('tells another %s, with both sides', (_, other, words) => {
    expect(layoutDifference(declared, { ...declared, ...other })).toContain(words);
  });
});
