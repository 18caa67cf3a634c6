import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/control-plane/**',
      'test/live/**',
      'test/argo-cd/**',
      'test/yaml-readers/**',
      'test/identity-provider/**',
      'test/sign-in/processes/**',
      'node_modules/**',
    ],
    // The files of a worker share its modules: loading cdk8s, the rules and the schemas anew for each took a third of the time.
    // So no test leaves anything behind in a module, in `process` or in a global.
    isolate: false,
    maxWorkers: '100%',
    // No test says how fast something is: what takes this long hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/rules/*/*/{bad,good}/**'],
      reporter: ['text', 'json-summary'],
    },
  },
});
