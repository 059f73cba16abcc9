/** What a capture says of the machine it was recorded on. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import type { Host } from '../capture/format.js';

/** Kernel parameters that change what the sources' numbers mean. */
const SYSCTLS = [
  'fs.file-max',
  'fs.nr_open',
  'kernel.pid_max',
  'kernel.randomize_va_space',
  'net.ipv4.tcp_fastopen',
  'net.ipv4.tcp_syn_linear_timeouts',
  'net.ipv4.tcp_syn_retries',
  'vm.overcommit_memory',
];

/** Inode number of the first pid namespace: PROC_PID_INIT_INO, include/linux/proc_ns.h. */
const INITIAL_PID_NAMESPACE = 0xefff_fffc;

/** Reads all of it from /proc and /etc; what cannot be read is null or left out. */
export function readHost(): Host {
  return {
    name: os.hostname(),
    machine_id_sha256: machineIdHash(),
    boot_id: readLine('/proc/sys/kernel/random/boot_id'),
    kernel: os.release(),
    kernel_version: os.version(),
    architecture: os.machine(),
    distribution: distribution(),
    cpus: os.cpus().length,
    memory_bytes: os.totalmem(),
    virtualization: virtualization(),
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    sysctls: readSysctls(),
  };
}

/** The pid namespace that this process is in, whose numbers a capture has. */
export function readPidNamespace(): { readonly inode: number; readonly initial: boolean } {
  const inode = statSync('/proc/self/ns/pid').ino;
  return { inode, initial: inode === INITIAL_PID_NAMESPACE };
}

function readLine(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** machine-id(5) asks not to show the id itself. */
function machineIdHash(): string | null {
  const id = readLine('/etc/machine-id');
  return id && createHash('sha256').update(`tracecap:${id}`).digest('hex');
}

function distribution(): string | null {
  const release = readLine('/etc/os-release') ?? readLine('/usr/lib/os-release');
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release ?? '')?.[1] ?? null;
}

function virtualization(): string | null {
  const flags = /^flags\s*:.*\bhypervisor\b/m.test(readLine('/proc/cpuinfo') ?? '');
  const vendor = readLine('/sys/class/dmi/id/sys_vendor');
  return vendor ?? (flags ? 'hypervisor' : null);
}

function readSysctls(): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of SYSCTLS) {
    const value = readLine(`/proc/sys/${name.replaceAll('.', '/')}`);
    if (value !== null) values[name] = value;
  }
  return values;
}
