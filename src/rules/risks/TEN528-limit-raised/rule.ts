import type { Plan } from '../../../plan/plan.ts';
import { sameUnit } from '../../../settings/order.ts';
import { removals } from '../../../settings/changes.ts';
import { organization } from '../../../settings/organization.ts';
import { containerLimitsKey, quotaKey } from '../../../settings/quota.ts';
import { tenant } from '../../../settings/tenant.ts';
import { textOf } from '../../../plan/facts.ts';
import type { ChangeRule } from '../../rule.ts';
import type { ChangedSetting, Sentence } from '../settings.ts';
import { changedSettings, findingsAbout, loosened, values } from '../settings.ts';

export const limitRaised: ChangeRule = {
  level: 'change',
  code: 'TEN528',
  name: 'limit-raised',
  severity: 'note',
  summary:
    'Limits, quotas, budgets and rails stay as they are, and nothing is excepted from a rule that was not before.',
  why: 'A limit holds until somebody raises it, and one line does. So a change that does is seen as such: what it allows may come in another one.',
  repeatedByItem: 'always',
  *check({ plan }) {
    yield* findingsAbout(plan, [...loosened(plan, 'limit'), ...otherMoney(plan)], sayLimit);
  },
};

/** Budgets in another currency or for another period: whether that is more, nobody can tell from the numbers. */
function otherMoney(plan: Plan): ChangedSetting[] {
  return changedSettings(plan).filter(({ setting: { before, after } }) => {
    const [old, now] = [before?.value, after?.value];
    return old?.type === 'budget' && now?.type === 'budget' && !sameUnit(old.budget, now.budget);
  });
}

function sayLimit({ name, parts, owners, change }: Sentence): string {
  switch (name) {
    case quotaKey.name:
      return `the quota of ${owners} allows more: ${parts.join(', ')}`;
    case removals.namespaces.name:
      return `one change may take away more: ${parts.join(', ')}`;
    case organization.protectedNamespaces.name:
      return `${parts.join(' and ')} ${parts.length === 1 ? 'is' : 'are'} no longer protected: tenants may take such names`;
    case organization.exceptions.name:
      return `${parts.length === 1 ? 'an exception is' : 'exceptions are'} made, or made to last longer: ${parts.join(', ')}`;
    case organization.expected.name:
      return `\`drift\` no longer reports ${parts.join(' and ')}`;
    case tenant.allocations.name:
      return change.before
        ? `the budget of ${parts.join(' and ')} of ${owners} goes ${values(change)}`
        : `${owners} gets a budget more: ${parts.join(' and ')}, ${textOf(change.after) ?? ''}`;
    case containerLimitsKey.name:
      return `containers in ${owners} may have more: \`containerLimits\` goes ${values(change)}`;
    default:
      return `\`${name}\` of ${owners} goes ${values(change)}`;
  }
}
