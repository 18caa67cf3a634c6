import type { ConfigRule } from '../../rule.ts';
import { inEachFile, placed, problemsOf } from '../problems.ts';

export const emptyFile: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN003',
  name: 'empty-file',
  severity: 'error',
  summary: 'No config file is empty.',
  why: 'An empty file is what a failed script or a wrong merge leaves behind. Taken for a tenant without namespaces, it would take away everything that the tenant has.',
  *check({ files }) {
    yield* inEachFile(files, (file) =>
      problemsOf(file, ['empty']).map((problem) => ({
        message: file.source?.text.trim() === '' ? 'the file is empty' : 'the file declares nothing',
        ...placed(file, problem),
        help: `declare ${file.kind === 'Organization' ? 'the organization' : `${file.kind.toLowerCase()} \`${file.stem}\``} in it${file.kind === 'Organization' ? '' : ', or delete the file'}`,
      })),
    );
  },
};
