import type { Namespace } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';
import { counted } from '../../../source/text.ts';
import { listed, mostRelated } from '../../wording.ts';
import type { QuotaEntry } from '../quotas.ts';
import { quotaEntries } from '../quotas.ts';

export const quotaMissing: TenantRule = {
  level: 'tenant',
  code: 'TEN410',
  name: 'quota-missing',
  severity: 'warning',
  summary: 'Where a tenant has a quota, each of its namespaces has one for the same things (S47).',
  why: 'Kubernetes knows of no tenant: its quota is held only through the quotas of its namespaces. A namespace without one may use whatever the cluster has.',
  *check({ tenant: { name, complete, quota, namespaces } }) {
    if (!complete || !quota) return;
    for (const { limits, without } of unlimited(Array.from(quotaEntries(quota).values()), namespaces)) {
      const [first] = without;
      const [limit] = limits;
      if (!first || !limit) continue;
      const keys = listed(limits.map((entry) => entry.name));
      const [place = first.nameOrigin, ...others] = new Set(without.map(placeOf));
      yield {
        message:
          without.length === 1
            ? `\`${first.name}\` has no quota on ${keys}, so that of tenant \`${name}\` cannot be held`
            : `${counted(without.length, 'namespace')} of tenant \`${name}\` have no quota on ${keys}, so that of the tenant cannot be held`,
        at: at(place),
        related: [
          { location: at(limit.origin), message: "the tenant's quota" },
          ...others.slice(0, mostRelated - 1).map((origin) => ({ location: at(origin), message: 'none here either' })),
        ],
        help: without.some(({ quota }) => quota === undefined)
          ? `add a \`quota\` with ${keys}, here or under \`defaults\``
          : `add ${keys} to the \`quota\``,
      };
    }
  },
};

/** Where a namespace would get its limit: the quota that it has, which may be the default of many, or its entry. */
function placeOf({ quota, nameOrigin }: Namespace): Origin {
  return quota ? quota.origin : nameOrigin;
}

interface Unlimited {
  readonly limits: QuotaEntry[];
  readonly without: readonly Namespace[];
}

/** The limits that namespaces lack, together where the same namespaces lack them. */
function unlimited(limits: readonly QuotaEntry[], namespaces: readonly Namespace[]): Iterable<Unlimited> {
  const placed = namespaces
    .filter(({ clusters }) => clusters.length > 0)
    .map((namespace) => ({ namespace, entries: namespace.quota && quotaEntries(namespace.quota) }));
  const found = new Map<string, Unlimited>();
  for (const limit of limits) {
    const without = placed.flatMap(({ namespace, entries }) => (entries?.has(limit.name) ? [] : [namespace]));
    const key = without.map(({ name }) => name).join(' ');
    const same = found.get(key);
    if (same) same.limits.push(limit);
    else if (without.length > 0) found.set(key, { limits: [limit], without });
  }
  return found.values();
}
