/** Filters by place, from words to what the kernel is given; the refusals word for word. */
import { closeSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BpfAddon } from '../../src/record/bpf-addon.js';
import { filterGlobals, filterMaps } from '../../src/record/filters.js';
import { openPlaces } from '../../src/record/places.js';
import { TracecapError } from '../../src/shared/errors.js';
import { cgroup2Mount, cgroupMounts } from '../helpers/cgroups.js';
import { temporaryFolder } from '../helpers/sample-capture.js';

/** No pid is as high: PID_MAX_LIMIT is 2^22, include/linux/threads.h. */
const NOBODY = 2 ** 22 + 1;
const ADDON = {
  openPinned() {
    throw Object.assign(new Error('open /pin: No such file or directory'), { errno: 2, log: '' });
  },
} as unknown as BpfAddon;

const usage = (message: string) => new TracecapError('usage', message);
const open = (words: Parameters<typeof openPlaces>[1]) => openPlaces(ADDON, words);

test('no words, no filters', () => {
  expect(open({})).toEqual({});
  expect(filterGlobals({}, false)).toEqual({});
  expect(filterMaps({})).toEqual({});
});

test('each sets its own', () => {
  expect(filterGlobals({ cgroup: { id: 7n, fd: 5 } }, false)).toEqual({ tc_filter_cgroup: 1n });
  expect(filterGlobals({ mntns: 4_026_531_841 }, false)).toEqual({
    tc_wanted_mntns: 4_026_531_841n,
  });
  expect(filterGlobals({ cgroupSet: 3, mntnsSet: 4 }, false)).toEqual({
    tc_filter_cgroup_set: 1n,
    tc_filter_mntns_set: 1n,
  });
  expect(filterMaps({ cgroupSet: 3, mntnsSet: 4 })).toEqual({ tc_cgroup_set: 3, tc_mntns_set: 4 });
});

describe.runIf(process.platform === 'linux')('--mntns', () => {
  test('the number of a namespace is taken as it is, whether one has it or not', () => {
    for (const number of [0xefff_fff8, 0xf000_0000, 4_026_531_841, 2 ** 32 - 1]) {
      expect(open({ mntns: `${number}` })).toEqual({ mntns: number });
    }
  });

  test('a process stands for its namespace', () => {
    expect(open({ mntns: `${process.pid}` })).toEqual({ mntns: statSync('/proc/self/ns/mnt').ino });
  });

  test.each(['', '0', '-1', '1.5', 'x', '0x10', ' 1', '4294967296', '99999999999'])(
    "'%s' is refused",
    (text) => {
      expect(() => open({ mntns: text })).toThrow(
        usage(
          `--mntns: '${text}' is neither a process id nor the inode number of a mount namespace (ls -Li /proc/PID/ns/mnt)`,
        ),
      );
    },
  );

  test('a process that does not run is named', () => {
    expect(() => open({ mntns: `${NOBODY}` })).toThrow(
      usage(`--mntns: no process ${NOBODY} is running`),
    );
  });
});

describe.runIf(process.platform === 'linux')('--cgroup', () => {
  const refused = (path: string) =>
    usage(`--cgroup ${path}: is no folder of cgroup v2; they are where 'findmnt -t cgroup2' says`);

  test.runIf(cgroup2Mount !== null)('a folder of cgroup v2, also by a link', () => {
    const root = cgroup2Mount as string;
    const link = join(temporaryFolder(), 'link');
    symlinkSync(root, link);
    for (const path of [root, link]) {
      const { cgroup } = open({ cgroup: path });
      expect(cgroup).toEqual({ id: BigInt(statSync(root).ino), fd: expect.any(Number) });
      closeSync(cgroup?.fd as number);
    }
  });

  test('another folder, a file, nothing', () => {
    const folder = temporaryFolder();
    const [file, none] = [join(folder, 'file'), join(folder, 'none')];
    writeFileSync(file, '');
    for (const path of [folder, file, none, join(file, 'below')]) {
      expect(() => open({ cgroup: path })).toThrow(refused(path));
    }
  });

  const v1 = cgroupMounts('cgroup')[0];
  test.runIf(v1 !== undefined)('a folder of cgroup v1', () => {
    expect(() => open({ cgroup: v1 as string })).toThrow(refused(v1 as string));
  });
});

describe.runIf(process.platform === 'linux')('--cgroupmap, --mntnsmap', () => {
  test('what cannot be opened is named with its option', () => {
    for (const [option, words] of [
      ['--cgroupmap', { cgroupmap: '/pin' }],
      ['--mntnsmap', { mntnsmap: '/pin' }],
    ] as const) {
      expect(() => open(words)).toThrow(
        usage(
          `${option} /pin: no pinned map can be opened here (open /pin: No such file or directory)`,
        ),
      );
    }
  });

  test('a descriptor that is of no map is refused', () => {
    const opened = { openPinned: () => 0 } as unknown as BpfAddon;
    expect(() => openPlaces(opened, { mntnsmap: '/pin' })).toThrow(
      usage('--mntnsmap /pin: is no hash map with keys of 64 bits'),
    );
  });
});
