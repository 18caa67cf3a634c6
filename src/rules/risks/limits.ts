import { isProduction } from '../../config/model/desired-state.ts';
import { atKey } from '../../source/diagnostic.ts';
import type { Plan } from '../../plan/plan.ts';
import { originAt } from '../../source/source.ts';
import type { ChangeFinding, ChangeRule } from '../rule.ts';
import { organization, tenant } from './example.ts';
import type { ChangedSetting, Sentence } from './settings.ts';
import { looserThanDefault } from './new-isolation.ts';
import { changedSettings, findingsAbout, loosened, values } from './settings.ts';

const limits: ReadonlySet<string> = new Set([
  'namespacesPerTenant',
  'shareDays',
  'identifierMaxLength',
  'tenantPrefix',
  'typescript',
  'removals',
  'quota',
  'protected namespace',
  'exception',
  'allocation',
  'containerLimits',
]);

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
    yield* findingsAbout(plan, [...loosened(plan, limits), ...otherMoney(plan)], sayLimit);
  },
};

/** Budgets in another currency or for another period: whether that is more, nobody can tell from the numbers. */
function otherMoney(plan: Plan): ChangedSetting[] {
  const unit = (value: string): string => value.split(' ').slice(1, 3).join(' ');
  return changedSettings(plan).filter(
    ({ setting: { about, item, before, after } }) =>
      about === 'allocation' && item !== undefined && before && after && unit(before.value) !== unit(after.value),
  );
}

function sayLimit({ about, parts, owners, setting }: Sentence): string {
  switch (about) {
    case 'quota':
      return `the quota of ${owners} allows more: ${parts.join(', ')}`;
    case 'removals':
      return `one change may take away more: ${parts.join(', ')}`;
    case 'protected namespace':
      return `${parts.join(' and ')} ${parts.length === 1 ? 'is' : 'are'} no longer protected: tenants may take such names`;
    case 'exception':
      return `${parts.length === 1 ? 'an exception is' : 'exceptions are'} made, or made to last longer: ${parts.join(', ')}`;
    case 'allocation':
      return setting.before
        ? `the budget of ${parts.join(' and ')} of ${owners} goes ${values(setting)}`
        : `${owners} gets a budget more: ${parts.join(' and ')}, ${setting.after?.value ?? ''}`;
    case 'containerLimits':
      return `containers in ${owners} may have more: \`containerLimits\` goes ${values(setting)}`;
    default:
      return `\`${about}\` of ${owners} goes ${values(setting)}`;
  }
}

/** What keeps tenants apart, and namespaces from harm. */
const protections: ReadonlySet<string> = new Set([
  'network',
  'podSecurity',
  'nodeSelector',
  'registries',
  'storageClasses',
  'ingressClasses',
  'runtimeClasses',
  'priorityClasses',
  'cordoned',
  'deletion',
]);

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
    yield* findingsAbout(plan, [...loosened(plan, protections), ...deactivated(plan)], sayProtection);
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
    ({ item: { entity }, setting: { about, after } }) =>
      entity.kind === 'tenant' && never.has(entity.name) && about === 'state' && after?.value === 'Deactivated',
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

function sayProtection({ about, parts, owners, setting }: Sentence): string {
  switch (about) {
    case 'cordoned':
      return `the cordon of ${owners} is lifted`;
    case 'deletion':
      return `namespaces of ${owners} may be deleted: \`deletion\` goes ${values(setting)}`;
    case 'state':
      return `${owners} is deactivated: its namespaces may be marked for deletion, in spite of \`deletion: Never\``;
    case 'nodeSelector':
      return parts.length === 0
        ? `pods of ${owners} may run on any node: \`nodeSelector\` no longer names one`
        : `pods of ${owners} may run on more nodes: ${parts.join(' and ')} no longer holds them back`;
    case 'network':
    case 'podSecurity':
      return `\`${about}\` of ${owners} goes ${values(setting)}`;
    default:
      return parts.length === 0
        ? `\`${about}\` of ${owners} is no longer limited`
        : `\`${about}\` of ${owners} now allows ${parts.join(' and ')}`;
  }
}
