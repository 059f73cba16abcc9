/** What we may do of what root may: capabilities(7). */
import { readFileSync } from 'node:fs';

/** Bits of linux/capability.h. */
export const CAP_SYS_ADMIN = 21;
export const CAP_PERFMON = 38;
export const CAP_BPF = 39;

/** Whether it is in our effective set, as the status of a process (proc_pid_status(5)) has that. */
export function hasCapability(capability: number, status = '/proc/self/status'): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync(status, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> BigInt(capability)) & 1n) === 1n;
}
