import { expect, test } from 'vitest';
import { completenessOf, isComplete, lostWords } from '../../src/analyze/completeness.js';
import { LOSSES } from '../../src/capture/losses.js';
import { openCapture } from '../../src/capture/open.js';
import { OWN_TABLES } from '../../src/capture/own-tables.js';
import { EXECS, loss, OPENS, type Sample, sampleCapture, T0 } from '../helpers/sample-capture.js';

function completeness(sample: Sample, tables?: string[]) {
  const capture = openCapture(sampleCapture(sample));
  const found = completenessOf(capture, tables);
  capture.close();
  return found;
}

const ended = (lost: number) => ({
  manifest: { sources: [{ name: 'opensnoop', rows: 6, bytes: 1, lost }] },
});

test('a finished capture without losses is complete, and its 0 is said', () => {
  const found = completeness({});
  expect(found).toEqual({
    finished: true,
    end_reason: 'command ended',
    lost: 0n,
    lost_by_source: { opensnoop: 0n },
    not_recorded: [],
  });
  expect(isComplete(found)).toBe(true);
  expect(lostWords(found)).toBe('nothing lost');
});

test('losses of the table are summed by source', () => {
  const losses = [loss('opensnoop', 1000), loss('opensnoop', 234)];
  const found = completeness({ losses, finished: false });
  expect(found).toMatchObject({ finished: false, end_reason: null, lost: 1234n });
  expect(isComplete(found)).toBe(false);
  expect(lostWords(found)).toBe('1,234 events lost (opensnoop 1,234)');
});

test('manifest and table count the same events: the larger is believed', () => {
  const losses = [loss('opensnoop', 5)];
  expect(completeness({ losses, ...ended(5) }).lost).toBe(5n);
  expect(completeness({ losses, ...ended(8) }).lost).toBe(8n);
  expect(completeness({ losses, ...ended(0) }).lost).toBe(5n);
});

test('of some tables only their own losses count, and those of no known source', () => {
  const sources = [...['opensnoop', 'execsnoop'].map((name) => ({ name, hooks: [] }))];
  const start = { sources, tables: [OPENS, LOSSES, EXECS] };
  const losses = [loss('execsnoop', 5), loss('queue', 2)];
  expect(completeness({ losses, start }, ['opensnoop'])).toMatchObject({
    lost: 2n,
    lost_by_source: { opensnoop: 0n, queue: 2n },
  });
  expect(completeness({ losses, start }).lost).toBe(7n);
});

test('a table whose source was not recorded or was refused is named', () => {
  const refused = [{ name: 'memleak', why: 'no uprobes', verifier_log: null }];
  const start = { tables: [OPENS, LOSSES, EXECS], refused };
  expect(completeness({ start }).not_recorded).toEqual(['execsnoop', 'memleak']);
  expect(completeness({ start }, ['execsnoop']).not_recorded).toEqual(['execsnoop']);
  expect(completeness({ start }, ['opensnoop', 'losses']).not_recorded).toEqual([]);
});

test('a table of the recorder’s own is known to be empty only where the capture has it', () => {
  expect(completeness({}, ['processes']).not_recorded).toEqual(['processes']);
  expect(completeness({}).not_recorded).toEqual([]);
  const start = { tables: [OPENS, ...OWN_TABLES] };
  const own = ['losses', 'processes', 'cgroups'];
  expect(completeness({ start }, own).not_recorded).toEqual([]);
  expect(completeness({ start }).not_recorded).toEqual([]);
});

test('a table with rows was recorded, whoever recorded it', () => {
  const start = { tables: [OPENS, LOSSES, EXECS] };
  const more = { execsnoop: [{ ts: T0, pid: 1, ret: 0 }] };
  expect(completeness({ start, more }).not_recorded).toEqual([]);
});

test('of a recording that did not end nobody knows that nothing was lost', () => {
  expect(lostWords(completeness({ finished: false }))).toBe('nothing known to be lost');
});

test('a source with an odd name is only a name', () => {
  expect(completeness({ losses: [loss('__proto__', 3)] }).lost).toBe(3n);
});
