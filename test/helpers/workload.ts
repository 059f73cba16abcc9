/** The C programs that live tests record. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../live/workloads/', import.meta.url));
/** Where check.h is. */
const SHARED = fileURLToPath(new URL('../../fixtures/workloads/', import.meta.url));
const FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror', '-pthread', `-I${SHARED}`];

/** A new folder that every user can enter and write to, its path without links; `remove` it after. */
export function publicFolder(): { path: string; remove: () => void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'tracecap-live-')));
  chmodSync(path, 0o777);
  // rmSync() cannot remove what lies deeper than PATH_MAX; rm can.
  return { path, remove: () => void spawnSync('rm', ['-rf', path]) };
}

/** Compiles test/live/workloads/NAME.c into the folder; gives the program's path. */
export function buildWorkload(name: string, folder: string, ...flags: string[]): string {
  const program = join(folder, name);
  const { status, stderr, error } = spawnSync(
    'cc',
    [...FLAGS, ...flags, '-o', program, join(SOURCES, `${name}.c`)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`cannot compile ${name}.c: ${error?.message ?? stderr}`);
  return program;
}
