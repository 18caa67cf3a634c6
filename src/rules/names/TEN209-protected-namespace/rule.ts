import { protectionOf } from '../../../config/model/protected-names.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Finding, Platform, TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import type { Claim } from '../claims.ts';
import { platformClaims, tenantClaims } from '../claims.ts';

export const protectedNamespace: TenantRule = {
  level: 'tenant',
  code: 'TEN209',
  name: 'protected-namespace',
  severity: 'error',
  summary:
    "No namespace of a tenant or a group is `default`, `kube-*` or another of the organization's `protectedNamespaces`, nor one where Argo CD or an account that clusters let through lives (S40).",
  why: 'Who is admin in `kube-system` can take over the cluster. A tenant `kube` with a namespace `system` is all that it takes. Who is admin where a trusted service account lives can act as it.',
  limit: ['protectedNamespaces'],
  checkPlatform(platform) {
    return protectedAmong(platformClaims(platform), platform);
  },
  check({ tenant, platform }) {
    return protectedAmong(tenantClaims(tenant), platform);
  },
};

function* protectedAmong(claims: readonly Claim[], platform: Platform): Generator<Finding, void> {
  for (const { name, kind, described, origin } of claims) {
    const protection = protectionOf(platform, name);
    if (!protection) continue;
    const choose =
      kind === 'Retained'
        ? `remove it from \`retainedNamespaces\``
        : kind === 'Group'
          ? `give the group another \`namespace\` in organization.yaml, or share with \`namespace: false\``
          : 'choose another name';
    yield {
      message: `\`${name}\` is protected and cannot be ${described}`,
      at: at(origin),
      help: protection.because
        ? `${choose}: ${protection.because}`
        : `${choose}; protected are ${listed(platform.organization.protectedNamespaces)}`,
    };
  }
}
