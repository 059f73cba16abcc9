/** Rows of the table `processes`: what the kernel listed, with what /proc adds. */
import type { Row } from '../capture/batch-from-rows.js';
import type { CgroupPaths } from './cgroup-paths.js';
import { processFacts } from './process-facts.js';
import type { ListedProcess } from './process-list.js';

export interface ProcessRowOptions {
  /** Nanoseconds from boot time, as our time namespace and so /proc have it, to the Unix epoch. */
  readonly ownOffset: bigint;
  /** Id of the cgroup whose processes are recorded, with those below it; null: of all. */
  readonly cgroup: bigint | null;
  readonly withArguments: boolean;
}

/** The rows of the processes listed. */
export function processRows(
  at: 'start' | 'end',
  listed: readonly ListedProcess[],
  cgroups: CgroupPaths,
  { ownOffset, cgroup, withArguments }: ProcessRowOptions,
): Row[] {
  return listed
    .filter((process) => cgroup === null || cgroups.isWithin(process.cgroup, cgroup))
    .map((process) => {
      const { exe, argv, cwd } = processFacts(process.pid, process.start_ts - ownOffset);
      return { at, ...process, exe, argv: withArguments ? argv : null, cwd };
    });
}
