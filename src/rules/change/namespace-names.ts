import type { Namespace, Tenant } from '../../config/model/desired-state.ts';
import { isProduction } from '../../config/model/desired-state.ts';
import { gatherPlaces } from '../../values/gathered-places.ts';
import type { RuleContext } from '../rule.ts';
import { listed } from '../wording.ts';
import { clustersOf } from './sides.ts';

/**
 * Namespaces in a sentence about a change that takes something from all of them: none of production is left out, and of many
 * others patterns are named with what fits none, as in the plan. Reading the first few alone, nobody sees the odd one out.
 */
export function namespaceNames(
  { desired: { organization, clusters } }: RuleContext,
  all: readonly { readonly tenant: Tenant; readonly namespace: Namespace }[],
): string {
  const ofProduction = new Set(
    clusters.filter((cluster) => isProduction(organization, cluster)).map(({ name }) => name),
  );
  const names = [...new Set(all.map(({ namespace }) => namespace.name))];
  if (names.length <= fewNames) return listed(names, fewNames);
  const places = all.map(({ tenant, namespace }) => ({
    // Which clusters they are on is in the plan.
    cluster: '',
    namespace: namespace.name,
    tenant: tenant.name,
    production: clustersOf(namespace).some((name) => ofProduction.has(name)),
  }));
  return gatherPlaces(places)
    .groups.map((group) => group.names.map((word) => (typeof word === 'string' ? word : `\`${word.name}\``)).join(''))
    .join('; ');
}

const fewNames = 8;
