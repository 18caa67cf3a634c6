import type { Meaning } from '../../../access/graph.ts';
import { isProduction, isProductionByLabels } from '../../../config/model/desired-state.ts';
import type { Cluster, Namespace } from '../../../config/model/desired-state.ts';
import type { Plan } from '../../../plan/plan.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import type { Location } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { groupedBy } from '../../../values/order.ts';
import { clustersOf, itemsIn, namespaceItemsIn } from '../../change/sides.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { placeOf } from '../access.ts';

export const productionNamespacesChanged: ChangeRule = {
  level: 'change',
  code: 'TEN551',
  name: 'production-namespaces-changed',
  severity: 'note',
  summary: 'Namespaces that are production by their labels stay it, and no other becomes it.',
  why: 'Whoever may set a label of `changes.productionNamespaces` decides of what plans warn. Where a namespace loses it, this plan is the last that warns of what is given there; where one gets it, what was given before was given without a warning.',
  *check({ plan }) {
    const known = itemsIn(plan);
    const itemsOf = namespaceItemsIn(plan);
    const changed = changedIn(plan);
    for (const all of groupedBy(changed, ({ is, where }) => `${String(is)}\n${where.key}`).values()) {
      const [first] = all;
      if (!first) continue;
      const names = [...new Set(all.map(({ namespace }) => namespace.name))];
      const items = all.flatMap(({ namespace }) => itemsOf(namespace.name, clustersOf(namespace)));
      const isOne = names.length === 1;
      yield {
        message: first.is
          ? `${listed(names, 40)} ${isOne ? 'becomes' : 'become'} production: plans warn of what is given there from now on`
          : `${listed(names, 40)} no longer ${isOne ? 'counts' : 'count'} as production: plans will not warn of what is given there`,
        at: first.where.at,
        items: first.where.isOfOrganization ? known('organization/') : [...new Set(items)],
      };
    }
  },
};

interface Changed {
  readonly namespace: Namespace;
  /** Whether it is of production now. */
  readonly is: boolean;
  readonly where: { readonly key: string; readonly at: Location; readonly isOfOrganization: boolean };
}

/** The namespaces that are there on both sides, and of production on one of them by their labels. */
function changedIn(plan: Plan): Changed[] {
  const { before, after } = plan;
  const [was, is] = [before.desired.organization, after.desired.organization];
  if (!was.productionNamespaces && !is.productionNamespaces) return [];
  const old = tenantsNamespaces(before);
  return Array.from(tenantsNamespaces(after)).flatMap(([place, now]): Changed[] => {
    const then = old.get(place);
    if (!then) return [];
    const byLabels = [isProductionByLabels(was, then.namespace), isProductionByLabels(is, now.namespace)];
    const all = [isProduction(was, then.cluster, then.namespace), isProduction(is, now.cluster, now.namespace)];
    // Of what is of production with its cluster, TEN529 speaks.
    if (byLabels[0] === byLabels[1] || all[0] === all[1]) return [];
    return [{ namespace: now.namespace, is: all[1] === true, where: whereOf(plan, then.namespace, now.namespace) }];
  });
}

/** The line of the label that makes it so; for one that is gone, its namespace; else what the organization looks for. */
function whereOf({ before, after }: Plan, then: Namespace, now: Namespace): Changed['where'] {
  const organization = after.desired.organization;
  const keys = Object.keys({
    ...before.desired.organization.productionNamespaces,
    ...organization.productionNamespaces,
  });
  const key = keys.find((one) => then.labels.get(one)?.value !== now.labels.get(one)?.value);
  if (key === undefined) {
    const origin = originAt(organization.origin, 'spec', 'changes', 'productionNamespaces');
    return { key: 'organization', at: atKey(origin), isOfOrganization: true };
  }
  const origin = now.labels.get(key)?.origin ?? now.nameOrigin;
  return { key: placeOf(origin), at: at(origin), isOfOrganization: false };
}

function tenantsNamespaces({ graph }: Meaning) {
  return new Map(
    graph.clusters.flatMap(({ cluster, namespaces }) =>
      namespaces.flatMap((entry): (readonly [string, { cluster: Cluster; namespace: Namespace }])[] =>
        entry.kind === 'Tenant' ? [[`${cluster.name}/${entry.name}`, { cluster, namespace: entry.namespace }]] : [],
      ),
    ),
  );
}
