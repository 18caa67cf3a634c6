import type { Access } from '../../../access/graph.ts';
import { productionOf } from '../../../access/production.ts';
import { groupsOf } from '../../../access/queries.ts';
import type { Plan } from '../../../plan/plan.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { once } from '../../../values/once.ts';
import { addTo, groupedBy } from '../../../values/order.ts';
import type { ChangeFinding, ChangeRule } from '../../rule.ts';
import { listed, mostRelated } from '../../wording.ts';
import { whereText } from '../access.ts';

export const accessStays: ChangeRule = {
  level: 'change',
  code: 'TEN546',
  name: 'access-stays',
  severity: 'note',
  summary: 'Who is taken out of a group, or is an admin no more, keeps no access that is given to them by name.',
  why: 'People who leave are taken out of their groups, and what was shared with them by name, what they own and that they are an admin stay behind: a plan that says only what changes does not show them. Where they only go to another team, it may be what is meant.',
  *check({ plan }) {
    const { organization } = plan.after.desired;
    // In nearly all changes nobody leaves: who has what on all clusters is worked out for those who do.
    const direct = once(() => givenByName(plan));
    for (const [user, { groups, items }] of leavers(plan)) {
      const own = direct().get(user) ?? [];
      const admin = organization.admins.find(({ value }) => value === user);
      const origins = [...(admin ? [admin.origin] : []), ...own.flatMap(({ because }) => because.map((b) => b.origin))];
      const [first, ...others] = new Set(origins);
      if (!first) continue;
      const keeps = [...(admin ? ['`cluster-admin` on all clusters'] : []), ...rolesOf(own)];
      const stillIn = groupsOf(organization, user).map(({ name }) => name);
      yield {
        message: `user \`${user}\` is no longer listed in ${listed(groups)}, and keeps what is given by name: ${keeps.join('; ')}${stillIn.length === 0 ? '' : `; and is still listed in ${listed(stillIn)}`}`,
        at: at(first),
        related: others
          .slice(0, mostRelated)
          .map((origin): Label => ({ location: at(origin), message: 'and by this' })),
        items,
        help: 'if they leave for good, take these lines away too',
      } satisfies ChangeFinding;
    }
  },
};

interface Leaver {
  readonly groups: readonly string[];
  readonly items: readonly string[];
}

/** Who is taken out of groups, by name. A group that ceases to say who is in it takes nobody out. */
function leavers({ items }: Plan): Map<string, Leaver> {
  const left = items.flatMap((item) =>
    item.kind === 'members' && item.declared === 'still'
      ? item.left.flatMap(({ item: user }) => (user === undefined ? [] : [{ user, group: item.group, id: item.id }]))
      : [],
  );
  return new Map(
    Array.from(
      groupedBy(left, ({ user }) => user),
      ([user, all]) => [user, { groups: all.map(({ group }) => group), items: all.map(({ id }) => id) }],
    ),
  );
}

type Held = Access & { readonly production: boolean; readonly tenant: string | undefined };

/** What users have by their own names after the change. */
function givenByName({ before, after }: Plan): Map<string, Held[]> {
  const { isPlace } = productionOf(before, after);
  const found = new Map<string, Held[]>();
  for (const { cluster, namespaces, accesses } of after.graph.clusters) {
    const tenants = new Map(
      namespaces.flatMap((entry) => (entry.kind === 'Tenant' ? [[entry.name, entry.tenant.name] as const] : [])),
    );
    for (const access of accesses) {
      // Of an admin it is told by itself.
      const { subject, scope } = access;
      if (subject.kind !== 'User' || scope.kind === 'Cluster') continue;
      const production = isPlace(cluster.name, scope);
      addTo(found, subject.name, { ...access, production, tenant: tenants.get(scope.namespace) });
    }
  }
  return found;
}

/** `` `admin` in namespace `solar-prod` on cluster `a` ``, for each role and last day. */
function rolesOf(accesses: readonly Held[]): string[] {
  const byRole = groupedBy(
    accesses,
    ({ role, until }) => `\`${role.name}\`${until === undefined ? '' : ` until ${until}`}`,
  );
  return Array.from(byRole, ([role, all]) => `${role} ${whereText(all)}`);
}
