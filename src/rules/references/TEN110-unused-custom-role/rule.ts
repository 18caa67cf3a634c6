import type { DesiredState, Tenant } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { Finding, WholeRule } from '../../rule.ts';

export const unusedCustomRole: WholeRule = {
  level: 'whole',
  code: 'TEN110',
  name: 'unused-custom-role',
  severity: 'note',
  summary:
    'Every custom role is named by a share of its tenant, and what the organization offers by one of any tenant.',
  why: 'A role that nobody has still has to be read by whoever reviews what the tenant may do.',
  *check({ desired }) {
    for (const tenant of desired.tenants) yield* unusedOfTenant(tenant);
    if (desired.organization.complete) yield* unusedOfOrganization(desired);
  },
};

function* unusedOfTenant(tenant: Tenant): Iterable<Finding> {
  if (!tenant.complete || tenant.roles.length === 0) return;
  const used = new Set(rolesGivenBy(tenant));
  for (const { value, origin } of tenant.roles) {
    if (used.has(value.name)) continue;
    yield {
      message: `custom role \`${value.name}\` is not used by any share of tenant \`${tenant.name}\``,
      at: at(originAt(origin, 'name')),
      help: 'remove it, or name it in a share',
    };
  }
}

function* unusedOfOrganization({ organization, tenants, unreadable }: DesiredState): Iterable<Finding> {
  if (organization.roles.length + organization.clusterRoles.length === 0) return;
  // Who is not read may give it.
  if (unreadable.tenants.size > 0 || tenants.some(({ complete }) => !complete)) return;
  const used = new Set(tenants.flatMap(rolesGivenBy));
  for (const { value, origin } of organization.roles) {
    if (used.has(value.name)) continue;
    yield {
      message: `custom role \`${value.name}\` of the organization is not used by any share`,
      at: at(originAt(origin, 'name')),
      help: 'remove it, or name it in a share',
    };
  }
  for (const { value, origin } of organization.clusterRoles) {
    if (used.has(value)) continue;
    yield {
      message: `ClusterRole \`${value}\` is not used by any share`,
      at: at(origin),
      help: 'remove it, or name it in a share',
    };
  }
}

function rolesGivenBy({ defaultShares, namespaces }: Tenant): string[] {
  return [...defaultShares, ...namespaces.flatMap(({ ownShares }) => ownShares)].map(({ role }) => role);
}
