/** Paths of cgroups by their ids. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type BpfAddon, isBpfError } from './bpf-addon.js';
import { captureText } from './capture-text.js';

/** Bytes of struct cgroup_path in bpf/tasks.bpf.c. */
const PATH_BYTES = 1024;

export class CgroupPaths {
  readonly #addon: BpfAddon;
  readonly #newMap: number;
  readonly #mount: { readonly path: string; readonly fd: number } | null;

  /** newMap: descriptor of the map of bpf/tasks.bpf.c that keeps the paths of new cgroups. */
  constructor(addon: BpfAddon, newMap: number, mountinfo = '/proc/self/mountinfo') {
    this.#addon = addon;
    this.#newMap = newMap;
    this.#mount = openMount(mountinfo);
  }

  /** The path below the root of cgroupfs; null where the cgroup is gone and was here before us. */
  pathOf(id: bigint): string | null {
    return this.#living(id) ?? this.#new(id);
  }

  /** Whether the cgroup is this one or below it; false where that is not known any more. */
  isWithin(id: bigint, ancestor: bigint): boolean {
    if (id === ancestor) return true;
    const [path, above] = [this.pathOf(id), this.pathOf(ancestor)];
    return path !== null && above !== null && path.startsWith(above === '/' ? '/' : `${above}/`);
  }

  close(): void {
    if (this.#mount) closeSync(this.#mount.fd);
  }

  #living(id: bigint): string | null {
    if (!this.#mount) return null;
    try {
      const path = this.#addon.cgroupPath(this.#mount.fd, id);
      return path && (captureText(path).slice(this.#mount.path.length) || '/');
    } catch (error) {
      if (isBpfError(error)) return null;
      throw error;
    }
  }

  #new(id: bigint): string | null {
    const key = new Uint8Array(BigUint64Array.of(id).buffer);
    const value = this.#addon.lookupMap(this.#newMap, key, PATH_BYTES);
    return value && captureText(value.subarray(0, value.indexOf(0)));
  }
}

/** Where cgroup v2 is mounted (proc_pid_mountinfo(5)); null: nowhere that we see. */
function openMount(mountinfo: string): { path: string; fd: number } | null {
  try {
    const mounts = readFileSync(mountinfo, 'utf8');
    const path = /^\d+ \d+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(mounts)?.[1];
    return path === undefined ? null : { path, fd: openSync(path, 'r') };
  } catch {
    return null;
  }
}
