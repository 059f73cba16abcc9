import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Live recordings share one kernel and two cores.
    fileParallelism: false,
    testTimeout: 120_000,
    env: { TZ: 'UTC', COLUMNS: '100', NO_COLOR: '1' },
  },
});
