import { isProduction } from '../../../config/model/desired-state.ts';
import { atKey } from '../../../source/diagnostic.ts';
import type { Plan } from '../../../plan/plan.ts';
import { isolation } from '../../../settings/isolation.ts';
import { permits } from '../../../settings/order.ts';
import { tenant } from '../../../settings/tenant.ts';
import { textOf } from '../../../plan/facts.ts';
import { originAt } from '../../../source/source.ts';
import type { ChangeFinding, ChangeRule } from '../../rule.ts';
import type { ChangedSetting, Sentence } from '../settings.ts';
import { looserThanDefault } from './new-isolation.ts';
import { changedSettings, findingsAbout, loosened, values } from '../settings.ts';

export const protectionLowered: ChangeRule = {
  level: 'change',
  code: 'TEN529',
  name: 'protection-lowered',
  severity: 'note',
  summary:
    'What keeps tenants apart, and namespaces from deletion, stays, and holds for new namespaces; and production stays production.',
  why: 'A namespace without its network policy, or with a lower Pod Security Standard, works as before: nobody notices that it is open. A new one that begins without is one that the organization wanted otherwise. A lifted cordon or `deletion: Never` is a door that somebody had closed. On a cluster that no longer counts as production, no later plan warns of what is given.',
  repeatedByItem: 'when changed',
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
      setting === tenant.state && never.has(entity.name) && textOf(after) === 'Deactivated',
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
    case tenant.cordoned.name:
      return `the cordon of ${owners} is lifted`;
    case tenant.deletion.name:
      return `namespaces of ${owners} may be deleted: \`deletion\` goes ${values(change)}`;
    case tenant.state.name:
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
