/**
 * Mutation testing: `npm run mutation [-- <room>…]` changes one expression of a room at a time and runs the tests that
 * reach it; a change that no test notices survives. docs/mutation.md says what has been run.
 *
 * Only tests that run in this process take part (vitest.mutation.config.ts): those of the built program cannot see a
 * mutant. There is no type checker: it is slow, and what it would refuse the tests are asked about like the rest.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // What runs once, when a module is loaded, costs a whole run of the tests for each mutant.
  ignoreStatic: true,
  disableTypeChecks: false,
  ignorePatterns: ['build', 'coverage', 'bench', 'reports', '.github', 'tools'],
  tempDirName: '.stryker-tmp',
  concurrency: 2,
  timeoutMS: 20_000,
  timeoutFactor: 4,
  // Words are held by what the tests expect of them, so they are changed as well.
  incremental: true,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  thresholds: { high: 95, low: 85, break: 85 },
};
