import type { FileRule } from '../../rule.ts';
import { violationsOf } from '../violations.ts';

export const wrongValue: FileRule = {
  level: 'file',
  code: 'TEN010',
  name: 'wrong-value',
  severity: 'error',
  summary: 'Every value in a config file is of the type and form that its schema asks for.',
  why: 'What the schema lets through, the renderer writes into manifests: a value of the wrong form would fail in the cluster, in the middle of a sync, or mean something else there.',
  check({ file }) {
    return violationsOf(file, 'wrong-value');
  },
};
