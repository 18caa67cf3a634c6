import type { Namespace, Tenant } from '../../config/model/desired-state.ts';
import { productionOf } from '../../access/production.ts';
import { gatherPlaces } from '../../values/gathered-places.ts';
import type { ChangeContext } from '../rule.ts';
import { listed } from '../wording.ts';
import { clustersOf } from './sides.ts';

/**
 * Namespaces in a sentence about a change that takes something from all of them: none of production is left out, and of many
 * others patterns are named with what fits none, as in the plan. Reading the first few alone, nobody sees the odd one out.
 */
export function namespaceNames(
  { plan }: ChangeContext,
  all: readonly { readonly tenant: Tenant; readonly namespace: Namespace }[],
): string {
  const names = [...new Set(all.map(({ namespace }) => namespace.name))];
  if (names.length <= fewNames) return listed(names, fewNames);
  const { isPlace } = productionOf(plan.before, plan.after);
  const places = all.map(({ tenant, namespace }) => ({
    // Which clusters they are on is in the plan.
    cluster: '',
    namespace: namespace.name,
    tenant: tenant.name,
    production: clustersOf(namespace).some((cluster) =>
      isPlace(cluster, { kind: 'Namespace', namespace: namespace.name }),
    ),
  }));
  return gatherPlaces(places)
    .groups.map((group) => group.names.map((word) => (typeof word === 'string' ? word : `\`${word.name}\``)).join(''))
    .join('; ');
}

const fewNames = 8;
