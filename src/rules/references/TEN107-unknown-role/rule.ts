import type { Organization } from '../../../config/model/desired-state.ts';
import { builtInRoles } from '../../../kubernetes/user-roles.ts';
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
  summary:
    'A share names `admin`, `edit`, `view`, a custom role of its tenant or of the organization, or a ClusterRole that the organization lists (S8, S9).',
  why: 'Nothing else can be bound in a namespace: not the roles of another tenant, and not a ClusterRole that happens to be on the cluster, which nobody has reviewed for that.',
  *checkPlatform({ organization, clusters }) {
    if (!organization.complete) return;
    const roles = rolesOfAll(organization);
    const suggest = suggester(new Set(roles));
    for (const { name, shares } of clusters.flatMap(({ foreignNamespaces }) => foreignNamespaces)) {
      for (const { role, origin } of shares) {
        if (roles.includes(role)) continue;
        const meant = suggest(role);
        yield {
          message: `\`${role}\` is not a role that can be given in foreign namespace \`${name}\``,
          at: at(originAt(origin, 'role')),
          mend: meant,
          help: meant
            ? `did you mean \`${meant}\`?`
            : `name ${listed(roles, undefined, 'or')}, or declare it under \`roles\` in organization.yaml: a tenant's custom roles hold in its own namespaces alone`,
        };
      }
    }
  },
  *check({ tenant, platform: { organization } }) {
    if (!tenant.complete || !organization.complete) return;
    const roles = new Set([...rolesOfAll(organization), ...tenant.roles.map((r) => r.value.name)]);
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

/** The roles that can be given in whatever namespace. */
function rolesOfAll({ roles, clusterRoles }: Organization): string[] {
  return [...builtInRoles, ...roles.map((role) => role.value.name), ...clusterRoles.map(({ value }) => value)];
}
