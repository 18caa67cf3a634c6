import { at } from '../../../source/diagnostic.ts';
import type { WholeRule } from '../../rule.ts';
import { groupClaims } from '../claims.ts';
import { tenantByName } from '../../../config/model/tenant-by-name.ts';
import { tenantNames } from '../prefix.ts';

export const groupNamespaceLooksLikeTenants: WholeRule = {
  level: 'whole',
  code: 'TEN217',
  name: 'group-namespace-looks-like-tenants',
  severity: 'warning',
  summary: "A group's namespace does not begin with a tenant's prefix (S70).",
  why: 'People take `solar-sre` for a namespace of tenant `solar`, and the tenant can never use the identifier `sre` on that cluster. Retained namespaces are left alone: they cannot be renamed, so nobody could act on the warning.',
  waivable: true,
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
