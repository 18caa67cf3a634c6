import { customRolesInUse, roleKey } from '../../../access/custom-roles.ts';
import type { CustomRoleInUse } from '../../../access/custom-roles.ts';
import { rightsBeyond } from '../../../kubernetes/rbac.ts';
import type { ClusterAccess, Meaning } from '../../../access/graph.ts';
import { givenByArgoCD } from '../../../settings/derived.ts';
import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import { oncePer } from '../../../values/once.ts';
import { groupedBy } from '../../../values/order.ts';
import type { ChangeFinding, ChangeRule } from '../../rule.ts';
import type { Item } from '../../../plan/plan.ts';
import { listed, listedClusters } from '../../wording.ts';
import { worstFirst } from '../rights.ts';

export const argoCDAccountWidened: ChangeRule = {
  level: 'change',
  code: 'TEN540',
  name: 'argo-cd-account-widened',
  severity: 'note',
  summary: "Argo CD's account may give no role, and write to no cluster, that it might not before.",
  why: "Whoever can act as Argo CD can give what its account may give. It may give `admin`, `edit` and `view`, and each custom role that somebody has on the cluster, by its name; it holds nothing of what is in them. No line of a tenant's file says so: the plan does. The cluster's operator applies these rights from `dist/cluster-access/`, before the merge or after it; until then nobody gets the new role.",
  *check({ plan: { before, after, items } }) {
    const gained = items.flatMap((item) => {
      if (item.kind !== 'entity' || item.entity.kind !== 'cluster') return [];
      const { name } = item.entity;
      return item.settings.flatMap(({ setting, item: key = '', after: now }) => {
        const role = setting === givenByArgoCD && now ? rolesOn(after, name).get(key) : undefined;
        if (!role) return [];
        const was = rolesOn(before, name).get(key);
        const rights = rightsBeyond(role.role.value.rules, was?.role.value.rules ?? []);
        return rights.length === 0 ? [] : [{ cluster: name, role, was, rights }];
      });
    });
    for (const all of groupedBy(gained, ({ role, rights }) => [role.clusterRole, ...rights].join('\n')).values()) {
      const [first] = all;
      if (!first) continue;
      const { role, was, rights } = first;
      const clusters = all.map(({ cluster }) => cluster);
      yield {
        message: `Argo CD's account gains the right to give custom role \`${role.role.value.name}\` in ${namespacesText(after, role, clusters)} on ${listedClusters(clusters)}: it ${was ? 'now also ' : ''}allows ${listed(worstFirst(rights), 6)}`,
        at: at(role.role.origin),
        ...(was && { related: [{ location: at(inBase(was.role.origin)), message: 'before' }] }),
        items: clusters.map((name) => `cluster/${name}`),
        help: `have the operator apply ${clusters.length === 1 ? `dist/cluster-access/${first.cluster}/` : 'dist/cluster-access/ of each cluster'}, at best before the merge`,
      };
    }
    yield* existingRoles(items);
    // Of the first organization, everything is new.
    if (before.desired.clusters.length > 0) yield* onNewClusters(before, after);
  },
};

/** The ClusterRoles of others that the account may give now. */
function* existingRoles(items: readonly Item[]): Iterable<ChangeFinding> {
  const gained = items.flatMap((item) =>
    item.kind === 'entity' && item.entity.kind === 'cluster'
      ? item.settings.flatMap(({ setting, item: name = '', before: was, after: now }) =>
          setting === givenByArgoCD && now && !was && !name.includes('/')
            ? [{ name, cluster: item.entity.name, origin: now.origin }]
            : [],
        )
      : [],
  );
  for (const [name, all] of groupedBy(gained, (one) => one.name)) {
    const [first] = all;
    if (!first) continue;
    const clusters = all.map(({ cluster }) => cluster);
    yield {
      message: `Argo CD's account gains the right to give ClusterRole \`${name}\` in the namespaces of all tenants on ${listedClusters(clusters)}: what it allows, the files do not say`,
      at: at(first.origin),
      items: clusters.map((cluster) => `cluster/${cluster}`),
      help: `read it on the cluster, and have the operator apply ${clusters.length === 1 ? `dist/cluster-access/${first.cluster}/` : 'dist/cluster-access/ of each cluster'}, at best before the merge`,
    };
  }
}

/** The custom roles in use on a cluster, by `roleKey`. */
function rolesOn({ graph }: Meaning, cluster: string): ReadonlyMap<string, CustomRoleInUse> {
  const entry = graph.clusters.find((one) => one.cluster.name === cluster);
  return entry ? rolesIn(entry) : new Map<string, CustomRoleInUse>();
}

const rolesIn = oncePer(
  (entry: ClusterAccess) =>
    new Map(customRolesInUse(entry).map((one) => [roleKey(one.tenant?.name, one.role.value.name), one])),
);

/** The namespaces of the tenant, or of all: the policy `custom-roles` lets nobody bind the role elsewhere. */
function namespacesText({ graph }: Meaning, { tenant }: CustomRoleInUse, clusters: readonly string[]): string {
  if (!tenant) return 'the namespaces of all tenants';
  const names = graph.clusters
    .filter(({ cluster }) => clusters.includes(cluster.name))
    .flatMap(({ namespaces }) =>
      namespaces.flatMap((entry) => (entry.kind === 'Tenant' && entry.tenant.name === tenant.name ? [entry.name] : [])),
    );
  const unique = [...new Set(names)];
  return `the ${unique.length === 1 ? 'namespace' : 'namespaces'} ${listed(unique, 4)} of tenant \`${tenant.name}\``;
}

function* onNewClusters(before: Meaning, after: Meaning): Iterable<ChangeFinding> {
  const known = new Set(before.desired.clusters.map(({ name }) => name));
  for (const { name, syncIdentity, origin } of after.desired.clusters) {
    if (known.has(name)) continue;
    yield {
      message: `Argo CD's account \`${syncIdentity}\` gains its rights on the new cluster \`${name}\``,
      at: at(origin),
      items: [`cluster/${name}`],
    };
  }
}
