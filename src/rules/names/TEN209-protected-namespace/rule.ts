import { isProtectedNamespace } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { ConfigRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { claimsOf } from '../claims.ts';

export const protectedNamespace: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN209',
  name: 'protected-namespace',
  severity: 'error',
  summary:
    "No namespace of a tenant or a group is `default`, `kube-*` or another of the organization's `protectedNamespaces` (S40).",
  why: 'Who is admin in `kube-system` can take over the cluster. A tenant `kube` with a namespace `system` is all that it takes.',
  *check({ desired }) {
    const { organization } = desired;
    for (const { name, kind, described, origin } of claimsOf(desired)) {
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
  },
};
