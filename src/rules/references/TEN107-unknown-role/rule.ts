import { builtInRoles, isBuiltInRole } from '../../../kubernetes/user-roles.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { suggester } from '../suggest.ts';

export const unknownRole: TenantRule = {
  level: 'tenant',
  code: 'TEN107',
  name: 'unknown-role',
  severity: 'error',
  summary: 'A share names `admin`, `edit`, `view` or a custom role of its tenant (S8, S9).',
  why: 'Nothing else can be bound in a namespace: not the roles of another tenant, and not a ClusterRole that happens to be on the cluster, whose meaning nobody has reviewed here.',
  *checkPlatform({ clusters }) {
    const suggest = suggester(new Set(builtInRoles));
    for (const { name, shares } of clusters.flatMap(({ foreignNamespaces }) => foreignNamespaces)) {
      for (const { role, origin } of shares) {
        if (isBuiltInRole(role)) continue;
        const meant = suggest(role);
        yield {
          message: `\`${role}\` is not a role that can be given in foreign namespace \`${name}\``,
          at: at(originAt(origin, 'role')),
          mend: meant,
          help: meant
            ? `did you mean \`${meant}\`?`
            : `name ${listed([...builtInRoles], undefined, 'or')}: custom roles hold in the namespaces of their tenant alone`,
        };
      }
    }
  },
  *check({ tenant }) {
    if (!tenant.complete) return;
    const roles = new Set([...builtInRoles, ...tenant.roles.map((r) => r.value.name)]);
    const suggest = suggester(roles);
    for (const { role, origin } of [...tenant.defaultShares, ...tenant.namespaces.flatMap((n) => n.ownShares)]) {
      if (roles.has(role)) continue;
      const meant = suggest(role);
      yield {
        message: `\`${role}\` is not a role of tenant \`${tenant.name}\``,
        at: at(originAt(origin, 'role')),
        mend: meant,
        help: meant
          ? `did you mean \`${meant}\`?`
          : `name one of its roles, ${listed(Array.from(roles))}, or declare it under \`roles\` in ${tenant.origin.file}`,
      };
    }
  },
};
