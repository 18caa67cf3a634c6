import { at } from '../../../source/diagnostic.ts';
import { findSecrets, hasUserInfo } from '../../../source/secrets.ts';
import { once } from '../../../values/once.ts';
import type { FileRule } from '../../rule.ts';
import { writtenAnnotations } from '../../written.ts';

export const secretInAnnotation: FileRule = {
  level: 'file',
  code: 'TEN224',
  name: 'secret-in-annotation',
  severity: 'error',
  summary: 'No annotation holds a secret, nor a URL with a user or a password in it.',
  why: 'Whoever may see a Namespace reads its annotations, and nearly everybody may. What an escape or the code of a TypeScript file puts together stands in no line of the file, where TEN018 looks.',
  *check({ file }) {
    const isSaid = once(() => file.source !== undefined && findSecrets(file.source.text).length > 0);
    for (const { key, value, origin } of writtenAnnotations(file)) {
      const [secret] = isSaid() ? [] : findSecrets(value);
      const what = secret?.what ?? (hasUserInfo(value) ? 'a URL with a user in it' : undefined);
      if (what === undefined) continue;
      yield {
        message: `annotation \`${key}\` holds ${what}`,
        at: at(origin),
        help: secret
          ? 'remove it, and replace it where it is in use: it is in the history of this repository'
          : 'write the URL without what stands before the `@`; if that was a password, replace it where it is in use',
      };
    }
  },
};
