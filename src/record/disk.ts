/** The guard that ends a recording before it fills the disk. */
import { fstatSync, statfsSync } from 'node:fs';

/** A recording leaves 5 % of the file system free, or 1 GiB where that is less. */
const RESERVED_FRACTION = 0.05;
const RESERVED_BYTES = 2 ** 30;

/**
 * Whether the file system of an open file has no more room than is to be left free. False where
 * that cannot be known, and for what is no file.
 */
export function isDiskNearlyFull(fd: number): boolean {
  try {
    if (!fstatSync(fd).isFile()) return false;
    // By descriptor: the folder may have been renamed or covered by a mount since.
    const { bavail, blocks, bsize } = statfsSync(`/proc/self/fd/${fd}`);
    return bavail * bsize < Math.min(RESERVED_BYTES, blocks * bsize * RESERVED_FRACTION);
  } catch {
    return false;
  }
}
