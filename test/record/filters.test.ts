import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  commandTarget,
  filterGlobals,
  filterTargets,
  recorderTarget,
} from '../../src/record/filters.js';
import { TracecapError } from '../../src/shared/errors.js';

/** No pid is as high: PID_MAX_LIMIT is 2^22, include/linux/threads.h. */
const NOBODY = 2 ** 22 + 1;

const usage = (message: string) => new TracecapError('usage', message);

describe('filterGlobals', () => {
  test('no filter sets nothing', () => {
    expect(filterGlobals({}, false)).toEqual({});
    expect(filterGlobals({ pids: [1], follow: true }, false)).toEqual({});
  });

  test('each sets its own', () => {
    expect(filterGlobals({}, true)).toEqual({ tc_filter_targets: 1n });
    expect(filterGlobals({ failedOnly: true }, false)).toEqual({ tc_failed_only: 1n });
    expect(filterGlobals({ uid: 0 }, false)).toEqual({ tc_filter_uid: 1n, tc_wanted_uid: 0n });
    expect(filterGlobals({ comm: 'nginx' }, false)).toEqual({
      tc_wanted_comm: Buffer.from('nginx'),
      tc_wanted_comm_len: 5n,
    });
  });

  test('a name has the bytes that the kernel keeps of it', () => {
    expect(filterGlobals({ comm: 'é'.repeat(7) }, false)).toMatchObject({
      tc_wanted_comm_len: 14n,
    });
    for (const comm of ['', 'sixteen bytes xx', 'é'.repeat(8)]) {
      expect(() => filterGlobals({ comm }, false)).toThrow(
        usage(`--comm: '${comm}' must have 1 to 15 bytes: the kernel keeps no more of a name`),
      );
    }
  });
});

describe.runIf(process.platform === 'linux')('filterTargets', () => {
  const self = process.pid;

  test('none, where none is wanted', () => {
    expect(filterTargets({ uid: 0, follow: true })).toEqual([]);
  });

  test('processes with all their threads, threads alone, children where followed', () => {
    const [process, thread] = [
      { kind: 0, number: self },
      { kind: 1, number: self },
    ];
    expect(filterTargets({ pids: [self] })).toEqual([{ ...process, marks: 2 | 8 }]);
    expect(filterTargets({ pids: [self], tids: [self], follow: true })).toEqual([
      { ...process, marks: 2 | 4 | 8 },
      { ...thread, marks: 2 | 4 },
    ]);
  });

  test('what does not run is named', () => {
    expect(() => filterTargets({ pids: [self, NOBODY] })).toThrow(
      usage(`no process ${NOBODY} is running`),
    );
    expect(() => filterTargets({ tids: [NOBODY] })).toThrow(
      usage(`no thread ${NOBODY} is running`),
    );
  });

  test('a thread is not taken for a process', () => {
    const thread = Number(readdirSync('/proc/self/task').find((tid) => Number(tid) !== self));
    expect(() => filterTargets({ pids: [thread] })).toThrow(
      usage(`${thread} is a thread of process ${self}; use --tid ${thread}`),
    );
    expect(filterTargets({ tids: [thread] })).toEqual([{ kind: 1, number: thread, marks: 2 }]);
  });

  test('the command is followed, the recorder never recorded', () => {
    expect(commandTarget(7)).toEqual({ kind: 0, number: 7, marks: 2 | 4 });
    expect(recorderTarget()).toEqual({ kind: 0, number: self, marks: 1 | 8 });
  });
});
