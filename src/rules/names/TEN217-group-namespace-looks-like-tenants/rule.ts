import { at } from '../../../source/diagnostic.ts';
import type { ConfigRule } from '../../rule.ts';
import { groupClaims } from '../claims.ts';
import { tenantByName, tenantNames } from '../prefix.ts';

const cluster = (sre: string): string => `apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: prodcluster01
spec:
  server: https://prodcluster01.example.com:6443
  certificateAuthority:
    file: example-ca.pem
  kubernetesVersion: "1.36"
  sharedWith:
    - { group: solar-leads, namespace: false }
    - ${sre}
    - { group: audit, namespace: false }
`;

export const groupNamespaceLooksLikeTenants: ConfigRule = {
  about: 'config',
  code: 'TEN217',
  name: 'group-namespace-looks-like-tenants',
  severity: 'warning',
  summary: "A group's namespace does not begin with a tenant's prefix (S70).",
  why: 'People take `solar-sre` for a namespace of tenant `solar`, and the tenant can never use the identifier `sre` on that cluster. Retained namespaces are left alone: they cannot be renamed, so nobody could act on the warning.',
  waivable: true,
  bad: { files: { 'clusters/prodcluster01.yaml': cluster('{ group: solar-sre }') } },
  good: { files: { 'clusters/prodcluster01.yaml': cluster('{ group: solar-sre, namespace: false }') } },
  *check({ files, desired }) {
    const names = tenantNames(files);
    for (const { name, owner, origin } of groupClaims(desired)) {
      const tenant = tenantByName(names, name);
      const location = tenant === undefined ? undefined : names.get(tenant);
      if (tenant === undefined || !location) continue;
      yield {
        message: `namespace \`${name}\` of group \`${owner}\` looks like one of tenant \`${tenant}\``,
        at: at(origin),
        related: [{ location, message: `tenant \`${tenant}\`` }],
        help: `share with \`namespace: false\`, or give the group another \`namespace\` in organization.yaml`,
        target: name,
      };
    }
  },
};
