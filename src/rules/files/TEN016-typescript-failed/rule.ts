import type { ConfigRule } from '../../rule.ts';
import { inEachFile, placed, problemsOf } from '../problems.ts';

export const typescriptFailed: ConfigRule = {
  about: 'config',
  code: 'TEN016',
  name: 'typescript-failed',
  severity: 'error',
  summary: 'Every TypeScript config file evaluates to data, by itself and in time.',
  why: 'The same file must give the same access everywhere and always. So it is evaluated alone: without the network, the environment and other files than those it imports from its own folder, and with limits on time and memory.',
  *check({ files }) {
    yield* inEachFile(files, (file) =>
      problemsOf(file, ['evaluation']).map((problem) => ({
        message: `this file cannot be evaluated: ${problem.detail}`,
        ...placed(file, problem),
        ...(problem.help !== undefined && { help: problem.help }),
      })),
    );
  },
};
