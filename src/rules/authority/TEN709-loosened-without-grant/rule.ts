import { ceilingsOf } from '../../../config/model/ceilings.ts';
import type { Located, Quota, Tenant } from '../../../config/model/desired-state.ts';
import type { Quantity } from '../../../kubernetes/quantity.ts';
import { compareQuantities, formatQuantity } from '../../../kubernetes/quantity.ts';
import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import { withoutShared } from '../../../values/shared.ts';
import { largestOf, overLimit, quotaEntries, quotasByCluster, totalOf, withAmount } from '../../budgets/quotas.ts';
import { clustersOf, hasBase, itemsIn, namespaceItemsIn } from '../../change/sides.ts';
import type { ChangeFinding, ChangeRule } from '../../rule.ts';
import { listed, listedClusters } from '../../wording.ts';
import { stayWithinOr } from '../grant.ts';
import { budgetPeaks } from '../budget-peaks.ts';

export const loosenedWithoutGrant: ChangeRule = {
  level: 'change',
  code: 'TEN709',
  name: 'loosened-without-grant',
  severity: 'error',
  summary:
    'Where the admins grant no quota, no budget or no deletion, a tenant keeps to what it had: its quotas and its allocations add up to no more, and `deletion: Never` stays (S1, S53).',
  why: "How much is too much depends on the organization, so no number holds for all. Until its admins give one, what they have let be merged is the limit. Otherwise the owners' own file would be the only place that holds them.",
  *check(context) {
    if (!hasBase(context)) return;
    const { before, after } = context;
    const { organization } = after.desired;
    if (!organization.complete || !before.desired.organization.complete) return;
    const known = itemsIn(context.plan);
    const itemsOf = namespaceItemsIn(context.plan);
    const old = new Map(before.desired.tenants.map((tenant) => [tenant.name, tenant]));
    for (const tenant of withoutShared(after.desired.tenants, before.desired.tenants)) {
      const was = old.get(tenant.name);
      // A file that is new is added by an admin: no owner owns it yet.
      if (!was?.complete || !tenant.complete) continue;
      const ceilings = ceilingsOf(organization, tenant.name);
      const items = [
        ...known(`tenant/${tenant.name}`),
        ...tenant.namespaces.flatMap((namespace) => itemsOf(namespace.name, clustersOf(namespace))),
      ];
      const findings = [
        ...moreQuota(was, tenant, ceilings.quota),
        ...(ceilings.budgets ? [] : moreMoney(was, tenant)),
        ...(ceilings.deletion?.value === 'TwoStep' ? [] : deletionAllowed(was, tenant)),
      ];
      for (const finding of findings) yield { ...finding, items };
    }
  },
};

/** A key of a quota, with the most that a tenant may use of it on any of its clusters; undefined for no limit. */
function mostByKey(tenant: Tenant): Map<string, Quantity | undefined> {
  const clusters = quotasByCluster(tenant);
  const keys = new Set(
    clusters.flatMap(({ namespaces }) => namespaces.flatMap(({ entries }) => Array.from(entries.keys()))),
  );
  return new Map(
    Array.from(keys, (key) => {
      const totals = clusters.map((there) => totalOf(there, key));
      if (totals.some(({ unlimited }) => unlimited.length > 0)) return [key, undefined];
      return [key, totals.reduce((most, { sum }) => (sum > most ? sum : most), 0n)];
    }),
  );
}

function* moreQuota(was: Tenant, tenant: Tenant, granted: Located<Quota> | undefined): Iterable<ChangeFinding> {
  const now = quotasByCluster(tenant);
  const held = granted ? quotaEntries(granted) : new Map<string, unknown>();
  for (const [key, most] of mostByKey(was)) {
    // What is granted, TEN702 looks at.
    if (most === undefined || held.has(key)) continue;
    const unlimited = new Set(now.flatMap((there) => totalOf(there, key).unlimited));
    const first = tenant.namespaces.find(({ name }) => unlimited.has(name));
    const had = formatQuantity(most);
    if (first) {
      yield {
        message: `${listed(Array.from(unlimited))} may use any amount of \`${key}\`: before, all namespaces of tenant \`${tenant.name}\` together could use ${had} on a cluster`,
        at: at(first.quota?.origin ?? first.nameOrigin),
        help: `give it a \`quota\` of \`${key}\`, or ask the admins for a \`quota\` that is granted to tenant \`${tenant.name}\`: it is shared out among all its namespaces`,
      };
      continue;
    }
    for (const { clusters, limited, sum } of overLimit(tenant, { name: key, amount: most })) {
      const largest = largestOf(limited.map(({ entry }) => entry));
      const [has, before] = [sum, most].map((amount) => formatQuantity(amount, largest?.text));
      yield {
        message: `the namespaces of tenant \`${tenant.name}\` may use ${has ?? ''} of \`${key}\` together on ${listedClusters(clusters)}, and before ${before ?? ''}: nobody granted more`,
        at: at(largest?.origin ?? tenant.origin),
        ...stayWithinOr('lower the quota', tenant.name, { quota: withAmount(granted?.value, key, has ?? '') }),
      };
    }
  }
}

function* moreMoney(was: Tenant, tenant: Tenant): Iterable<ChangeFinding> {
  const before = budgetPeaks(was.allocations.map(({ value }) => value));
  const after = budgetPeaks(tenant.allocations.map(({ value }) => value));
  for (const { unit, budget, amount, allocations } of after.values()) {
    const had = before.get(unit)?.amount ?? 0n;
    if (compareQuantities(amount, had) <= 0) continue;
    const last = tenant.allocations.findLast(({ value }) => allocations.includes(value.name));
    yield {
      message: `${listed(allocations)} of tenant \`${tenant.name}\` ${allocations.length === 1 ? 'is' : 'add up to'} ${formatQuantity(amount)} ${unit}, and before ${had === 0n ? 'there was no such budget' : `it was ${formatQuantity(had)}`}: nobody granted more`,
      at: at(last?.origin ?? tenant.origin),
      ...stayWithinOr('keep to the budget', tenant.name, {
        budgets: [{ amount: formatQuantity(amount), ...budget }],
      }),
    };
  }
}

function* deletionAllowed(was: Tenant, tenant: Tenant): Iterable<ChangeFinding> {
  const isHeld = ({ deletion, state }: Tenant): boolean => deletion.value === 'Never' && state.value === 'Active';
  if (!isHeld(was) || isHeld(tenant)) return;
  const key = tenant.deletion.value === 'Never' ? tenant.state : tenant.deletion;
  yield {
    message: `tenant \`${tenant.name}\` never deletes namespaces, and with this change it may: nobody granted that`,
    at: at(key.byDefault ? tenant.origin : key.origin),
    related: [{ location: at(inBase(was.deletion.origin)), message: 'in the base' }],
    ...stayWithinOr('leave it as it is', tenant.name, { deletion: 'TwoStep' }),
  };
}
