import type { Namespace, Tenant } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';
import { circles, parents } from '../inheritance.ts';

export const namespaceWithoutCluster: TenantRule = {
  level: 'tenant',
  code: 'TEN115',
  name: 'namespace-without-cluster',
  severity: 'error',
  summary: "Every namespace is on a cluster, by its own `clusters`, by inheritance or by its tenant's defaults (S4).",
  why: 'On no cluster nothing is rendered for it: it would look declared and be nowhere, and taking the last cluster away is no way to delete it.',
  *check({ tenant }) {
    if (!tenant.complete) return;
    for (const { name, nameOrigin } of withoutCluster(tenant)) {
      yield {
        message: `namespace \`${name}\` is on no cluster`,
        at: at(nameOrigin),
        help: `add \`clusters\` to it, or to \`defaults\` in ${tenant.origin.file} for all namespaces that do not say`,
      };
    }
  },
};

/** The namespaces that are on no cluster by their own fault, not because something is wrong with what they inherit. */
function withoutCluster(tenant: Tenant): Namespace[] {
  const bare = tenant.namespaces.filter((n) => n.clusters.length === 0);
  if (bare.length === 0) return [];
  const parentOf = parents(tenant);
  const circular = new Set(circles(tenant).flat());
  return bare.filter((namespace) => {
    if (!namespace.inherits) return true;
    const parent = parentOf.get(namespace);
    return parent !== undefined && !circular.has(namespace) && parent.clusters.length > 0;
  });
}
