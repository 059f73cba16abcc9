/** The guard that ends a recording before it fills the disk. */
import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A recording leaves 5 % of the file system free, or 1 GiB where that is less. */
const RESERVED_FRACTION = 0.05;
const RESERVED_BYTES = 2 ** 30;

/** Whether the file system of this file has no more room than is to be left free. */
export function isDiskNearlyFull(path: string): boolean {
  const { bavail, blocks, bsize } = statfsSync(dirname(resolve(path)));
  // Pseudo file systems (devtmpfs for /dev/null) report no size at all.
  if (blocks === 0) return false;
  return bavail * bsize < Math.min(RESERVED_BYTES, blocks * bsize * RESERVED_FRACTION);
}
