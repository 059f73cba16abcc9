import { defineSource } from '../schema/define-source.js';
import { parseDuration } from '../shared/duration.js';
import { eventHeader } from './event-header.js';
import { layout } from './layouts/exitsnoop.js';

/** Processes ended, and threads on request: how, when, and what they had used. */
export const exitsnoop = defineSource({
  name: 'exitsnoop',
  summary: 'Processes ended, with status and resource usage',
  object: 'exitsnoop.bpf.o',
  layout,
  time: 'ts',
  columns: {
    ts: { doc: 'When the last thread of the process ended, or the thread' },
    ...eventHeader,
    tid: { doc: 'Thread id, in the same namespace; for a process its process id' },
    comm: {
      doc: "The name of the process's main thread, or the thread's own, at most 15 bytes",
    },
    scope: {
      doc: 'Whether the row tells of a process or (with --exitsnoop-threads) of a thread of one',
    },
    start_ts: {
      doc: 'When it was forked; execve() does not change it',
    },
    age_ns: { doc: 'How long it lived: ts - start_ts' },
    birth_ppid: {
      doc:
        'Process id of the parent when it was forked; ppid is the parent at its end. Null for ' +
        'threads, and for processes forked before the recording began or before they were targets',
    },
    exit_code: { doc: 'What it passed to exit(), modulo 256; null where a signal ended it' },
    signal: { doc: 'Number of the signal that ended it; null where it exited by itself' },
    core_dumped: { doc: 'Whether the signal left a core dump' },
    utime_ns: {
      doc:
        'CPU time in user mode of all its threads, or of the thread, without its children, as far ' +
        'as the scheduler has accounted it: up to a tick may be missing. Null where it could not be ' +
        'read for threads that ended all the while',
    },
    stime_ns: {
      doc: 'CPU time in the kernel, likewise; how the sum is split between the two is sampled',
    },
    max_rss_bytes: {
      doc:
        'Most physical memory that it had at a time, without its children, but with what it shared ' +
        'with its parent before execve(), as wait4(2) has it; null for threads',
    },
  },
  // The end before the beginning: what is seen to be born is then seen to end.
  hooks: [{ program: 'exitsnoop_exit' }, { program: 'exitsnoop_fork' }],
  options: [
    {
      flag: '--exitsnoop-threads',
      doc: 'a row for the end of each thread, too',
      globals: () => ({ exitsnoop_threads: 1n }),
    },
    {
      flag: '--exitsnoop-min <time>',
      doc: 'only what lived at least 10ms, 5s, 1h30m',
      globals: (text) => ({ exitsnoop_min_ns: BigInt(parseDuration(text)) }),
    },
  ],
});
