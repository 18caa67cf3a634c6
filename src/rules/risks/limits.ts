import { isProduction } from '../../config/model/desired-state.ts';
import { atKey } from '../../source/diagnostic.ts';
import type { Plan } from '../../plan/plan.ts';
import { isolation } from '../../settings/isolation.ts';
import { permits, sameUnit } from '../../settings/order.ts';
import { organization as organizationTable, removals } from '../../settings/organization.ts';
import { containerLimitsKey, quotaKey } from '../../settings/quota.ts';
import { tenant as tenantTable } from '../../settings/tenant.ts';
import { textOf } from '../../plan/facts.ts';
import { originAt } from '../../source/source.ts';
import type { ChangeFinding, ChangeRule } from '../rule.ts';
import { organization, tenant } from './example.ts';
import type { ChangedSetting, Sentence } from './settings.ts';
import { looserThanDefault } from './new-isolation.ts';
import { changedSettings, findingsAbout, loosened, values } from './settings.ts';

export const limitRaised: ChangeRule = {
  level: 'change',
  code: 'TEN528',
  name: 'limit-raised',
  severity: 'note',
  summary:
    'Limits, quotas, budgets and rails stay as they are, and nothing is excepted from a rule that was not before.',
  why: 'A limit holds until somebody raises it, and one line does. So a change that does is seen as such: what it allows may come in another one.',
  bad: {
    before: organization('  limits: { namespacesPerTenant: 10 }\n'),
    after: organization('  limits: { namespacesPerTenant: 20 }\n'),
  },
  good: {
    before: organization('  limits: { namespacesPerTenant: 10 }\n'),
    after: organization('  limits: { namespacesPerTenant: 5 }\n'),
  },
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
    case organizationTable.protectedNamespaces.name:
      return `${parts.join(' and ')} ${parts.length === 1 ? 'is' : 'are'} no longer protected: tenants may take such names`;
    case organizationTable.exceptions.name:
      return `${parts.length === 1 ? 'an exception is' : 'exceptions are'} made, or made to last longer: ${parts.join(', ')}`;
    case tenantTable.allocations.name:
      return change.before
        ? `the budget of ${parts.join(' and ')} of ${owners} goes ${values(change)}`
        : `${owners} gets a budget more: ${parts.join(' and ')}, ${textOf(change.after) ?? ''}`;
    case containerLimitsKey.name:
      return `containers in ${owners} may have more: \`containerLimits\` goes ${values(change)}`;
    default:
      return `\`${name}\` of ${owners} goes ${values(change)}`;
  }
}

export const protectionLowered: ChangeRule = {
  level: 'change',
  code: 'TEN529',
  name: 'protection-lowered',
  severity: 'note',
  summary:
    'What keeps tenants apart, and namespaces from deletion, stays, and holds for new namespaces; and production stays production.',
  why: 'A namespace without its network policy, or with a lower Pod Security Standard, works as before: nobody notices that it is open. A new one that begins without is one that the organization wanted otherwise. A lifted cordon or `deletion: Never` is a door that somebody had closed. On a cluster that no longer counts as production, no later plan warns of what is given.',
  bad: {
    before: tenant('  namespaces:\n    - name: prod\n'),
    after: tenant('  isolation: { network: None }\n  namespaces:\n    - name: prod\n'),
  },
  good: {
    before: tenant('  namespaces:\n    - name: prod\n'),
    after: tenant('  isolation: { podSecurity: restricted }\n  namespaces:\n    - name: prod\n'),
  },
  *check({ plan }) {
    yield* findingsAbout(plan, [...loosened(plan, 'protection'), ...deactivated(plan)], sayProtection);
    yield* looserThanDefault(plan);
    yield* noLongerProduction(plan);
  },
};

/** A deactivated tenant lets its namespaces go, in spite of `deletion: Never`. */
function deactivated(plan: Plan): ChangedSetting[] {
  const never = new Set(
    plan.after.desired.tenants.flatMap(({ name, deletion }) => (deletion.value === 'Never' ? [name] : [])),
  );
  return changedSettings(plan).filter(
    ({ item: { entity }, setting: { setting, after } }) =>
      setting === tenantTable.state && never.has(entity.name) && textOf(after) === 'Deactivated',
  );
}

function* noLongerProduction({ before, after, items }: Plan): Iterable<ChangeFinding> {
  const was = new Map(before.desired.clusters.map((cluster) => [cluster.name, cluster]));
  const gone = after.desired.clusters.filter((cluster) => {
    const old = was.get(cluster.name);
    return old && isProduction(before.desired.organization, old) && !isProduction(after.desired.organization, cluster);
  });
  const ids = new Set(items.map(({ id }) => id));
  for (const { name, origin } of gone) {
    const own = `cluster/${name}`;
    const isOwn = ids.has(own);
    yield {
      message: `cluster \`${name}\` no longer counts as production: plans will not warn of what is given there`,
      at: isOwn
        ? atKey(originAt(origin, 'spec', 'labels'))
        : atKey(originAt(after.desired.organization.origin, 'spec', 'changes', 'production')),
      items: [isOwn ? own : 'organization/'],
    };
  }
}

function sayProtection({ name, parts, owners, change }: Sentence): string {
  switch (name) {
    case tenantTable.cordoned.name:
      return `the cordon of ${owners} is lifted`;
    case tenantTable.deletion.name:
      return `namespaces of ${owners} may be deleted: \`deletion\` goes ${values(change)}`;
    case tenantTable.state.name:
      return `${owners} is deactivated: its namespaces may be marked for deletion, in spite of \`deletion: Never\``;
    case isolation.nodeSelector.name:
      return parts.length === 0
        ? `pods of ${owners} may run on any node: \`nodeSelector\` no longer names one`
        : `pods of ${owners} may run on more nodes: ${parts.join(' and ')} no longer holds them back`;
    default:
      if (change.setting.order !== permits) return `\`${name}\` of ${owners} goes ${values(change)}`;
      return parts.length === 0
        ? `\`${name}\` of ${owners} is no longer limited`
        : `\`${name}\` of ${owners} now allows ${parts.join(' and ')}`;
  }
}
