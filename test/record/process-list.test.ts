import { expect, test } from 'vitest';
import { listedProcesses } from '../../src/record/process-list.js';
import type { BtfMember, BtfStruct } from '../../src/schema/layout.js';

const T0 = 1_763_683_200_000_000_000n;

/** As struct process of bpf/tasks.bpf.c, in another order and with one member more. */
const STRUCT: BtfStruct = {
  name: 'process',
  size: 48,
  members: [
    member('cgroup', 'tc_cgroup', 0, 8),
    member('start_ts', 'tc_time_ns', 8, 8),
    member('uid', 'tc_uid', 16, 4),
    member('pid', 'tc_pid', 20, 4),
    member('mntns', 'tc_ns', 24, 4),
    member('ppid', 'tc_pid', 28, 4),
    member('comm', 'tc_comm', 32, 16),
  ],
};

function member(name: string, type: string, offset: number, size: number): BtfMember {
  return { name, type, size, bitOffset: offset * 8, bitfieldSize: 0, flexible: false };
}

function struct(pid: number, { ppid = 1, uid = 0, start = 0n, cgroup = 1n, comm = 'sh' } = {}) {
  const bytes = Buffer.alloc(STRUCT.size);
  bytes.writeBigUInt64LE(cgroup, 0);
  bytes.writeBigInt64LE(start, 8);
  bytes.writeUInt32LE(uid, 16);
  bytes.writeInt32LE(pid, 20);
  bytes.writeUInt32LE(4_026_531_841, 24);
  bytes.writeInt32LE(ppid, 28);
  bytes.write(comm, 32, 16, 'latin1');
  return bytes;
}

const listed = (...structs: Buffer[]) => listedProcesses(STRUCT, Buffer.concat(structs), T0);

test('every member is found where BTF has it', () => {
  const [uid, cgroup] = [2 ** 32 - 2, 2n ** 64n - 1n];
  expect(listed(struct(7, { ppid: 3, uid, cgroup, start: 5n, comm: 'caf\xe9\0stale' }))).toEqual([
    { pid: 7, ppid: 3, uid, start_ts: T0 + 5n, cgroup, comm: 'caf\\xE9' },
  ]);
});

test('a name may fill its bytes', () => {
  expect(listed(struct(7, { comm: 'sixteen bytes xx' }))[0]?.comm).toBe('sixteen bytes xx');
});

test('none, many, and each once: as it was seen last', () => {
  expect(listed()).toEqual([]);
  expect(listed(struct(9), struct(8), struct(9, { comm: 'new' }))).toMatchObject([
    { pid: 9, comm: 'new' },
    { pid: 8, comm: 'sh' },
  ]);
});

test('half a struct at the end is no process', () => {
  expect(listed(struct(9), struct(8).subarray(0, 47))).toMatchObject([{ pid: 9 }]);
});

test('bytes that begin anywhere in memory', () => {
  const bytes = Buffer.concat([Buffer.alloc(3), struct(9)]);
  expect(listedProcesses(STRUCT, bytes.subarray(3), T0)).toMatchObject([{ pid: 9 }]);
});

test('a struct without what it must have is a bug, and named', () => {
  const members = STRUCT.members.filter(({ name }) => name !== 'comm');
  expect(() => listedProcesses({ ...STRUCT, size: 32, members }, struct(9), T0)).toThrow(
    'struct process has no member comm',
  );
});
