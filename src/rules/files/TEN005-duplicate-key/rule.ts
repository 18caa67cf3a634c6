import type { FileRule } from '../../rule.ts';
import { clipped, firstOfFile, placed, problemsOf } from '../problems.ts';

export const duplicateKey: FileRule = {
  level: 'file',
  code: 'TEN005',
  name: 'duplicate-key',
  severity: 'error',
  summary: 'No mapping has the same key twice.',
  why: 'Most parsers silently keep the last one. A reviewer who has read the first would approve something that does not hold.',
  check({ file }) {
    return firstOfFile(
      problemsOf(file, ['duplicate-key']).map((problem) => ({
        message: `key \`${clipped(problem.detail)}\` is given twice in one mapping`,
        ...placed(file, problem, 'the first one'),
        help: 'keep the one that is meant',
      })),
    );
  },
};
