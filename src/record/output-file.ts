/** The file that a recording writes: created, never overwritten by accident, given to who asked. */
import {
  closeSync,
  constants,
  fchownSync,
  lstatSync,
  openSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TracecapError } from '../shared/errors.js';

export interface OutputFile {
  readonly fd: number;
  readonly path: string;
  /** Who owns it: the uid behind sudo, if there is one. */
  readonly owner: number;
}

/** The default name: `tracecap-HOST-20260102T030405Z.tcap`. */
export function defaultOutput(host: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  // A host name goes into a file name: nothing but what is harmless there.
  return `tracecap-${host.replace(/[^A-Za-z0-9.-]/g, '_')}-${time}.tcap`;
}

/**
 * Creates the output, mode 0600. With `force`, a regular file in its place is removed first, so
 * that what we chown is always ours; a device or pipe that is there is written to as it is.
 */
export function createOutput(path: string, force: boolean, sudo: SudoIds | null): OutputFile {
  const existing = lstatSync(path, { throwIfNoEntry: false });
  try {
    if (existing && !isPlain(path)) {
      return { fd: openSync(path, constants.O_WRONLY), path, owner: process.getuid?.() ?? 0 };
    }
    if (existing && !force) {
      throw new TracecapError('output', `${path} exists; choose another --output, or add --force`);
    }
    if (existing) unlinkSync(path);
    const fd = openSync(path, 'wx', 0o600);
    if (sudo) fchownSync(fd, sudo.uid, sudo.gid);
    return { fd, path, owner: sudo?.uid ?? process.getuid?.() ?? 0 };
  } catch (error) {
    throw error instanceof TracecapError ? error : unwritable(path, error as NodeJS.ErrnoException);
  }
}

/** Closes and removes an output into which nothing worth keeping was written. */
export function discardOutput(output: OutputFile): void {
  closeSync(output.fd);
  if (isPlain(output.path)) unlinkSync(output.path);
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

function isPlain(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return !status || status.isFile() || status.isDirectory();
}

function unwritable(path: string, error: NodeJS.ErrnoException): TracecapError {
  const folder = dirname(resolve(path));
  const words: Readonly<Record<string, string>> = {
    ENOENT: `the folder ${folder} does not exist; create it, or choose another --output`,
    ENOTDIR: `${folder} is not a folder; choose another --output`,
    EACCES: `no permission to write in ${folder}; choose another --output`,
    EPERM: `not allowed to write in ${folder}; choose another --output`,
    EROFS: `${folder} is on a read-only file system; choose another --output`,
    ENOSPC: `no space left in ${folder}; choose another --output`,
    EISDIR: 'it is a folder; name a file in it',
  };
  const why = words[error.code ?? ''] ?? `${error.message}; choose another --output`;
  return new TracecapError('output', `cannot write ${path}: ${why}`, { cause: error });
}
