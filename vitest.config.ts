import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/control-plane/**', 'test/live/**', 'test/argo-cd/**', 'node_modules/**'],
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/rules/*/*/{bad,good}/**'],
      reporter: ['text', 'json-summary'],
    },
  },
});
