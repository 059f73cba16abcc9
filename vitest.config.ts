import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Not in node_modules: under sudo it would be root's there.
  cacheDir: join(tmpdir(), `tracecap-vitest-${process.getuid?.()}`),
  test: {
    include: ['test/**/*.test.ts'],
    // Live recordings share one kernel and two cores.
    fileParallelism: false,
    testTimeout: 120_000,
    env: { TZ: 'UTC', COLUMNS: '100', NO_COLOR: '1' },
  },
});
