import type { Allocation, Quota, Tenant } from '../../config/model/desired-state.ts';
import type { Quantity } from '../../kubernetes/quantity.ts';
import { compareQuantities, parseQuantity, sumQuantities } from '../../kubernetes/quantity.ts';
import { oncePer } from '../../values/once.ts';
import { addTo, groupedBy } from '../../values/order.ts';
import type { QuotaEntry } from '../budgets/quotas.ts';
import { quotaEntries } from '../budgets/quotas.ts';

/** What a tenant's namespaces may use together, and what its allocations add up to. */

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
  for (const { name, quota, clusters } of tenant.namespaces) {
    if (seen.has(name)) continue;
    seen.add(name);
    const entries = quota ? quotaEntries(quota) : new Map<string, QuotaEntry>();
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

/** A quota with another amount for a key, by the name that `quotaEntries` gives it. */
export function withAmount(quota: Quota = {}, key: string, amount: string): Quota {
  switch (key) {
    case 'cpu':
    case 'memory':
    case 'storage':
      return { ...quota, [key]: amount };
    case 'pods':
    case 'persistentVolumeClaims':
    case 'loadBalancers':
    case 'nodePorts':
      return { ...quota, [key]: Number(amount) };
    default:
      return { ...quota, hard: { ...quota.hard, [key]: amount } };
  }
}

/** The most that is available on any day in one currency and period: `USD Year`. */
export interface BudgetPeak {
  readonly unit: string;
  readonly budget: Pick<Allocation['budget'], 'currency' | 'period'>;
  readonly amount: Quantity;
  /** The names of the allocations that add up to it. */
  readonly allocations: readonly string[];
}

/** The peaks of allocations, by currency and period. Those of other years do not add up. */
export function budgetPeaks(allocations: readonly Allocation[]): Map<string, BudgetPeak> {
  const byUnit = groupedBy(allocations, ({ budget: { currency, period } }) => `${currency} ${period}`);
  return new Map(
    Array.from(byUnit).flatMap(([unit, all]) => {
      const [first] = all;
      return first ? [[unit, peakOf(unit, all, first.budget)] as const] : [];
    }),
  );
}

/** Most is available on a day on which an allocation begins, or, of those without a beginning, ever before. */
function peakOf(unit: string, all: readonly Allocation[], { currency, period }: Allocation['budget']): BudgetPeak {
  const onDay = (day: string): BudgetPeak => {
    // What there is once is there once more with each of them, whenever that is.
    const available = all.filter(({ start = '', end = latest }) => period === 'Once' || (start <= day && day <= end));
    const amounts = available.map(({ budget }) => parseQuantity(budget.amount) ?? 0n);
    return {
      unit,
      budget: { currency, period },
      amount: sumQuantities(amounts),
      allocations: available.map(({ name }) => name),
    };
  };
  return all
    .map(({ start = '' }) => onDay(start))
    .reduce((most, one) => (compareQuantities(one.amount, most.amount) > 0 ? one : most), onDay(''));
}

/** Sorts after every day. */
const latest = '~';
