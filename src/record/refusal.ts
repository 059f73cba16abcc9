/** Why the kernel refused something, in words that say what to do. */
import { constants } from 'node:os';
import type { SourceRefusal } from '../capture/format.js';
import { reason, TracecapError } from '../shared/errors.js';
import { formatSize } from '../shared/size.js';
import { isBpfError } from './bpf-addon.js';
import { CAP_SYS_ADMIN, hasCapability } from './capabilities.js';

const { EACCES, EINVAL, ENOMEM, E2BIG, EPERM } = constants.errno;

/** Lines of the verifier's log worth keeping: it ends with the reason. */
const LOG_LINES = 40;

/** What libbpf says where it cannot make a ring. */
const NO_RING = /map 'tc_(flood|rare)': failed to create/;

/**
 * Task storage is there since Linux 5.11 and, but for LSM programs, since 5.13 (commit a10787e6d58c,
 * "bpf: Enable task local storage for tracing programs"). Before, its map is refused or its helper.
 */
const NO_TASK_STORAGE =
  /map 'tc_marks': failed to create|(unknown func|cannot use helper) bpf_task_storage_get/;

/** A source that could not be loaded or attached. */
export function refusalOf(name: string, error: unknown): SourceRefusal {
  if (!isBpfError(error)) return { name, why: reason(error), verifier_log: null };
  const log = error.log.trimEnd();
  return {
    name,
    why: `${error.message}${explanation(error.errno, log)}`,
    verifier_log: log === '' ? null : log.split('\n').slice(-LOG_LINES).join('\n'),
  };
}

/** Something that all sources need could not be loaded, attached or run. */
export function tasksRefusal(error: unknown): unknown {
  if (!isBpfError(error)) return error;
  const { why } = refusalOf('tasks', error);
  return new TracecapError('unsupported', `cannot record: ${why}`, { cause: error });
}

function explanation(errno: number, log: string): string {
  if (/lock(ed )?down|use of bpf to read kernel RAM is restricted/i.test(log)) {
    return ': the kernel is locked down; boot with lockdown=integrity or without Secure Boot';
  }
  if (errno === EINVAL && NO_TASK_STORAGE.test(log)) {
    return ': this kernel is too old; Linux 5.13 or newer is needed';
  }
  if (errno === EACCES && log.includes('processed ')) {
    return ": the kernel's verifier refused it; please report this with 'tracecap record -v'";
  }
  // What else a kernel may ask for, Debian's for tracepoints (kernel.perf_event_paranoid 3).
  if ([EPERM, EACCES].includes(errno) && !hasCapability(CAP_SYS_ADMIN)) {
    return ': this kernel wants CAP_SYS_ADMIN for it; run as root';
  }
  if (errno === EPERM) return ': this kernel does not allow it, even to root';
  if (errno === EACCES) return ': not permitted; run as root';
  if (errno === ENOMEM) return ': no memory; try a smaller --buffer-size';
  return '';
}

/** The first object loads the rings, and they may be too large. */
export function ringRefusal(error: unknown, ringBytes: number): unknown {
  if (!isBpfError(error)) return error;
  if ([ENOMEM, E2BIG, EINVAL].includes(error.errno) && NO_RING.test(error.log)) {
    return new TracecapError(
      'unsupported',
      `the kernel has no room for a buffer of ${formatSize(ringBytes)}; try a smaller --buffer-size`,
      { cause: error },
    );
  }
  return tasksRefusal(error);
}
