import type { Rule } from '../rule.ts';

export const budgetsRules: readonly Rule[] = [];
