import { sortedBy } from '../values/order.ts';
import { authorityRules } from './authority/index.ts';
import { budgetsRules } from './budgets/index.ts';
import { changeRules } from './change/index.ts';
import { filesRules } from './files/index.ts';
import { namesRules } from './names/index.ts';
import { privilegeRules } from './privilege/index.ts';
import { referencesRules } from './references/index.ts';
import { renderedRules } from './rendered/index.ts';
import { riskRules } from './risks/index.ts';
import type { Rule, RepeatedByItem } from './rule.ts';

/** All rules, in the order of their codes. */
export const rules: readonly Rule[] = sortedBy(
  [
    ...filesRules,
    ...referencesRules,
    ...namesRules,
    ...privilegeRules,
    ...budgetsRules,
    ...changeRules,
    ...riskRules,
    ...renderedRules,
    ...authorityRules,
  ],
  ({ code }) => code,
);

/** The rules about changes that a plan names without their message, and when. */
export const repeatedByItem: RepeatedByItem = new Map(
  rules.flatMap((rule) =>
    rule.level === 'change' && rule.repeatedByItem ? [[rule.code, rule.repeatedByItem] as const] : [],
  ),
);

const fromTheGravest = [...changeRules, ...riskRules].map(({ code }): string => code);

/** Sorts rules about changes, from the gravest. One that is not known is taken for grave. */
export function gravity(code: string): string {
  return String(fromTheGravest.indexOf(code) + 1).padStart(4, '0');
}
