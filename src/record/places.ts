/** Filters by place: cgroups and mount namespaces, from the words of the command line. */
import { constants, fstatSync, openSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { reason, TracecapError } from '../shared/errors.js';
import type { BpfAddon } from './bpf-addon.js';

/** CGROUP2_SUPER_MAGIC, linux/magic.h */
const CGROUP2_MAGIC = 0x63677270;

/**
 * The least inode number of a mount namespace: of the first one since Linux 6.18 (MNT_NS_INIT_INO,
 * linux/nsfs.h); others begin at 0xF0000000 (PROC_DYNAMIC_FIRST, fs/proc/generic.c). No pid is as large.
 */
const FIRST_NAMESPACE = 0xefff_fff8;

/** BPF_MAP_TYPE_HASH and BPF_MAP_TYPE_LRU_HASH, linux/bpf.h */
const HASH_TYPES = ['1', '9'];
const KEY_BYTES = '8';

/** Filters by place, as they were typed. */
export interface PlaceWords {
  readonly cgroup?: string;
  readonly mntns?: string;
  readonly cgroupmap?: string;
  readonly mntnsmap?: string;
}

/** Opens what the words name. Throws a usage error that names the option. */
export function openPlaces(addon: BpfAddon, words: PlaceWords): PlaceFilters {
  const { cgroup, mntns, cgroupmap, mntnsmap } = words;
  return {
    ...(cgroup !== undefined && { cgroup: openCgroup(cgroup) }),
    ...(mntns !== undefined && { mntns: mountNamespace(mntns) }),
    ...(cgroupmap !== undefined && { cgroupSet: openIdSet(addon, '--cgroupmap', cgroupmap) }),
    ...(mntnsmap !== undefined && { mntnsSet: openIdSet(addon, '--mntnsmap', mntnsmap) }),
  };
}

/** Absent: no such filter. */
export interface PlaceFilters {
  /** Tasks in this cgroup or below. */
  readonly cgroup?: CgroupFolder;
  /** Inode number of a mount namespace. */
  readonly mntns?: number;
  /** Descriptors of maps whose keys are ids of cgroups, of mount namespaces. */
  readonly cgroupSet?: number;
  readonly mntnsSet?: number;
}

/** A folder of cgroup v2, open. */
export interface CgroupFolder {
  /** Inode number: what BPF programs call it by. */
  readonly id: bigint;
  readonly fd: number;
}

/** Opens a cgroup's folder; a usage error where it is none, or of cgroup v1. */
function openCgroup(path: string): CgroupFolder {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    if (statfsSync(`/proc/self/fd/${fd}`).type === CGROUP2_MAGIC)
      return { id: fstatSync(fd, { bigint: true }).ino, fd };
  } catch (error) {
    if (!isAbsent(error)) throw new TracecapError('usage', `--cgroup ${path}: ${reason(error)}`);
  }
  throw new TracecapError(
    'usage',
    `--cgroup ${path}: is no folder of cgroup v2; they are where 'findmnt -t cgroup2' says`,
  );
}

/** The inode number of a mount namespace, given by itself or by a process in it. */
function mountNamespace(text: string): number {
  const number = Number(text);
  if (!/^[1-9]\d{0,9}$/.test(text) || number >= 2 ** 32) {
    throw new TracecapError(
      'usage',
      `--mntns: '${text}' is neither a process id nor the inode number of a mount namespace (ls -Li /proc/PID/ns/mnt)`,
    );
  }
  if (number >= FIRST_NAMESPACE) return number;
  try {
    return statSync(`/proc/${number}/ns/mnt`).ino;
  } catch (error) {
    const why = isAbsent(error) ? `no process ${number} is running` : reason(error);
    throw new TracecapError('usage', `--mntns: ${why}`);
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/**
 * Opens a pinned set of ids, as bcc's tools take them: a hash map with keys of 64 bits. Its entries
 * may change while it is in use. `option` names it in errors.
 */
function openIdSet(addon: BpfAddon, option: string, path: string): number {
  const refuse = (why: string) => new TracecapError('usage', `${option} ${path}: ${why}`);
  let fd: number;
  try {
    fd = addon.openPinned(path);
  } catch (error) {
    throw refuse(`no pinned map can be opened here (${reason(error)})`);
  }
  const about = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  const fact = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(about)?.[1] ?? '';
  if (!HASH_TYPES.includes(fact('map_type')) || fact('key_size') !== KEY_BYTES) {
    throw refuse('is no hash map with keys of 64 bits');
  }
  return fd;
}
