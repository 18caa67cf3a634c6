import { ceilingsOf } from '../../../config/model/ceilings.ts';
import type { Located, Quota, Tenant } from '../../../config/model/desired-state.ts';
import { formatQuantity } from '../../../kubernetes/quantity.ts';
import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { QuotaEntry } from '../../budgets/quotas.ts';
import { largestOf, overLimit, quotaEntries, quotasByCluster, totalOf, withAmount } from '../../budgets/quotas.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import { listed, listedClusters } from '../../wording.ts';
import { stayWithinOr } from '../grant.ts';

export const quotaBeyondGrant: TenantRule = {
  level: 'tenant',
  code: 'TEN702',
  name: 'quota-beyond-grant',
  severity: 'error',
  summary:
    'Where the admins say how much a tenant may use, every namespace of it has a quota, and on each cluster these add up to no more (S1, S47).',
  why: "Kubernetes holds each namespace to its own quota, which the tenant's owners write. What they write is held by what the admins granted, and a namespace without a quota is not held at all.",
  limit: ['limits'],
  *check({ tenant, platform: { organization } }) {
    // A quota that could not be read may leave another in its place.
    if (!organization.complete || !tenant.complete) return;
    const { quota } = ceilingsOf(organization, tenant.name);
    if (!quota) return;
    for (const granted of quotaEntries(quota).values()) {
      yield* withoutLimit(tenant, granted, quota);
      yield* tooMuch(tenant, granted, quota);
    }
  },
};

function* withoutLimit(tenant: Tenant, granted: QuotaEntry, quota: Located<Quota>): Iterable<Finding> {
  const names = new Set(quotasByCluster(tenant).flatMap((there) => totalOf(there, granted.name).unlimited));
  const namespaces = tenant.namespaces.filter(({ name }) => names.has(name));
  // Those that share a quota, or have none from nobody, have one mistake.
  for (const same of groupedBy(namespaces, ({ quota: own }) => own?.origin ?? tenant.origin).values()) {
    const [first] = same;
    if (!first) continue;
    yield {
      message: `${listed(same.map(({ name }) => name))} may use any amount of \`${granted.name}\`: ${granted.text} is granted to tenant \`${tenant.name}\` on each cluster`,
      at: at(first.quota?.origin ?? first.nameOrigin),
      related: [{ location: at(quota.origin), message: 'granted' }],
      help: `give ${same.length === 1 ? 'it' : 'each of them'} a \`quota\` of \`${granted.name}\``,
    };
  }
}

function* tooMuch(tenant: Tenant, granted: QuotaEntry, quota: Located<Quota>): Iterable<Finding> {
  for (const { clusters, limited, sum: amount } of overLimit(tenant, granted)) {
    const sum = formatQuantity(amount, granted.text);
    yield {
      message: `the quotas of tenant \`${tenant.name}\` add up to ${sum} of \`${granted.name}\` on ${listedClusters(clusters)}, and ${granted.text} is granted`,
      at: at(largestOf(limited.map(({ entry }) => entry))?.origin ?? tenant.origin),
      related: [{ location: at(quota.origin), message: 'granted' }],
      ...stayWithinOr('lower them', tenant.name, { quota: withAmount(quota.value, granted.name, sum) }),
    };
  }
}
