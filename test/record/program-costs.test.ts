import { fstatSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { expect, test } from 'vitest';
import type { BpfAddon, ProgramStats } from '../../src/record/bpf-addon.js';
import { ProgramCosts } from '../../src/record/program-costs.js';
import type { Session } from '../../src/record/session.js';

const ran = (name: string, runs: number): ProgramStats => ({
  ...{ name, runs, timeNs: runs * 10, missed: 5 },
});
const session = {
  programs: [
    { source: 'opensnoop', programs: [ran('opensnoop_exit', 3), ran('opensnoop_enter', 0)] },
    { source: 'follow', programs: [ran('tasks_fork', 1)] },
  ],
} as unknown as Session;

const addonThat = (enableStats: () => number) => ({ enableStats }) as BpfAddon;
const fail = (error: object) => () => {
  throw error;
};

test('what ran is told, and counting ends with it', () => {
  const fd = openSync(devNull, 'r');
  const costs = new ProgramCosts(addonThat(() => fd));
  expect(costs.read(session)).toEqual([
    { source: 'opensnoop', program: 'opensnoop_exit', runs: 3, time_ns: 30 },
    { source: 'follow', program: 'tasks_fork', runs: 1, time_ns: 10 },
  ]);
  costs.close();
  expect(() => fstatSync(fd)).toThrow('EBADF');
});

test('where the kernel refuses to count nothing is known, which is not 0', () => {
  const refusal = Object.assign(new Error('count the programs’ runs'), { errno: 1, log: '' });
  const costs = new ProgramCosts(addonThat(fail(refusal)));
  expect(costs.read(session)).toBe(null);
  costs.close();
});

test('what is no refusal is a bug, and thrown', () => {
  expect(() => new ProgramCosts(addonThat(fail(new TypeError('bug'))))).toThrow(TypeError);
});
