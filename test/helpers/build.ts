import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** The built program's main module. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Compiles src into dist; quick where little changed. Types are checked by bin/check, not here. */
export function build(): void {
  spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root });
  if (!existsSync(MAIN)) throw new Error(`${MAIN} was not built`);
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built tracecap and waits for its end. */
export function tracecap(
  words: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, COLUMNS: '100', ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { status, stdout, stderr };
}

/** Runs a line of sh in which "$@" is the built tracecap. */
export function shell(line: string, cwd: string): Ended {
  const words = ['-c', line, 'sh', process.execPath, MAIN];
  const { status, stdout, stderr } = spawnSync('/bin/sh', words, { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}
