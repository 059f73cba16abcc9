import { expect, test } from 'vitest';
import type { CgroupPaths } from '../../src/record/cgroup-paths.js';
import type { ListedProcess } from '../../src/record/process-list.js';
import { processRows } from '../../src/record/process-rows.js';

/** No pid is as high: PID_MAX_LIMIT is 2^22, include/linux/threads.h. */
const NOBODY = 2 ** 22 + 1;
const WITHIN = 7n;

const listed = (pid: number, cgroup: bigint): ListedProcess => ({
  ...{ pid, ppid: 1, uid: 0, start_ts: 100n, comm: 'sh', cgroup },
});
const cgroups = { isWithin: (id: bigint, folder: bigint) => folder === 2n && id === WITHIN };
const rows = (cgroup: bigint | null, ...all: ListedProcess[]) =>
  processRows('end', all, cgroups as CgroupPaths, {
    ...{ ownOffset: 50n, cgroup, withArguments: true },
  });

test('what /proc does not know is null, the rest is as the kernel listed it', () => {
  const process = listed(NOBODY, 1n);
  expect(rows(null, process)).toEqual([
    { at: 'end', ...process, exe: null, argv: null, cwd: null },
  ]);
});

test('of a cgroup only what is within it', () => {
  const all = [listed(NOBODY, 1n), listed(NOBODY + 1, WITHIN), listed(NOBODY + 2, 3n)];
  expect(rows(2n, ...all).map(({ pid }) => pid)).toEqual([NOBODY + 1]);
  expect(rows(null, ...all)).toHaveLength(3);
});
