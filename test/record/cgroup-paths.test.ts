/** Paths of cgroups from a made-up addon: what lives, what was born while we watched, what is gone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test as plain } from 'vitest';
import type { BpfAddon } from '../../src/record/bpf-addon.js';
import { CgroupPaths } from '../../src/record/cgroup-paths.js';
import { temporaryFolder } from '../helpers/sample-capture.js';

const NEW_MAP = 42;
const NEVER = 999n;
const GONE = 20n;

const test = plain.runIf(process.platform === 'linux');
const refused = () => Object.assign(new Error('open a cgroup by its id'), { errno: 1, log: '' });

interface Made {
  /** Paths below the mount, as bytes of latin1; a function may throw. */
  readonly living?: Readonly<Record<string, string>> | (() => never);
  readonly born?: Readonly<Record<string, string>>;
  readonly mounted?: boolean;
}

function pathsOf({ living = {}, born = {}, mounted = true }: Made): CgroupPaths {
  const mount = temporaryFolder();
  const mountinfo = join(temporaryFolder(), 'mountinfo');
  const cgroup1 = `31 23 0:29 / ${mount}/cpu rw - cgroup cgroup rw,cpu`;
  const cgroup2 = `38 31 0:38 / ${mount} rw,relatime shared:4 - cgroup2 cgroup2 rw`;
  writeFileSync(mountinfo, `${cgroup1}\n${mounted ? `${cgroup2}\n` : ''}`);
  const addon = {
    cgroupPath(fd: number, id: bigint) {
      expect(fd).toBeGreaterThan(2);
      if (typeof living === 'function') return living();
      const path = living[String(id)];
      return path === undefined ? null : Buffer.from(mount + path, 'latin1');
    },
    lookupMap(fd: number, key: Uint8Array, size: number) {
      expect([fd, key.length]).toEqual([NEW_MAP, 8]);
      const path = born[String(new DataView(key.buffer).getBigUint64(0, true))];
      if (path === undefined) return null;
      return Buffer.concat([Buffer.from(`${path}\0`, 'latin1'), Buffer.alloc(size, 'stale')], size);
    },
  } as unknown as BpfAddon;
  const paths = new CgroupPaths(addon, NEW_MAP, mountinfo);
  onTestFinished(() => paths.close());
  return paths;
}

test('a living cgroup is named from the root of cgroupfs, wherever that is mounted', () => {
  const paths = pathsOf({ living: { 1: '', 2: '/a', [String(2n ** 63n)]: '/a/caf\xe9' } });
  expect(paths.pathOf(1n)).toBe('/');
  expect(paths.pathOf(2n)).toBe('/a');
  expect(paths.pathOf(2n ** 63n)).toBe('/a/caf\\xE9');
});

test('one that was made and removed meanwhile is known, one that was gone before is not', () => {
  const paths = pathsOf({ living: { 2: '/renamed' }, born: { 2: '/a', [String(GONE)]: '/b\xff' } });
  expect(paths.pathOf(2n)).toBe('/renamed');
  expect(paths.pathOf(GONE)).toBe('/b\\xFF');
  expect(paths.pathOf(NEVER)).toBe(null);
});

test('without the privilege, or with no cgroupfs in sight, new ones are still known', () => {
  const born = { [String(GONE)]: '/b' };
  const refuse = (): never => {
    throw refused();
  };
  for (const paths of [pathsOf({ living: refuse, born }), pathsOf({ mounted: false, born })]) {
    expect(paths.pathOf(GONE)).toBe('/b');
    expect(paths.pathOf(2n)).toBe(null);
  }
});

test('what is no refusal of the kernel is a bug, and thrown', () => {
  const paths = pathsOf({
    living: () => {
      throw new TypeError('bug');
    },
  });
  expect(() => paths.pathOf(2n)).toThrow(TypeError);
});

test('what is within a cgroup: itself, and all below, but not what only begins alike', () => {
  const paths = pathsOf({
    living: { 1: '', 2: '/a', 3: '/a/b', 4: '/ab', 5: '/b/a' },
    born: { [String(GONE)]: '/a/gone' },
  });
  const within = (ancestor: bigint) =>
    [1n, 2n, 3n, 4n, 5n, GONE, NEVER].filter((id) => paths.isWithin(id, ancestor));
  expect(within(1n)).toEqual([1n, 2n, 3n, 4n, 5n, GONE]);
  expect(within(2n)).toEqual([2n, 3n, GONE]);
  expect(within(3n)).toEqual([3n]);
  expect(within(NEVER)).toEqual([NEVER]);
});
