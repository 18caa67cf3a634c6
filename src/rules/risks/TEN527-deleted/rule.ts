import type { Quota } from '../../../settings/schema.ts';
import type { Location } from '../../../source/diagnostic.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { oncePer } from '../../../values/once.ts';
import type { Meaning } from '../../../access/graph.ts';
import type { EntityItem, Plan } from '../../../plan/plan.ts';
import { originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { homeOf } from '../settings.ts';
import { organization, clustersOf, clustersText, inBaseOf } from '../on-clusters.ts';

export const deleted: ChangeRule = {
  level: 'change',
  code: 'TEN527',
  name: 'deleted',
  severity: 'note',
  summary: 'No namespace is deleted (S15, S16).',
  why: 'It is the second of two steps. Kubernetes deletes all that is in the namespace, volumes and secrets included, and nothing brings it back. Git does not know what is in there: look before you approve.',
  *check({ plan }) {
    for (const { item, settings } of clustersOf(plan, 'MarkedForDeletion', undefined)) {
      yield {
        message: `namespace \`${item.entity.name}\` is deleted from ${clustersText(settings)}, with all that is in it, irreversibly${atStake(plan, item)}`,
        at: entryOrList(plan, item),
        related: inBaseOf(settings, 'marked here'),
        items: [item.id],
        help: 'look what is left in it, and make sure that nobody needs it',
      };
    }
  },
};

/** The namespace's entry, if it is still on other clusters; else the list that it was in. */
function entryOrList(plan: Plan, item: EntityItem): Location {
  if (item.change !== 'removed') return at(homeOf(plan.after, item));
  const home = homeOf(plan.after, { entity: { kind: 'tenant', name: item.tenant ?? '' } });
  const isThere = home.file !== homeOf(plan.after, organization).file;
  return isThere ? atKey(originAt(home, 'spec', 'namespaces')) : at(home);
}

/** What the quota says of the data that may be in there. */
function atStake({ before }: Plan, { entity }: EntityItem): string {
  const quota = quotasOf(before).get(`${entity.cluster ?? ''}/${entity.name}`);
  const parts = quota ? dataOf(quota) : [];
  return parts.length === 0 ? '' : `; its quota let it have ${parts.join(' and ')}`;
}

/** The quotas of the tenants' namespaces, by `cluster/name`. */
const quotasOf = oncePer(
  ({ graph }: Meaning) =>
    new Map(
      graph.clusters.flatMap(({ cluster, namespaces }) =>
        namespaces.flatMap((entry) =>
          entry.kind === 'Tenant' ? [[`${cluster.name}/${entry.name}`, entry.namespace.quota?.value] as const] : [],
        ),
      ),
    ),
);

function dataOf({ storage, persistentVolumeClaims: claims }: Quota): string[] {
  return [
    ...(storage === undefined ? [] : [`${storage} of storage`]),
    ...(claims === undefined ? [] : [`${claims} volume ${claims === 1 ? 'claim' : 'claims'}`]),
  ];
}
