import { ceilingsOf } from '../../../config/model/ceilings.ts';
import type { Cluster, Tenant } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { Platform, TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { stayWithinOr } from '../grant.ts';

export const clusterNotGranted: TenantRule = {
  level: 'tenant',
  code: 'TEN705',
  name: 'cluster-not-granted',
  severity: 'error',
  summary:
    'Namespaces are on clusters that the admins granted to the tenant; where they grant none, on clusters that its owners see.',
  why: 'A namespace on a cluster is room on it, and its people are on it. Who may have that is for those to say who run the cluster.',
  limit: ['limits'],
  *check({ tenant, platform }) {
    const { organization } = platform;
    if (!organization.complete || !tenant.complete) return;
    const byAdmins = ceilingsOf(organization, tenant.name).clusters?.value;
    const granted = byAdmins ?? seenByOwners(tenant, platform);
    if (!granted) return;
    const beyond = tenant.namespaces.flatMap(({ name, clusters }) =>
      clusters.filter(({ value }) => !granted.includes(value)).map((cluster) => ({ name, ...cluster })),
    );
    for (const same of groupedBy(beyond, ({ origin }) => origin).values()) {
      const [first] = same;
      if (!first) continue;
      yield {
        message: `${listed(same.map(({ name }) => name))} would be on cluster \`${first.value}\`, which ${byAdmins ? `is not granted to tenant \`${tenant.name}\`` : `no owner of tenant \`${tenant.name}\` sees`}`,
        at: at(first.origin),
        ...stayWithinOr(granted.length === 0 ? 'leave it out' : `use ${listed(granted)}`, tenant.name, {
          clusters: [...granted, first.value],
        }),
      };
    }
  },
};

/**
 * The clusters that are shared with a group of one of the users who own the tenant; undefined where no user does, or admins
 * alone, who see all. Of groups that own it TEN103 says so, and an owner's co-owners see nothing for him: neither an
 * admin nor a service account, which anybody may name.
 */
function seenByOwners({ owners }: Tenant, { organization, clusters }: Platform): string[] | undefined {
  const admins = new Set(organization.admins.map(({ value }) => value));
  const users = owners.flatMap(({ subject: { kind, name } }) => (kind === 'User' && !admins.has(name) ? [name] : []));
  if (users.length === 0) return undefined;
  const membersOf = new Map(organization.groups.map(({ name, members }) => [name, members]));
  const maySee = ({ complete, sharedWith }: Cluster): boolean =>
    !complete ||
    sharedWith.some(({ group }) => {
      const members = membersOf.get(group);
      return !members || members.some(({ value }) => users.includes(value));
    });
  return clusters.filter(maySee).map(({ name }) => name);
}
