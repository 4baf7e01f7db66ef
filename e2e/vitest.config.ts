// The tests of the workspace in a browser; `npm run e2e`. One at a time: each has a host, an engine and a browser.
import path from 'node:path';
import { defineConfig } from 'vitest/config';

// As for the other tests (../vitest.config.ts).
process.env['NODE_COMPILE_CACHE'] ??= path.join(import.meta.dirname, '../node_modules/.cache/compiled');

export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    setupFiles: ['./vitest.setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    // Bounds a hang, as the harness' time-outs do.
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
});
