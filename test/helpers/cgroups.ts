/** Where this host has its cgroups. */
import { existsSync, readFileSync } from 'node:fs';

/** Mount points of file systems of this type, `cgroup` for v1 or `cgroup2`, as we see them. */
export function cgroupMounts(type: 'cgroup' | 'cgroup2'): string[] {
  const path = '/proc/self/mountinfo';
  const mounts = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return mounts
    .filter((line) => line.includes(` - ${type} `))
    .map((line) => line.split(' ')[4] as string);
}

export const cgroup2Mount: string | null = cgroupMounts('cgroup2')[0] ?? null;
