import { beforeEach, expect, test, vi } from 'vitest';
import { isDiskNearlyFull } from '../../src/record/disk.js';

const fs = vi.hoisted(() => ({ statfsSync: vi.fn(), fstatSync: vi.fn() }));

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  ...fs,
}));

const FD = 7;
const GiB = 2 ** 30;

const disk = (bytes: number, free: number) =>
  fs.statfsSync.mockReturnValue({ bsize: 4096, blocks: bytes / 4096, bavail: free / 4096 });

beforeEach(() => {
  vi.resetAllMocks();
  fs.fstatSync.mockReturnValue({ isFile: () => true });
});

test.each([
  ['a tenth free', 100 * GiB, 10 * GiB, false],
  ['one GiB free of a hundred', 100 * GiB, GiB, false],
  ['less than one GiB free of a hundred', 100 * GiB, GiB - 4096, true],
  ['5 % free of a small one', 4096 * 100, 4096 * 5, false],
  ['less than 5 % free of a small one', 4096 * 100, 4096 * 4, true],
  ['nothing free', 100 * GiB, 0, true],
  ['a file system without a size', 0, 0, false],
])('%s', (_, bytes, free, full) => {
  disk(bytes, free);
  expect(isDiskNearlyFull(FD)).toBe(full);
});

test('it is the open file whose file system is asked: its folder may be gone', () => {
  disk(GiB, GiB);
  isDiskNearlyFull(FD);
  expect(fs.fstatSync.mock.calls).toEqual([[FD]]);
  expect(fs.statfsSync.mock.calls).toEqual([[`/proc/self/fd/${FD}`]]);
});

test('a pipe or a device fills no disk', () => {
  disk(GiB, 0);
  fs.fstatSync.mockReturnValue({ isFile: () => false });
  expect(isDiskNearlyFull(FD)).toBe(false);
});

test('what cannot be known ends no recording', () => {
  fs.statfsSync.mockImplementation(() => {
    throw new Error('ENOSYS');
  });
  expect(isDiskNearlyFull(FD)).toBe(false);
});
