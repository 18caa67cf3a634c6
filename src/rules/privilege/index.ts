import type { Rule } from '../rule.ts';

export const privilegeRules: readonly Rule[] = [];
