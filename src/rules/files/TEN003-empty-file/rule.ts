import type { FileRule } from '../../rule.ts';
import { firstOfFile, placed, problemsOf } from '../problems.ts';

export const emptyFile: FileRule = {
  level: 'file',
  code: 'TEN003',
  name: 'empty-file',
  severity: 'error',
  summary: 'No config file is empty.',
  why: 'An empty file is what a failed script or a wrong merge leaves behind. Taken for a tenant without namespaces, it would take away everything that the tenant has.',
  check({ file }) {
    return firstOfFile(
      problemsOf(file, ['empty']).map((problem) => ({
        message: file.source?.text.trim() === '' ? 'the file is empty' : 'the file declares nothing',
        ...placed(file, problem),
        help: `declare ${file.kind === 'Organization' ? 'the organization' : `${file.kind.toLowerCase()} \`${file.stem}\``} in it${file.kind === 'Organization' ? '' : ', or delete the file'}`,
      })),
    );
  },
};
