import { defineConfig } from 'vitest/config';

/** The tests that need the YAML readers of Go's programs, which they build (Go, some seconds). */
export default defineConfig({
  test: {
    include: ['test/yaml-readers/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
