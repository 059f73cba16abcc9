/** The file that a recording writes: created, never overwritten by accident, given to who asked. */
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TracecapError } from '../shared/errors.js';

export interface OutputFile {
  readonly fd: number;
  /** As the user named it; `-` for standard output. */
  readonly path: string;
  readonly owner: number;
  /** Where our own file lies until the recording has begun; null where the output is not ours. */
  readonly created: string | null;
}

/** The default name: `tracecap-HOST-20260102T030405Z.tcap`. */
export function defaultOutput(host: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  // A host name goes into a file name: nothing but what is harmless there.
  return `tracecap-${host.replace(/[^A-Za-z0-9.-]/g, '_')}-${time}.tcap`;
}

/**
 * Opens the output. A file is created, mode 0600, and given to who called sudo; with `force`, one
 * that is there stays until keepOutput(), so that a recording which does not begin costs nothing. A
 * pipe or a character device is written to as it is: what we did not create is never chowned.
 */
export function createOutput(path: string, force: boolean, sudo: SudoIds | null): OutputFile {
  if (path === '-') return { fd: 1, path, owner: currentUid(), created: null };
  try {
    return createFile(path, path, sudo);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
  }
  const special = openSpecial(path, sudo);
  if (special) return special;
  if (!force) {
    throw new TracecapError('output', `${path} exists; choose another --output, or add --force`);
  }
  try {
    return createFile(`${path}.${process.pid}.part`, path, sudo);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The recording has begun: the file takes its place. */
export function keepOutput({ created, path }: OutputFile): void {
  if (created !== null && created !== path) renameSync(created, path);
}

/** Closes and removes an output into which nothing worth keeping was written. */
export function discardOutput({ fd, created }: OutputFile): void {
  if (created === null) return;
  closeSync(fd);
  unlinkSync(created);
}

function createFile(created: string, path: string, sudo: SudoIds | null): OutputFile {
  const fd = openSync(created, 'wx', 0o600);
  if (sudo) giveTo(fd, sudo);
  return { fd, path, owner: fstatSync(fd).uid, created };
}

/** vfat and some network file systems know no owners: the capture is then whose they say. */
function giveTo(fd: number, { uid, gid }: SudoIds): void {
  try {
    fchownSync(fd, uid, gid);
  } catch {}
}

/**
 * A pipe or character device in the output's place; null for all else. Looked at through the
 * descriptor, which nobody can swap, and without following a link that somebody may have planted.
 */
function openSpecial(path: string, sudo: SudoIds | null): OutputFile | null {
  const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  let fd: number;
  try {
    fd = openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ELOOP: a link, which --force replaces. ETXTBSY: a program that runs.
    if (code === 'ELOOP' || code === 'ETXTBSY') return null;
    throw unwritable(path, error);
  }
  const status = fstatSync(fd);
  if (isWritable(status, sudo)) return { fd, path, owner: status.uid, created: null };
  closeSync(fd);
  if (status.isFile()) return null;
  throw new TracecapError('output', `cannot write ${path}: it is no file; choose another --output`);
}

/** A pipe of a stranger's would hand him the capture. */
function isWritable(status: Stats, sudo: SudoIds | null): boolean {
  if (status.isCharacterDevice()) return true;
  return status.isFIFO() && [0, currentUid(), sudo?.uid].includes(status.uid);
}

function currentUid(): number {
  return process.getuid?.() ?? 0;
}

export interface SudoIds {
  readonly uid: number;
  readonly gid: number;
}

/** Who called sudo; null where nobody did, or where we could not give files away. */
export function sudoIds(env: NodeJS.ProcessEnv = process.env): SudoIds | null {
  const { SUDO_UID = '', SUDO_GID = '' } = env;
  if (process.getuid?.() !== 0 || !/^\d+$/.test(SUDO_UID) || !/^\d+$/.test(SUDO_GID)) return null;
  return { uid: Number(SUDO_UID), gid: Number(SUDO_GID) };
}

function unwritable(path: string, cause: unknown): TracecapError {
  const error = cause as NodeJS.ErrnoException;
  const folder = dirname(resolve(path));
  const words: Readonly<Record<string, string>> = {
    ENOENT: `the folder ${folder} does not exist; create it, or choose another --output`,
    ENOTDIR: `${folder} is not a folder; choose another --output`,
    EACCES: `no permission to write in ${folder}; choose another --output`,
    EPERM: `not allowed to write in ${folder}; choose another --output`,
    EROFS: `${folder} is on a read-only file system; choose another --output`,
    ENOSPC: `no space left in ${folder}; choose another --output`,
    EISDIR: 'it is a folder; name a file in it',
    ENXIO: 'it is a pipe that nobody reads; start its reader first',
  };
  const why = words[error.code ?? ''] ?? `${error.message}; choose another --output`;
  return new TracecapError('output', `cannot write ${path}: ${why}`, { cause });
}
