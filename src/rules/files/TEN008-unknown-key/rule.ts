import type { ConfigRule } from '../../rule.ts';
import { violationsOf } from '../violations.ts';

export const unknownKey: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN008',
  name: 'unknown-key',
  severity: 'error',
  summary: 'Every key in a config file is one that its schema knows.',
  why: 'A key that is misspelt would otherwise be a setting that silently does not hold: `cordonned: true` cordons nothing.',
  *check({ files }) {
    yield* violationsOf(files, 'unknown-key');
  },
};
