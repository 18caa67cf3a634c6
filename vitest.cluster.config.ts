import { defineConfig } from 'vitest/config';

/** The tests that need a control plane (`npm run control-plane` builds one). */
export default defineConfig({
  test: {
    include: ['test/control-plane/**/*.test.ts', 'test/live/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
