import type { Label } from '../../../source/diagnostic.ts';
import { at } from '../../../source/diagnostic.ts';
import { compareQuantities, formatQuantity } from '../../../kubernetes/quantity.ts';
import type { TenantRule } from '../../rule.ts';
import { listed, listedClusters, mostRelated } from '../../wording.ts';
import type { QuotaEntry } from '../quotas.ts';
import { overLimit, quotaEntries } from '../quotas.ts';

export const quotaOverTenant: TenantRule = {
  level: 'tenant',
  code: 'TEN406',
  name: 'quota-over-tenant',
  severity: 'error',
  summary: "On each cluster, the quotas of a tenant's namespaces add up to at most the tenant's quota (S47).",
  why: "Kubernetes holds each namespace to its own quota and knows of no tenant. The tenant's quota is held exactly when the sum fits into it.",
  *check({ tenant }) {
    // A quota that could not be read may leave a default in its place.
    if (!tenant.complete || !tenant.quota) return;
    for (const limit of quotaEntries(tenant.quota).values()) {
      for (const { clusters, limited, sum } of overLimit(tenant, limit)) {
        yield {
          message: `the namespaces of tenant \`${tenant.name}\` have ${formatQuantity(sum, limit.text)} of ${limit.text} \`${limit.name}\` on ${listedClusters(clusters)}`,
          at: at(limit.origin),
          label: "the tenant's quota on each cluster",
          related: largest(limited),
          help: "lower the quotas of namespaces, or raise the tenant's",
        };
      }
    }
  },
};

interface Contribution {
  readonly name: string;
  readonly entry: QuotaEntry;
}

/** The quotas that take most; one that several namespaces get counts for all of them. */
function largest(contributions: readonly Contribution[]): Label[] {
  const names = new Map<QuotaEntry, string[]>();
  for (const { name, entry } of contributions) {
    const users = names.get(entry);
    if (users) users.push(name);
    else names.set(entry, [name]);
  }
  return Array.from(names)
    .sort(([a, forA], [b, forB]) => compareQuantities(b.amount * BigInt(forB.length), a.amount * BigInt(forA.length)))
    .slice(0, mostRelated)
    .map(([entry, users]) => ({
      location: at(entry.origin),
      message: `${listed(users)}: ${entry.text}${users.length > 1 ? ' each' : ''}`,
    }));
}
