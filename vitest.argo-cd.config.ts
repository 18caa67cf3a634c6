import { defineConfig } from 'vitest/config';

/** The tests that need Argo CD and control planes (`npm run argo-cd` and `npm run control-plane` build them). */
export default defineConfig({
  test: {
    include: ['test/argo-cd/**/*.test.ts'],
    // Each file runs several control planes and an Argo CD.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
