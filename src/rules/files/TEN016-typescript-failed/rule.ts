import type { FileRule } from '../../rule.ts';
import { firstOfFile, placed, problemsOf } from '../problems.ts';

export const typescriptFailed: FileRule = {
  level: 'file',
  code: 'TEN016',
  name: 'typescript-failed',
  severity: 'error',
  summary: 'Every TypeScript config file evaluates to data, by itself and in time.',
  why: 'The same file must give the same access everywhere and always. So it is evaluated alone: without the network, the environment and other files than those it imports from its own folder, and with limits on time and memory.',
  check({ file }) {
    return firstOfFile(
      problemsOf(file, ['evaluation']).map((problem) => ({
        message: `this file cannot be evaluated: ${problem.detail}`,
        ...placed(file, problem),
        ...(problem.help !== undefined && { help: problem.help }),
      })),
    );
  },
};
