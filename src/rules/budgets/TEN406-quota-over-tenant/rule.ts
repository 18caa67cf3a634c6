import type { Namespace, Tenant } from '../../../config/model/desired-state.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { at } from '../../../source/diagnostic.ts';
import { groupedBy, sortedBy } from '../../../values/order.ts';
import { compareQuantities, formatQuantity, sumQuantities } from '../../../kubernetes/quantity.ts';
import type { Origin } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';
import { listed, listedClusters, mostRelated } from '../../wording.ts';
import type { QuotaEntry } from '../quotas.ts';
import { quotaEntries } from '../quotas.ts';

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
    const parts = partsByCluster(tenant);
    for (const limit of quotaEntries(tenant.quota).values()) {
      const over = Array.from(parts, ([cluster, onCluster]) => {
        const contributions = onCluster.flatMap(({ name, entries }) => {
          const entry = entries.get(limit.name);
          return entry ? [{ name, entry }] : [];
        });
        return { cluster, contributions, sum: sumQuantities(contributions.map(({ entry }) => entry.amount)) };
      }).filter(({ sum }) => compareQuantities(sum, limit.amount) > 0);
      // The same namespaces on several clusters are one mistake.
      for (const same of groupedBy(
        sortedBy(over, (o) => o.cluster),
        (o) => String(o.sum),
      ).values()) {
        const [first] = same;
        if (!first) continue;
        yield {
          message: `the namespaces of tenant \`${tenant.name}\` have ${formatQuantity(first.sum, limit.text)} of ${limit.text} \`${limit.name}\` on ${listedClusters(same.map((o) => o.cluster))}`,
          at: at(limit.origin),
          label: "the tenant's quota on each cluster",
          related: largest(first.contributions),
          help: "lower the quotas of namespaces, or raise the tenant's",
        };
      }
    }
  },
};

interface Part {
  readonly name: string;
  readonly entries: ReadonlyMap<string, QuotaEntry>;
}

interface Contribution {
  readonly name: string;
  readonly entry: QuotaEntry;
}

function partsByCluster({ namespaces }: Tenant): Map<string, Part[]> {
  const known = new Map<Origin, Part['entries']>();
  const entriesOf = (quota: NonNullable<Namespace['quota']>): Part['entries'] => {
    const entries = known.get(quota.origin) ?? quotaEntries(quota);
    known.set(quota.origin, entries);
    return entries;
  };
  const parts = new Map<string, Part[]>();
  for (const { name, clusters, quota } of namespaces) {
    if (!quota) continue;
    for (const cluster of new Set(clusters.map((c) => c.value))) {
      const part = { name, entries: entriesOf(quota) };
      const there = parts.get(cluster);
      if (there) there.push(part);
      else parts.set(cluster, [part]);
    }
  }
  return parts;
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
