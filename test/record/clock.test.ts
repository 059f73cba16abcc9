import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BpfAddon } from '../../src/record/bpf-addon.js';
import { ClockWatch, namespaceAhead, readClock, timeOffset } from '../../src/record/clock.js';
import { temporaryFolder } from '../helpers/sample-capture.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MS = 1_000_000n;
const BOOT = 5_000_000_000n;
const WALL = 1_763_683_200_000_000_000n;

/** An addon whose clocks are what its `now` says. */
function fakeClocks() {
  const now = { wall: WALL, monotonic: 1n, boot: BOOT };
  return { now, addon: { readClocks: () => ({ ...now }) } as BpfAddon };
}

/** Time passes, and the time of day is set meanwhile. */
function pass(now: { wall: bigint; boot: bigint }, seconds: number, setBy = 0n): void {
  now.boot += BigInt(seconds) * 1000n * MS;
  now.wall += BigInt(seconds) * 1000n * MS + setBy;
  vi.advanceTimersByTime(seconds * 1000);
}

test('a reading has all digits', () => {
  const { addon, now } = fakeClocks();
  now.wall = 2n ** 62n + 1n;
  const clock = readClock(addon);
  expect(clock).toEqual({
    wall_ns: '4611686018427387905',
    monotonic_ns: '1',
    boot_ns: '5000000000',
  });
  expect(timeOffset(clock)).toBe(2n ** 62n + 1n - BOOT);
});

test('in a time namespace boot time is still what events carry', () => {
  const offsets = join(temporaryFolder(), 'timens_offsets');
  const { addon } = fakeClocks();
  for (const [text, ahead] of [
    ['monotonic           0         0\nboottime            0         0\n', 0n],
    ['monotonic       -1000         0\nboottime        86400 500000000\n', 86_400_500_000_000n],
    ['monotonic           0         0\nboottime           -2 500000000\n', -1_500_000_000n],
    ['', 0n],
  ] as const) {
    writeFileSync(offsets, text);
    expect(namespaceAhead(offsets)).toBe(ahead);
    expect(readClock(addon, ahead).boot_ns).toBe(`${BOOT - ahead}`);
  }
  expect(namespaceAhead(`${offsets}-none`)).toBe(0n);
});

test('a clock that nobody sets has no steps', () => {
  const { addon, now } = fakeClocks();
  const watch = new ClockWatch(addon, readClock(addon));
  for (let second = 0; second < 100; second++) pass(now, 1);
  expect(watch.stop()).toEqual([]);
});

test('one that is slewed, as fast as NTP may, has none either, however long it goes on', () => {
  for (const slew of [MS / 2n, -MS / 2n]) {
    const { addon, now } = fakeClocks();
    const watch = new ClockWatch(addon, readClock(addon));
    for (let second = 0; second < 1000; second++) pass(now, 1, slew);
    expect(watch.stop()).toEqual([]);
  }
});

test('set forward and back, each once, at the moment when it was noticed', () => {
  const { addon, now } = fakeClocks();
  const watch = new ClockWatch(addon, readClock(addon));
  pass(now, 1);
  pass(now, 1, 3600n * 1000n * MS);
  pass(now, 3);
  pass(now, 1, -5n * MS);
  pass(now, 1);
  expect(watch.stop()).toEqual([
    { boot_ns: `${BOOT + 2000n * MS}`, by_ns: '3600000000000' },
    { boot_ns: `${BOOT + 6000n * MS}`, by_ns: '-5000000' },
  ]);
});

test('a step in the last second is seen by stop(), which looks no more after', () => {
  const { addon, now } = fakeClocks();
  const watch = new ClockWatch(addon, readClock(addon));
  now.wall += 10n * MS;
  const steps = watch.stop();
  expect(steps).toEqual([{ boot_ns: `${BOOT}`, by_ns: '10000000' }]);
  pass(now, 10, 10n * MS);
  expect(steps).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
