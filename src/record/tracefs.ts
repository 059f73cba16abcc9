/** Where tracefs is, and the ids of its tracepoints. */
import { readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { TracecapError } from '../shared/errors.js';
import { type BpfAddon, isBpfError } from './bpf-addon.js';

/** debugfs has an automount of tracefs that is deprecated, but is all that some hosts have. */
const MOUNT_POINTS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

/** Gives the id of a tracepoint (`category/name`); null where this kernel does not have it. */
export type TracepointIds = (tracepoint: string) => number | null;

/**
 * Finds tracefs when first asked, or opens one that is mounted nowhere (so nothing on the host
 * changes). The answer throws where neither is possible, with the command that mounts it.
 */
export function findTracepoints(addon: BpfAddon): TracepointIds {
  let found: string | undefined;
  return (tracepoint) => {
    const root = found ?? findTracefs(addon);
    found = root;
    try {
      return Number(readFileSync(`${root}/events/${tracepoint}/id`, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw unreadable(root, (error as NodeJS.ErrnoException).code);
    }
  };
}

function findTracefs(addon: BpfAddon): string {
  return MOUNT_POINTS.find((path) => stateOf(path) === 'usable') ?? privateMount(addon);
}

function privateMount(addon: BpfAddon): string {
  try {
    return `/proc/self/fd/${addon.openTracefs()}`;
  } catch (error) {
    if (!isBpfError(error)) throw error;
    const closed = MOUNT_POINTS.find((path) => stateOf(path) === 'closed');
    if (closed !== undefined) throw unreadable(closed, 'EACCES');
    const why = error.errno === constants.errno.EPERM ? 'missing CAP_SYS_ADMIN' : error.message;
    throw new TracecapError(
      'unsupported',
      `no tracefs is mounted (${why}); run as root: mount -t tracefs tracefs /sys/kernel/tracing`,
    );
  }
}

/** Whether tracefs is there; closed: only who may enter the folder can tell. */
function stateOf(path: string): 'usable' | 'closed' | 'absent' {
  try {
    statSync(`${path}/events`);
    return 'usable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'closed' : 'absent';
  }
}

function unreadable(root: string, code: string | undefined): TracecapError {
  return new TracecapError(
    'unsupported',
    `cannot read tracepoints in ${root}: ${code}; run as root, or with CAP_DAC_READ_SEARCH`,
  );
}
