import { at, atFile } from '../../../source/diagnostic.ts';
import { fileOrigin, originAt } from '../../../source/source.ts';
import type { FileRule } from '../../rule.ts';

export const typescriptForbidden: FileRule = {
  level: 'file',
  code: 'TEN015',
  name: 'typescript-forbidden',
  severity: 'error',
  summary: 'Where the organization says `typescript: forbid`, no config file is TypeScript.',
  why: 'A TypeScript file is code, and what it evaluates to cannot be read off its lines. An organization that wants its config to be data says so once.',
  *check({ file: { path, kind, stem, failure }, platform }) {
    if (failure?.kind !== 'typescript-forbidden') return;
    const declared = `${kind.toLowerCase()} \`${stem}\` is declared in TypeScript`;
    if (failure.detail === 'base') {
      yield {
        message: `${declared}, which the base of this change forbids`,
        at: atFile(path),
        help: 'allow TypeScript in a change of its own, and merge that first',
      };
      return;
    }
    const [organization] = platform.files.organization;
    // An organization that cannot be read has forbidden nothing: its files are not evaluated, but nobody is to blame.
    if (organization?.checked?.file?.spec.config?.typescript !== 'forbid') return;
    const setting = at(originAt(fileOrigin(organization.path), 'spec', 'config', 'typescript'));
    yield {
      message: `${declared}, which the organization forbids`,
      at: atFile(path),
      related: [{ location: setting, message: 'forbidden here' }],
      help: `write it in YAML, into ${path.replace(/\.ts$/, '.yaml')}`,
    };
  },
};
