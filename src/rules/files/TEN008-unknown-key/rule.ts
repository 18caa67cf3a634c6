import type { FileRule } from '../../rule.ts';
import { violationsOf } from '../violations.ts';

export const unknownKey: FileRule = {
  level: 'file',
  code: 'TEN008',
  name: 'unknown-key',
  severity: 'error',
  summary: 'Every key in a config file is one that its schema knows.',
  why: 'A key that is misspelt would otherwise be a setting that silently does not hold: `cordonned: true` cordons nothing.',
  check({ file }) {
    return violationsOf(file, 'unknown-key');
  },
};
