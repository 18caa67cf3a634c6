import type { CustomRole, Located, Organization } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { skeleton } from '../../../values/lookalike.ts';
import { oncePer } from '../../../values/once.ts';
import type { Finding, TenantRule } from '../../rule.ts';

export const roleNameTaken: TenantRule = {
  level: 'tenant',
  code: 'TEN318',
  name: 'role-name-taken',
  severity: 'error',
  summary: 'A role of a tenant, a role of the organization and a ClusterRole that it lists have names of their own.',
  why: 'A share says its role by a name alone. If a tenant could call a role of its own as one of the organization, the same line would mean one thing in this file and another in the next, and a reviewer who knows the one would approve the other. That holds for names that only look the same, too.',
  *checkPlatform({ organization }) {
    const roles = declaredBy(organization);
    for (const { value, origin } of organization.clusterRoles) {
      const role = organization.roles.find((one) => skeleton(one.value.name) === skeleton(value));
      if (!role || !roles.has(skeleton(value))) continue;
      yield {
        message: `ClusterRole \`${value}\` ${likeness(value, role.value.name)} custom role \`${role.value.name}\` of the organization`,
        at: at(origin),
        related: [{ location: at(originAt(role.origin, 'name')), message: 'the role is declared here' }],
        help: 'give the custom role another name, or take the ClusterRole off the list',
      };
    }
  },
  *check({ tenant, platform }) {
    const taken = declaredBy(platform.organization);
    for (const role of tenant.roles) yield* takenBy(role, taken, tenant.name);
  },
};

interface Declared extends Located<string> {
  readonly what: string;
}

/** What the organization declares, by how it looks. */
const declaredBy = oncePer(({ roles, clusterRoles }: Organization): ReadonlyMap<string, Declared> => {
  const all: Declared[] = [
    ...clusterRoles.map((one) => ({ ...one, what: 'ClusterRole' })),
    ...roles.map(({ value, origin }) => ({ value: value.name, origin: originAt(origin, 'name'), what: 'custom role' })),
  ];
  return new Map(all.map((one) => [skeleton(one.value), one]));
});

function* takenBy(
  { value: { name }, origin }: Located<CustomRole>,
  taken: ReadonlyMap<string, Declared>,
  tenant: string,
): Iterable<Finding> {
  const other = taken.get(skeleton(name));
  if (!other) return;
  yield {
    message: `custom role \`${name}\` of tenant \`${tenant}\` ${likeness(name, other.value)} ${other.what} \`${other.value}\` of the organization`,
    at: at(originAt(origin, 'name')),
    related: [{ location: at(other.origin), message: 'the organization has it here' }],
    help: "give the tenant's role another name, or remove it and use that of the organization",
  };
}

function likeness(name: string, other: string): string {
  return name === other ? 'has the name of' : 'looks like';
}
