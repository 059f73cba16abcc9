/** The CPUs that this kernel may ever run on. */
import { readFileSync } from 'node:fs';

/** The highest number that bpf_get_smp_processor_id() may give, and one. */
export function possibleCpus(): number {
  // `0-3` or `0,2-7`: Documentation/admin-guide/cputopology.rst
  const list = readFileSync('/sys/devices/system/cpu/possible', 'utf8');
  return Number(/\d+(?=\s*$)/.exec(list)?.[0]) + 1;
}
