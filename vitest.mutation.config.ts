import { defineConfig } from 'vitest/config';

/**
 * The tests that notice a mutant: those that call the rooms in their own process. What runs the built program sees none,
 * and what starts other processes is too slow to be run for each.
 */
export default defineConfig({
  test: {
    include: [
      'test/{access,kubernetes,manifests,plan,render,rules,settings,source,values}/**/*.test.ts',
      'test/config/{model,reading}/**/*.test.ts',
      'test/app/**/*.test.ts',
      'test/whole/laws.test.ts',
    ],
    exclude: [
      // They run the built program, or Git.
      'test/app/progress.test.ts',
      'test/plan/changes.test.ts',
      // They take seconds for what others see sooner.
      'test/source/hostile.test.ts',
      'test/plan/sharing.test.ts',
      'test/synth/input.test.ts',
    ],
    isolate: false,
    testTimeout: 60_000,
    env: { TENANTRY_CASES: '0.1' },
  },
});
