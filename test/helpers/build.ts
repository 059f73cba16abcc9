import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** The built program's main module. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Compiles src into dist; quick where nothing changed, as the build is incremental. */
export function build(): void {
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`src does not compile:\n${stdout}`);
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
export function shell(line: string, cwd: string): string {
  const words = ['-c', line, 'sh', process.execPath, MAIN];
  return execFileSync('/bin/sh', words, { cwd, encoding: 'utf8' });
}
