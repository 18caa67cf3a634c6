import { ceilingsOf } from '../../../config/model/ceilings.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../../../kubernetes/quantity.ts';
import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { stayWithinOr } from '../grant.ts';
import { budgetPeaks } from '../budget-peaks.ts';

export const budgetBeyondGrant: TenantRule = {
  level: 'tenant',
  code: 'TEN703',
  name: 'budget-beyond-grant',
  severity: 'error',
  summary: 'Where the admins say how much a tenant may spend, its allocations add up to no more on any day (S1, S51).',
  why: 'Whoever spends a budget does not set it. Money in another currency or for another period is another budget, as nobody can say which is more.',
  limit: ['limits'],
  *check({ tenant, platform: { organization } }) {
    if (!organization.complete || !tenant.complete) return;
    const { budgets } = ceilingsOf(organization, tenant.name);
    if (!budgets) return;
    for (const { unit, budget, amount, allocations } of budgetPeaks(
      tenant.allocations.map(({ value }) => value),
    ).values()) {
      const granted = budgets.value.find(({ currency, period }) => `${currency} ${period}` === unit);
      if (granted && compareQuantities(amount, parseQuantity(granted.amount) ?? 0n) <= 0) continue;
      const sum = formatQuantity(amount);
      const others = budgets.value.filter((one) => one !== granted);
      const last = tenant.allocations.findLast(({ value }) => allocations.includes(value.name));
      yield {
        message: `${listed(allocations)} of tenant \`${tenant.name}\` ${allocations.length === 1 ? 'is' : 'add up to'} ${sum} ${unit}, and ${granted ? `${granted.amount} ${unit} is granted` : `nothing is granted in ${budget.currency} for this period`}`,
        at: at(last?.origin ?? tenant.origin),
        related: [{ location: at(budgets.origin), message: 'granted' }],
        ...stayWithinOr('lower it', tenant.name, { budgets: [...others, { amount: sum, ...budget }] }),
      };
    }
  },
};
