import { at } from '../../../source/diagnostic.ts';
import type { WholeRule } from '../../rule.ts';
import { claimsOf } from '../claims.ts';
import { tenantNames } from '../prefix.ts';

export const tenantNameAsNamespace: WholeRule = {
  level: 'whole',
  code: 'TEN218',
  name: 'tenant-name-as-namespace',
  severity: 'error',
  summary: "No namespace of a tenant or a group has a tenant's name alone.",
  why: "Whatever the prefix says, everybody takes the namespace `green` for tenant `green`'s, and on a cluster that is older than tenantry it may well be: with its Secrets, it would go to whoever writes the name first. Retained namespaces are left alone: nobody has access to them, and they cannot be renamed; and so is what others declare.",
  *check({ files, desired }) {
    const names = tenantNames(files);
    for (const { name, kind, described, origin } of claimsOf(desired)) {
      const location = kind === 'Retained' || kind === 'Foreign' ? undefined : names.get(name);
      if (!location) continue;
      yield {
        message: `\`${name}\` is the name of a tenant and cannot be ${described}`,
        at: at(origin),
        related: [{ location, message: `tenant \`${name}\`` }],
        help:
          kind === 'Group'
            ? 'give the group another `namespace` in organization.yaml, or share with `namespace: false`'
            : `choose another name, such as \`${name}-main\`; if the namespace is there already, give the tenant \`${name}\` another name`,
      };
    }
  },
};
