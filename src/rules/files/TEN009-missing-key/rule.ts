import type { FileRule } from '../../rule.ts';
import { violationsOf } from '../violations.ts';

export const missingKey: FileRule = {
  level: 'file',
  code: 'TEN009',
  name: 'missing-key',
  severity: 'error',
  summary: 'Every key that a config file must have is there.',
  why: 'Nothing that gives access has a default: an owner without a kind could be a user or a group of that name.',
  check({ file }) {
    return violationsOf(file, 'missing-key');
  },
};
