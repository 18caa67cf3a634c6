import type { Rule } from '../rule.ts';

export const renderedRules: readonly Rule[] = [];
