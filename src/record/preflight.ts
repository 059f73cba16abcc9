/** What must be true before any program is loaded, each failure with what to do about it. */
import { existsSync, readFileSync } from 'node:fs';
import { TracecapError } from '../shared/errors.js';
import { CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, hasCapability } from './capabilities.js';

/** Where preflight looks; tests put other files there. */
export interface PreflightPaths {
  readonly status: string;
  readonly btf: string;
  readonly lockdown: string;
}

const PATHS: PreflightPaths = {
  status: '/proc/self/status',
  btf: '/sys/kernel/btf/vmlinux',
  lockdown: '/sys/kernel/security/lockdown',
};

/** Throws `unsupported`, with one line that says what to do, where recording cannot work. */
export function preflight(platform: string = process.platform, paths = PATHS): void {
  if (platform !== 'linux') {
    throw new TracecapError(
      'unsupported',
      `recording needs Linux, and this is ${platform}; captures can be read here: tracecap analyze FILE`,
    );
  }
  checkCapabilities(paths.status);
  if (!existsSync(paths.btf)) {
    throw new TracecapError(
      'unsupported',
      `this kernel has no BTF (${paths.btf}); one built with CONFIG_DEBUG_INFO_BTF is needed, as Debian 12, Ubuntu 22.04, RHEL 9 and later have`,
    );
  }
  // Not mounted securityfs says nothing; then the load itself will tell.
  if (
    existsSync(paths.lockdown) &&
    readFileSync(paths.lockdown, 'utf8').includes('[confidentiality]')
  ) {
    throw new TracecapError(
      'unsupported',
      'the kernel is locked down (confidentiality), and BPF may not read its memory; boot with lockdown=integrity or without Secure Boot',
    );
  }
}

function checkCapabilities(status: string): void {
  const has = (capability: number) => hasCapability(capability, status);
  if (has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON))) return;
  const missing = [
    ...(has(CAP_BPF) ? [] : ['CAP_BPF']),
    ...(has(CAP_PERFMON) ? [] : ['CAP_PERFMON']),
  ];
  throw new TracecapError(
    'unsupported',
    `recording needs root (missing ${missing.join(' and ')}); run: sudo tracecap record`,
  );
}
