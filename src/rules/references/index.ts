import type { Rule } from '../rule.ts';
import { unknownGroup } from './unknown-group.ts';

export const referencesRules: readonly Rule[] = [unknownGroup];
