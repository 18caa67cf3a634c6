import { defineConfig } from 'vitest/config';

/** The tests that need a control plane (`npm run control-plane` builds one). */
export default defineConfig({
  test: {
    include: ['test/control-plane/**/*.test.ts', 'test/live/**/*.test.ts'],
    // Nothing here says how fast something is: what takes this long hangs, and says so before this.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
