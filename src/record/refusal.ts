/** Why the kernel refused something, in words that say what to do. */
import { constants } from 'node:os';
import type { SourceRefusal } from '../capture/format.js';
import { reason, TracecapError } from '../shared/errors.js';
import { formatSize } from '../shared/size.js';
import { isBpfError } from './bpf-addon.js';

const { EACCES, EINVAL, ENOMEM, E2BIG, EPERM } = constants.errno;

/** Lines of the verifier's log worth keeping: it ends with the reason. */
const LOG_LINES = 40;

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

function explanation(errno: number, log: string): string {
  if (/lock(ed )?down|use of bpf to read kernel RAM is restricted/i.test(log)) {
    return ': the kernel is locked down; boot with lockdown=integrity or without Secure Boot';
  }
  if (errno === EPERM) return ': this kernel does not allow it, even to root';
  if (errno === EACCES && log.includes('processed ')) {
    return ": the kernel's verifier refused it; please report this with 'tracecap record -v'";
  }
  if (errno === EACCES) return ': not permitted; run as root';
  if (errno === ENOMEM) return ': no memory; try a smaller --buffer-size';
  return '';
}

/** The first object loads the rings, so what fails there is mostly their size. */
export function ringRefusal(error: unknown, ringBytes: number): unknown {
  if (!isBpfError(error)) return error;
  if ([ENOMEM, E2BIG, EINVAL].includes(error.errno) && error.log.includes("map 'tc_")) {
    return new TracecapError(
      'unsupported',
      `the kernel has no room for a buffer of ${formatSize(ringBytes)}; try a smaller --buffer-size`,
      { cause: error },
    );
  }
  const { why } = refusalOf('tasks', error);
  return new TracecapError('unsupported', `cannot record: ${why}`, { cause: error });
}
