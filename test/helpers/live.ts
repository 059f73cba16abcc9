/** Tests that record for real, where the kernel and our privileges allow it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { build } from './build.js';

/** The program as users start it. */
export const TRACECAP = fileURLToPath(new URL('../../bin/tracecap', import.meta.url));

/**
 * Like describe(), for live tests. Where recording does not work they are skipped, and stderr says
 * why; but as root on Linux, and in CI, that is a failure unless TRACECAP_NO_LIVE=1 asks for it.
 */
export function describeLive(name: string, tests: () => void): void {
  const obstacle = findObstacle();
  if (obstacle === null) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`live tests skipped: ${name}: ${obstacle}\n`);
  // The tests are not even collected: what they prepare then would never be cleaned up.
  describe(name, () => test.skip(obstacle));
}

/** Why live tests cannot run here; null if they can, or must: test/live/works.test.ts then tells. */
function findObstacle(): string | null {
  if (process.env.TRACECAP_NO_LIVE === '1') return 'TRACECAP_NO_LIVE is set';
  build();
  const required = process.env.CI === 'true' || isLinuxRoot();
  return required ? null : tryToRecord();
}

function isLinuxRoot(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/** Records this process for an instant; null, or what tracecap says. */
export function tryToRecord(): string | null {
  const { status, stderr, error } = spawnSync(
    TRACECAP,
    ['record', '-d', '1ms', '--buffer-size', '4KiB', '-p', `${process.pid}`, '-o', '/dev/null'],
    { encoding: 'utf8' },
  );
  return status === 0 ? null : (error?.message ?? stderr.trim());
}
