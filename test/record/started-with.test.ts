import { expect, test } from 'vitest';
import { takeStartedWith, wasIgnored } from '../../src/record/started-with.js';

const NAME = 'TRACECAP_STARTED_WITH';
const NOTHING = { noFile: null, ignoredSignals: '0', blockedSignals: '0', descriptors: [] };

test('reads the note of bin/tracecap, and takes it away from the recorded command', () => {
  const note = 'nofile=1024 sigign=0000000000000001 sigblk=00000000000000ff fds=3,5,9';
  const env = { [NAME]: note, HOME: '/' };
  expect(takeStartedWith(env)).toEqual({
    noFile: '1024',
    ignoredSignals: '0000000000000001',
    blockedSignals: '00000000000000ff',
    descriptors: [3, 5, 9],
  });
  expect(env).toEqual({ HOME: '/' });
});

test('takes a limit that is none', () => {
  expect(takeStartedWith({ [NAME]: 'nofile=unlimited sigign=0 sigblk=0' }).noFile).toBe(
    'unlimited',
  );
});

test.each([
  undefined,
  '',
  'nonsense',
  'nofile= sigign= sigblk=',
  'nofile=many sigign=xyz sigblk=-1',
  'xnofile=5 xsigign=5 xsigblk=5',
  'nofile=12;reboot',
  'fds=',
  'fds=0,1,2',
  'fds=3;reboot',
])('%j says nothing', (note) => {
  expect(takeStartedWith(note === undefined ? {} : { [NAME]: note })).toEqual(NOTHING);
});

test('bit n - 1 of a mask is signal n', () => {
  const startedWith = { ...NOTHING, ignoredSignals: '8000000000000001' };
  expect([1, 2, 63, 64].map((signal) => wasIgnored(startedWith, signal))).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
