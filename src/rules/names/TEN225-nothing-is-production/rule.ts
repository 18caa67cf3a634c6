import { isProduction, isProductionByLabels } from '../../../config/model/desired-state.ts';
import { atFile } from '../../../source/diagnostic.ts';
import { labelsText } from '../../wording.ts';
import type { WholeRule } from '../../rule.ts';

export const nothingIsProduction: WholeRule = {
  level: 'whole',
  code: 'TEN225',
  name: 'nothing-is-production',
  severity: 'note',
  summary: 'Some cluster or some namespace is of production, by its labels.',
  why: 'What is given on production stands first in a plan, with rules of its own. Where the labels of `changes.production` and `changes.productionNamespaces` are on nothing, no plan ever warns: mostly because the organization calls production something else.',
  *check({ desired: { organization, clusters, tenants, unreadable } }) {
    const isAllRead =
      organization.complete &&
      unreadable.clusters.size + unreadable.tenants.size === 0 &&
      [...clusters, ...tenants].every(({ complete }) => complete);
    if (!isAllRead || clusters.length === 0) return;
    if (clusters.some((cluster) => isProduction(organization, cluster))) return;
    const namespaces = tenants.flatMap((tenant) => tenant.namespaces);
    if (namespaces.some((namespace) => isProductionByLabels(organization, namespace))) return;
    const { production, productionNamespaces } = organization;
    yield {
      message: `nothing is production: no cluster has ${labelsText(production)}${productionNamespaces ? `, and no namespace ${labelsText(productionNamespaces)}` : ''}`,
      at: atFile(organization.origin.file),
      help: `label the clusters of production, or write the labels that they have as \`changes.production\`${productionNamespaces ? '' : ', those of namespaces on shared clusters as `changes.productionNamespaces`'}`,
    };
  },
};
