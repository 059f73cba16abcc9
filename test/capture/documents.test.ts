/** What later recorders added to the documents: early ones do without it, and a stranger's is checked. */
import { expect, test } from 'vitest';
import { decodeManifest, decodeStart, encodeDocument } from '../../src/capture/documents.js';
import type { Manifest, Start } from '../../src/capture/format.js';
import { MANIFEST, START } from './fixture.js';

/** Of any JSON, as a stranger might write it. */
const start = (more: object) => decodeStart(encodeDocument({ ...START, ...more } as Start));
const manifest = (more: object) =>
  decodeManifest(encodeDocument({ ...MANIFEST, ...more } as Manifest));
const cost = (programs: unknown) => ({ cost: { ...MANIFEST.cost, programs } });

const PROGRAM = { source: 'opensnoop', program: 'exit', runs: 1, time_ns: 2 };
const STEP = { boot_ns: '1', by_ns: '-9223372036854775808' };

test('early captures have none of it', () => {
  expect(start({})).not.toHaveProperty('note');
  expect(start({})).not.toHaveProperty('labels');
  expect(manifest({})).not.toHaveProperty('clock_steps');
  expect(manifest({}).cost).not.toHaveProperty('programs');
});

test('what is there is read as it was written', () => {
  expect(start({ note: null, labels: {} })).toMatchObject({ note: null, labels: {} });
  const said = { note: 'a\n"b"', labels: { k: 'v=w', __proto: '' } };
  expect(start(said)).toMatchObject(said);
  expect(manifest({ clock_steps: [] })).toMatchObject({ clock_steps: [] });
  expect(manifest({ clock_steps: [STEP] })).toMatchObject({ clock_steps: [STEP] });
  for (const programs of [null, [], [PROGRAM], [{ ...PROGRAM, later: 1 }]]) {
    expect(manifest(cost(programs)).cost.programs).toEqual(programs);
  }
});

test.each([
  [{ note: 7 }, 'note is not a text'],
  [{ labels: null }, 'labels is not an object'],
  [{ labels: ['a=b'] }, 'labels is not an object'],
  [{ labels: { a: 1 } }, 'a value of labels is not a text'],
])('start.json: %j is damage', (more, message) => {
  expect(() => start(more)).toThrow(message);
});

test.each([
  [{ clock_steps: null }, 'clock_steps is not a list'],
  [{ clock_steps: [7] }, 'clock_steps[0] is not an object'],
  [{ clock_steps: [{ ...STEP, boot_ns: '-1' }] }, 'is not a count of nanoseconds as text'],
  [{ clock_steps: [STEP, { ...STEP, by_ns: '+1' }] }, 'clock_steps[1].by_ns is not a difference'],
  [{ clock_steps: [{ ...STEP, by_ns: 5 }] }, 'clock_steps[0].by_ns is not a difference'],
  [cost({}), 'cost.programs is not a list'],
  [cost([{ ...PROGRAM, runs: -1 }]), 'cost.programs[0].runs is not a count'],
  [cost([{ ...PROGRAM, time_ns: '2' }]), 'cost.programs[0].time_ns is not a count'],
  [cost([{ ...PROGRAM, source: null }]), 'cost.programs[0].source is not a text'],
])('manifest.json: %j is damage', (more, message) => {
  expect(() => manifest(more)).toThrow(message);
});
