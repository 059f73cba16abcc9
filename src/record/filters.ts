/** Filters that the kernel applies: from the words of the command line to globals and targets. */
import { readFileSync } from 'node:fs';
import { TracecapError } from '../shared/errors.js';
import type { PlaceFilters } from './places.js';

/** Whom to record, and what of it. Absent: no such filter. */
export interface Filters extends PlaceFilters {
  readonly pids?: readonly number[];
  readonly tids?: readonly number[];
  readonly uid?: number;
  /** Text that the thread's name must hold. */
  readonly comm?: string;
  readonly failedOnly?: boolean;
  /** Children of targets are targets, too. */
  readonly follow?: boolean;
}

/** Bytes of a thread's name without its NUL: TASK_COMM_LEN - 1, linux/sched.h. */
const COMM_BYTES = 15;

/** enum target_kind in bpf/tasks.bpf.c */
const TARGET_PROCESS = 0;
const TARGET_THREAD = 1;

/** enum tc_mark_flag in bpf/include/tracecap/task.h */
const MARK_RECORDER = 1;
const MARK_TARGET = 2;
const MARK_FOLLOW = 4;
const MARK_PROCESS = 8;

/** An entry of the map `targets` in bpf/tasks.bpf.c. */
export interface Target {
  readonly kind: number;
  readonly number: number;
  readonly marks: number;
}

/** The globals of bpf/include/tracecap/task.h that these filters set; targeted: only marked tasks. */
export function filterGlobals(
  filters: Filters,
  targeted: boolean,
): Record<string, bigint | Uint8Array> {
  const globals: Record<string, bigint | Uint8Array> = {};
  if (targeted) globals.tc_filter_targets = 1n;
  if (filters.failedOnly) globals.tc_failed_only = 1n;
  if (filters.uid !== undefined) {
    globals.tc_filter_uid = 1n;
    globals.tc_wanted_uid = BigInt(filters.uid);
  }
  if (filters.comm !== undefined) {
    const comm = Buffer.from(filters.comm);
    if (comm.length === 0 || comm.length > COMM_BYTES) {
      throw new TracecapError(
        'usage',
        `--comm: '${filters.comm}' must have 1 to ${COMM_BYTES} bytes: the kernel keeps no more of a name`,
      );
    }
    globals.tc_wanted_comm = comm;
    globals.tc_wanted_comm_len = BigInt(comm.length);
  }
  return { ...globals, ...placeGlobals(filters) };
}

function placeGlobals({ cgroup, mntns, cgroupSet, mntnsSet }: Filters): Record<string, bigint> {
  return {
    ...(cgroup && { tc_filter_cgroup: 1n }),
    ...(mntns !== undefined && { tc_wanted_mntns: BigInt(mntns) }),
    ...(cgroupSet !== undefined && { tc_filter_cgroup_set: 1n }),
    ...(mntnsSet !== undefined && { tc_filter_mntns_set: 1n }),
  };
}

/** Maps of bpf/include/tracecap/task.h in whose place others are put. */
export function filterMaps({ cgroupSet, mntnsSet }: Filters): Record<string, number> {
  return {
    ...(cgroupSet !== undefined && { tc_cgroup_set: cgroupSet }),
    ...(mntnsSet !== undefined && { tc_mntns_set: mntnsSet }),
  };
}

/** Processes and threads to mark. Throws a usage error that names one that does not exist. */
export function filterTargets(filters: Filters): Target[] {
  const marks = MARK_TARGET | (filters.follow ? MARK_FOLLOW : 0);
  const { pids = [], tids = [] } = filters;
  for (const tid of tids) processOf(tid, 'thread');
  for (const pid of pids) {
    const process = processOf(pid, 'process');
    if (process === pid) continue;
    throw new TracecapError('usage', `${pid} is a thread of process ${process}; use --tid ${pid}`);
  }
  return [
    ...pids.map((number) => ({ kind: TARGET_PROCESS, number, marks: marks | MARK_PROCESS })),
    ...tids.map((number) => ({ kind: TARGET_THREAD, number, marks })),
  ];
}

/** The command that waits to run, with all that it will start. */
export function commandTarget(pid: number): Target {
  return { kind: TARGET_PROCESS, number: pid, marks: MARK_TARGET | MARK_FOLLOW };
}

/** This process: what a recorder does itself is never recorded. */
export function recorderTarget(): Target {
  return { kind: TARGET_PROCESS, number: process.pid, marks: MARK_RECORDER | MARK_PROCESS };
}

/** The process that a task belongs to. */
function processOf(task: number, word: string): number {
  try {
    const status = readFileSync(`/proc/${task}/status`, 'utf8');
    return Number(/^Tgid:\s*(\d+)/m.exec(status)?.[1]);
  } catch {
    throw new TracecapError('usage', `no ${word} ${task} is running`);
  }
}
