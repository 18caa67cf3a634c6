import { defineConfig } from 'vitest/config';

/** The tests that need Argo CD and control planes (`npm run argo-cd` and `npm run control-plane` build them). */
export default defineConfig({
  test: {
    include: ['test/argo-cd/**/*.test.ts'],
    // Each file runs several control planes and an Argo CD.
    fileParallelism: false,
    // Nothing here says how fast something is: what takes this long hangs, and says so before this.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
