import type { FileRule } from '../../rule.ts';
import { firstOfFile, placed, problemsOf } from '../problems.ts';

export const yamlSyntax: FileRule = {
  level: 'file',
  code: 'TEN004',
  name: 'yaml-syntax',
  severity: 'error',
  summary: 'Every `.yaml` file is YAML, and nested no deeper than any config is.',
  why: 'Of a file that is not YAML nothing can be said, and after the first mistake nothing that follows can be trusted: only that one is reported.',
  check({ file }) {
    return firstOfFile(
      problemsOf(file, ['syntax', 'too-deep']).map((problem) => {
        const isDeep = problem.kind === 'too-deep';
        const help = isDeep ? 'no config needs half as many levels: look for a bracket too many' : problem.help;
        return {
          message: isDeep
            ? `more than ${problem.detail} levels are nested here`
            : `this is not YAML: ${problem.detail}`,
          ...placed(file, problem, 'it must be closed before this'),
          ...(help !== undefined && { help }),
        };
      }),
    );
  },
};
