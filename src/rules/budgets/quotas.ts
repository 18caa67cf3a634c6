import type { Located, Quota, Tenant } from '../../config/model/desired-state.ts';
import { quotaKeys } from '../../settings/quota.ts';
import type { Quantity } from '../../kubernetes/quantity.ts';
import { compareQuantities, parseQuantity, sumQuantities } from '../../kubernetes/quantity.ts';
import { countsObjects } from '../../kubernetes/resource-quota.ts';
import { oncePer } from '../../values/once.ts';
import { addTo, groupedBy, sortedBy } from '../../values/order.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';

/** The named key for a key of a ResourceQuota that has one. Kubernetes takes `cpu` for `requests.cpu`, too. */
export const namedKeyOf: ReadonlyMap<string, (typeof quotaKeys)[number][0]> = new Map([
  ...quotaKeys.map(([name, key]) => [key, name] as const),
  ['cpu', 'cpu'],
  ['memory', 'memory'],
]);

/** One limit of a quota. */
export interface QuotaEntry {
  /** As config files write it where they have a name for it: `cpu`, `limits.memory`. */
  readonly name: string;
  readonly text: string;
  readonly amount: Quantity;
  readonly origin: Origin;
}

/** The limits of a quota by their name, however they are written. */
export function quotaEntries({ value, origin }: Located<Quota>): ReadonlyMap<string, QuotaEntry> {
  const entries = new Map<string, QuotaEntry>();
  const add = (name: string, text: string, place: Origin): void => {
    const amount = parseQuantity(text);
    if (amount !== undefined && !entries.has(name)) entries.set(name, { name, text, amount, origin: place });
  };
  for (const [name] of quotaKeys) {
    const limit = value[name];
    if (limit !== undefined) add(name, String(limit), originAt(origin, name));
  }
  for (const [key, text] of Object.entries(value.hard ?? {})) {
    add(namedKeyOf.get(key) ?? key, text, originAt(origin, 'hard', key));
  }
  return entries;
}

/** A tenant's namespaces on one cluster, by what their quotas say. */
export interface QuotasOnCluster {
  readonly cluster: string;
  readonly namespaces: readonly NamespaceQuota[];
}

interface NamespaceQuota {
  readonly name: string;
  /** By the names that config files use; empty where there is no quota. */
  readonly entries: ReadonlyMap<string, QuotaEntry>;
}

/** The quotas of a tenant's namespaces, by cluster; an entry that repeats another is a mistake of its own. */
export const quotasByCluster = oncePer((tenant: Tenant): readonly QuotasOnCluster[] => {
  const byCluster = new Map<string, NamespaceQuota[]>();
  const seen = new Set<string>();
  // A quota that several namespaces get is one.
  const known = new Map<Origin, NamespaceQuota['entries']>();
  for (const { name, quota, clusters } of tenant.namespaces) {
    if (seen.has(name)) continue;
    seen.add(name);
    const entries = (quota && known.get(quota.origin)) ?? (quota ? quotaEntries(quota) : new Map<string, QuotaEntry>());
    if (quota) known.set(quota.origin, entries);
    for (const cluster of new Set(clusters.map(({ value }) => value))) addTo(byCluster, cluster, { name, entries });
  }
  return Array.from(byCluster, ([cluster, namespaces]) => ({ cluster, namespaces }));
});

/** How much of something the namespaces of a tenant may use on a cluster, and which of them without a limit. */
export function totalOf({ namespaces }: QuotasOnCluster, key: string) {
  const limited = namespaces.flatMap(({ name, entries }) => {
    const entry = entries.get(key);
    return entry ? [{ name, entry }] : [];
  });
  return {
    limited,
    unlimited: namespaces.filter(({ entries }) => !entries.has(key)).map(({ name }) => name),
    sum: sumQuantities(limited.map(({ entry }) => entry.amount)),
  };
}

/** Where the quotas of a tenant's namespaces add up to more than a limit: the same namespaces on several clusters once. */
export function overLimit(tenant: Tenant, limit: Pick<QuotaEntry, 'name' | 'amount'>) {
  const over = quotasByCluster(tenant)
    .map((there) => ({ cluster: there.cluster, ...totalOf(there, limit.name) }))
    .filter(({ sum }) => compareQuantities(sum, limit.amount) > 0);
  const bySum = groupedBy(
    sortedBy(over, ({ cluster }) => cluster),
    ({ sum }) => sum,
  );
  return Array.from(bySum.values()).flatMap((same) => {
    const [first] = same;
    return first ? [{ ...first, clusters: same.map(({ cluster }) => cluster) }] : [];
  });
}

/** The largest of several limits. */
export function largestOf(entries: readonly QuotaEntry[]): QuotaEntry | undefined {
  return entries.reduce<QuotaEntry | undefined>(
    (most, one) => (most && compareQuantities(most.amount, one.amount) >= 0 ? most : one),
    undefined,
  );
}

/** A quota with another amount for a key, by the name that `quotaEntries` gives it. */
export function withAmount(quota: Quota = {}, name: string, amount: string): Quota {
  const key = new Map<string, string>(quotaKeys).get(name);
  if (key === undefined) return { ...quota, hard: { ...quota.hard, [name]: amount } };
  return { ...quota, [name]: countsObjects(key) ? Number(amount) : amount };
}
