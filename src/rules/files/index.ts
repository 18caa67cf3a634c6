import type { Rule } from '../rule.ts';

export const filesRules: readonly Rule[] = [];
