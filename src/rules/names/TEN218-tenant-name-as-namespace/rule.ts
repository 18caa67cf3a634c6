import { at } from '../../../source/diagnostic.ts';
import type { WholeRule } from '../../rule.ts';
import { claimsOf } from '../claims.ts';
import { fullNameGrant, isGivenByItself } from '../full-names.ts';
import { tenantNames } from '../prefix.ts';

export const tenantNameAsNamespace: WholeRule = {
  level: 'whole',
  code: 'TEN218',
  name: 'tenant-name-as-namespace',
  severity: 'error',
  summary: "No namespace of a tenant or a group has a tenant's name alone.",
  why: "Whatever the prefix says, everybody takes the namespace `green` for tenant `green`'s, and on a cluster that is older than tenantry it may well be: with its Secrets, it would go to whoever writes the name first. Where the prefix is optional, a full name that the admins have granted by itself, not by a pattern, is the tenant's own (S72). Retained namespaces are left alone: nobody has access to them, and they cannot be renamed; and so is what others declare.",
  *check({ files, desired }) {
    const names = tenantNames(files);
    for (const { name, kind, owner, derived, described, origin } of claimsOf(desired)) {
      const location = kind === 'Retained' || kind === 'Foreign' ? undefined : names.get(name);
      if (!location || (kind === 'Tenant' && !derived && isGivenByItself(desired.organization, owner, name))) continue;
      yield {
        message: `\`${name}\` is the name of a tenant and cannot be ${described}`,
        at: at(origin),
        related: [{ location, message: `tenant \`${name}\`` }],
        help:
          kind === 'Group'
            ? 'give the group another `namespace` in organization.yaml, or share with `namespace: false`'
            : `choose another name, such as \`${name}-main\`, or for a namespace that is there already ${derived ? `write it as \`fullName: ${name}\`, and ` : ''}ask the admins for ${fullNameGrant(desired.organization, owner, name)}`,
      };
    }
  },
};
