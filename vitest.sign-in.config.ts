import { defineConfig } from 'vitest/config';

/**
 * The tests of signing in that start many processes, and those with a real identity provider and a real browser
 * (`test/identity-provider/install.sh` installs both).
 */
export default defineConfig({
  test: {
    include: ['test/identity-provider/**/*.test.ts', 'test/sign-in/processes/**/*.test.ts'],
    // Each file runs dozens of processes.
    fileParallelism: false,
    // Nothing here says how fast something is: what takes this long hangs, and says so before this.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
