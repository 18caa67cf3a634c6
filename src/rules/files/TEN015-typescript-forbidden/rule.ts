import { at, atFile } from '../../../source/diagnostic.ts';
import { fileOrigin, originAt } from '../../../source/source.ts';
import type { ConfigRule } from '../../rule.ts';
import { inEachFile } from '../problems.ts';

export const typescriptForbidden: ConfigRule = {
  about: 'config',
  code: 'TEN015',
  name: 'typescript-forbidden',
  severity: 'error',
  summary: 'Where the organization says `typescript: forbid`, no config file is TypeScript.',
  why: 'A TypeScript file is code, and what it evaluates to cannot be read off its lines. An organization that wants its config to be data says so once.',
  *check({ files }) {
    yield* inEachFile(files, ({ path, kind, stem, failure }) =>
      failure?.kind === 'typescript-forbidden' && failure.detail === 'base'
        ? [
            {
              message: `${kind.toLowerCase()} \`${stem}\` is declared in TypeScript, which the base of this change forbids`,
              at: atFile(path),
              help: 'allow TypeScript in a change of its own, and merge that first',
            },
          ]
        : [],
    );
    const [file] = files.organization;
    // An organization that cannot be read has forbidden nothing: its files are not evaluated, but nobody is to blame.
    if (!file || file.checked?.file?.spec.config?.typescript !== 'forbid') return;
    const setting = at(originAt(fileOrigin(file.path), 'spec', 'config', 'typescript'));
    yield* inEachFile(files, ({ path, kind, stem, failure }) =>
      failure?.kind === 'typescript-forbidden' && failure.detail === ''
        ? [
            {
              message: `${kind.toLowerCase()} \`${stem}\` is declared in TypeScript, which the organization forbids`,
              at: atFile(path),
              related: [{ location: setting, message: 'forbidden here' }],
              help: `write it in YAML, into ${path.replace(/\.ts$/, '.yaml')}`,
            },
          ]
        : [],
    );
  },
};
