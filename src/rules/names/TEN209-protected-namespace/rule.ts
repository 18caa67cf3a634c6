import type { Organization } from '../../../config/model/desired-state.ts';
import { isProtectedNamespace } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import type { Claim } from '../claims.ts';
import { platformClaims, tenantClaims } from '../claims.ts';

export const protectedNamespace: TenantRule = {
  level: 'tenant',
  code: 'TEN209',
  name: 'protected-namespace',
  severity: 'error',
  summary:
    "No namespace of a tenant or a group is `default`, `kube-*` or another of the organization's `protectedNamespaces` (S40).",
  why: 'Who is admin in `kube-system` can take over the cluster. A tenant `kube` with a namespace `system` is all that it takes.',
  limit: ['protectedNamespaces'],
  checkPlatform(platform) {
    return protectedAmong(platformClaims(platform), platform.organization);
  },
  check({ tenant, platform }) {
    return protectedAmong(tenantClaims(tenant), platform.organization);
  },
};

function* protectedAmong(claims: readonly Claim[], organization: Organization): Generator<Finding, void> {
  for (const { name, kind, described, origin } of claims) {
    if (!isProtectedNamespace(organization, name)) continue;
    const choose =
      kind === 'Retained'
        ? `remove it from \`retainedNamespaces\``
        : kind === 'Group'
          ? `give the group another \`namespace\` in organization.yaml, or share with \`namespace: false\``
          : 'choose another name';
    yield {
      message: `\`${name}\` is protected and cannot be ${described}`,
      at: at(origin),
      help: `${choose}; protected are ${listed(organization.protectedNamespaces)}`,
    };
  }
}
