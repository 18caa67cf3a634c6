import type { FileRule } from '../../rule.ts';
import { clipped, firstOfFile, placed, problemsOf } from '../problems.ts';

/** The keys that every config file begins with: those of two files in one are all there twice. */
const ofAResource: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec']);

export const duplicateKey: FileRule = {
  level: 'file',
  code: 'TEN005',
  name: 'duplicate-key',
  severity: 'error',
  summary: 'No mapping has the same key twice.',
  why: 'Most parsers silently keep the last one. A reviewer who has read the first would approve something that does not hold.',
  check({ file }) {
    const all = problemsOf(file, ['duplicate-key']);
    const [second, ...rest] = all.filter(({ detail, span }) => ofAResource.has(detail) && span.start.column === 1);
    if (second && rest.length > 0) {
      return [
        {
          message: 'a second resource begins here, and a config file has one',
          ...placed(file, second, 'the first one'),
          help: 'move it into a file of its own',
        },
      ];
    }
    return firstOfFile(
      all.map((problem) => ({
        message: `key \`${clipped(problem.detail)}\` is given twice in one mapping`,
        ...placed(file, problem, 'the first one'),
        help: 'keep the one that is meant',
      })),
    );
  },
};
