import type { AccessGraph, ClusterNamespace } from '../access/graph.ts';
import { isOwnAuthentication } from '../access/names-on.ts';
import { groupsOf, knownServiceAccounts, knownUsers, listAccess, whatUserCan } from '../access/queries.ts';
import { ceilingsOf } from '../config/model/ceilings.ts';
import type { Group, DesiredState, Organization } from '../config/model/desired-state.ts';
import { isProduction, isProductionByLabels } from '../config/model/desired-state.ts';
import { didYouMean } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';
import { holderOf } from '../access/holder.ts';
import { authentication, cluster as clusterTable } from '../settings/cluster.ts';
import { grants } from '../settings/grants.ts';
import { isolation as isolationTable, notByLabels } from '../settings/isolation.ts';
import { namespace as namespaceTable } from '../settings/namespace.ts';
import { valuesIn } from '../settings/setting.ts';
import { tenant as tenantTable } from '../settings/tenant.ts';
import { table } from '../render/table.ts';
import type { Origin } from '../source/source.ts';
import { originAt } from '../source/source.ts';
import { counted } from '../source/text.ts';
import { groupedBy } from '../values/order.ts';
import { shortText } from '../values/short-text.ts';
import { accessColumns, subjectName } from '../app/access-rows.ts';
import type { Explanation, Fact } from '../app/explained.ts';
import { derivedFacts, fact, subjectFacts, valueFacts } from '../app/explained.ts';
import type { Io } from '../app/io.ts';
import { roleExplanations, serviceAccountExplanations } from '../app/role-explanations.ts';
import { exit } from '../app/io.ts';
import { graphOrProblems, lineFinder, styleOf } from '../app/organization.ts';

/** `tenantry explain NAME`: what a tenant, namespace, cluster, group, user, service account or role is, and which lines decide that (S65). */
export async function explain(io: Io, name: string, { asOf }: { readonly asOf?: string }): Promise<number> {
  const checked = await graphOrProblems(io, asOf === undefined ? {} : { asOf });
  if (!checked) return exit.problems;
  const { desired, graph, sources } = checked;
  const found = [
    ...tenantExplanations(desired, graph, name),
    ...namespaceExplanations(desired, graph, name),
    ...clusterExplanations(desired, graph, name),
    ...groupExplanations(desired, graph, name),
    ...userExplanations(desired, graph, name),
    ...serviceAccountExplanations(desired, graph, name),
    ...roleExplanations(desired, graph, name),
  ];
  if (found.length === 0) throw nothingNamed(name, desired, graph);

  const style = styleOf(io.out);
  const options = { style, ...(io.out.width !== undefined && { width: io.out.width }) };
  for (const [i, { title, facts, accesses }] of found.entries()) {
    const reasons = accesses.flatMap(({ access }) => access.because.flatMap(({ origin, via }) => [origin, ...via]));
    const where = await lineFinder(io, sources, [...facts.flatMap((f) => f.origin ?? []), ...reasons]);
    const because = ({ origin }: Fact): string => (origin ? where(origin) : 'default');
    io.out.write(`${i > 0 ? '\n' : ''}${style.bold(title)}\n\n`);
    io.out.write(
      table(
        [
          { header: 'What', cell: (fact: Fact) => fact.about },
          { header: 'Value', cell: (fact) => fact.value },
          { header: 'Decided by', cell: because, colour: style.dim, keep: true },
        ],
        facts,
        options,
      ),
    );
    io.out.write(
      accesses.length === 0 ? '\nNobody has access by it.\n' : `\n${table(accessColumns(where), accesses, options)}`,
    );
  }
  return exit.clean;
}

/** A tenant's namespaces, their number and their states (S61). */
function tenantExplanations({ organization, tenants }: DesiredState, graph: AccessGraph, name: string): Explanation[] {
  const tenant = tenants.find((t) => t.name === name);
  if (!tenant) return [];
  const { namespaces } = tenant;
  return [
    {
      title: `tenant ${name}`,
      facts: [
        { about: 'declared', value: tenant.description ?? '', origin: tenant.origin },
        ...valueFacts(tenantKeys, tenant),
        ...valueFacts(grantKeys, organization.grants.find((grant) => grant.tenant === name)?.values ?? {}),
        ...tenant.owners.map(({ subject, origin }) => ({ about: 'owner', value: subjectName(subject), origin })),
        ...(tenant.owners.length === 0
          ? [
              {
                about: 'owner',
                value: "none: its file is the admins'",
                origin: originAt(tenant.origin, 'spec', 'owners'),
              },
            ]
          : []),
        ...tenant.allocations.map(({ value, origin }) => ({ about: 'allocation', value: value.name, origin })),
        {
          about: 'namespaces',
          value: `${namespaces.length} of ${ceilingsOf(organization, tenant.name).namespacesPerTenant.value}`,
          origin: tenant.origin,
        },
        ...namespaces.map((namespace) => ({
          about: 'namespace',
          value: [
            namespace.name,
            `on ${namespace.clusters.map((c) => c.value).join(' ')}`,
            ...(namespace.cordoned.value ? ['Cordoned'] : []),
            ...(namespace.state.value === 'Active' ? [] : [namespace.state.value]),
            ...namespace.markedForDeletionOn.map(({ value }) => `MarkedForDeletion on ${value}`),
          ].join(', '),
          origin: namespace.nameOrigin,
        })),
      ],
      accesses: listAccess(graph, { tenant: name }).map((access) => ({ access })),
    },
  ];
}

function namespaceExplanations({ organization }: DesiredState, graph: AccessGraph, name: string): Explanation[] {
  const there = graph.clusters.flatMap(({ cluster, namespaces }) =>
    namespaces
      .filter((n) => n.name === name)
      .map((entry) => ({ cluster: cluster.name, entry, labels: cluster.podSecurityLabels })),
  );
  // Of one name, each holder's are others: with settings, and access, of their own.
  const byHolder = Array.from(groupedBy(there, ({ entry }) => holderOf(entry)).values());
  return byHolder.flatMap((all): Explanation[] => {
    const [first] = all;
    if (!first) return [];
    const clusters = all.map(({ cluster }) => cluster);
    return [
      {
        title: byHolder.length === 1 ? `namespace ${name}` : `namespace ${name} on ${clusters.join(', ')}`,
        facts: [
          ...namespaceFacts(first.entry),
          ...productionFacts(organization, first.entry),
          ...all.flatMap(({ cluster, entry, labels }) =>
            labels.value === 'Omitted' && entry.kind !== 'Foreign'
              ? [{ about: `podSecurity on ${cluster}`, value: notByLabels, origin: labels.origin }]
              : [],
          ),
          ...all.flatMap(({ cluster, entry }) => ({
            about: 'cluster',
            value: isLeaving(entry, cluster) ? `${cluster}, MarkedForDeletion` : cluster,
            origin: clusterOrigin(entry, cluster),
          })),
        ],
        accesses: listAccess(graph, { namespace: name })
          .filter(({ cluster }) => clusters.includes(cluster))
          .map((access) => ({ access })),
      },
    ];
  });
}

/** What a cluster is, whom it is shared with, whose namespaces are on it, and who is admin of all of it. */
function clusterExplanations(
  { organization, clusters }: DesiredState,
  graph: AccessGraph,
  name: string,
): Explanation[] {
  const cluster = clusters.find((c) => c.name === name);
  if (!cluster) return [];
  const { origin, sharedWith, labels } = cluster;
  const access = graph.clusters.find((entry) => entry.cluster.name === name);
  const there = access?.namespaces ?? [];
  const ofTenants = there.flatMap((entry) => (entry.kind === 'Tenant' ? [entry] : []));
  return [
    {
      title: `cluster ${name}`,
      facts: [
        { about: 'declared', value: cluster.description ?? '', origin },
        ...valueFacts(clusterKeys, cluster),
        ...(isOwnAuthentication(cluster) ? valueFacts(authenticationKeys, cluster.authentication) : []),
        ...(cluster.certificateAuthority
          ? []
          : [{ about: 'certificate authority', value: 'none: publicly trusted', origin: cluster.server.origin }]),
        {
          about: 'production',
          value: isProduction(organization, cluster) ? 'yes' : 'no',
          origin: originAt(origin, 'spec', 'labels'),
        },
        ...Object.entries(labels).map(([key, value]) => ({
          about: `label ${key}`,
          value,
          origin: originAt(origin, 'spec', 'labels', key),
        })),
        ...organization.admins.map((admin) => ({ about: 'admin', value: `user ${admin.value}`, origin: admin.origin })),
        ...sharedWith.map((share) => ({
          about: 'shared with',
          value: `group ${share.group}${share.namespace === undefined ? '' : `, with the namespace ${share.namespace}`}`,
          origin: share.origin,
        })),
        ...(access?.seenBy ?? []).flatMap(derivedFacts((group) => ['seen by', `group ${group}`])),
        ...Array.from(groupedBy(ofTenants, ({ tenant }) => tenant.name).values()).flatMap((all) =>
          all.slice(0, 1).map(({ tenant }) => ({
            about: 'tenant',
            value: `${tenant.name}, ${counted(all.length, 'namespace')}: ${all.map((entry) => entry.name).join(' ')}`,
            origin: tenant.origin,
          })),
        ),
        ...cluster.retainedNamespaces.map((retained) => fact('retained namespace', retained)),
        ...cluster.foreignNamespaces.map((foreign) => ({
          about: 'foreign namespace',
          value: foreign.name,
          origin: foreign.origin,
        })),
      ],
      accesses: listAccess(graph, { cluster: name })
        .filter(({ scope }) => scope.kind === 'Cluster')
        .map((access) => ({ access })),
    },
  ];
}

function clusterOrigin(entry: ClusterNamespace, cluster: string): Origin {
  switch (entry.kind) {
    case 'Tenant':
      return entry.namespace.clusters.find((c) => c.value === cluster)?.origin ?? entry.namespace.origin;
    case 'Group':
      return entry.share.origin;
    case 'Retained':
      return entry.origin;
    case 'Foreign':
      return entry.foreign.origin;
  }
}

/** Whether the namespace is marked for deletion on this of its clusters alone. */
function isLeaving(entry: ClusterNamespace, cluster: string): boolean {
  return entry.kind === 'Tenant' && entry.namespace.markedForDeletionOn.some(({ value }) => value === cluster);
}

function namespaceFacts(entry: ClusterNamespace): Fact[] {
  switch (entry.kind) {
    case 'Group':
      return [{ about: 'kind', value: `the namespace of the group ${entry.share.group}`, origin: entry.share.origin }];
    case 'Retained':
      return [{ about: 'kind', value: 'retained: kept without access', origin: entry.origin }];
    case 'Foreign':
      return [
        {
          about: 'kind',
          value: 'a foreign namespace: others declare it, and only what is given in it is from here',
          origin: entry.foreign.origin,
        },
      ];
    case 'Tenant': {
      const { namespace, tenant } = entry;
      const { isolation } = namespace;
      return [
        { about: 'tenant', value: tenant.name, origin: namespace.nameOrigin },
        fact('state', namespace.state),
        ...(namespace.inherits ? [fact('inherits', namespace.inherits)] : []),
        ...valueFacts(namespaceKeys, namespace),
        {
          about: 'cordoned',
          value: namespace.cordoned.value ? 'yes' : 'no',
          ...(!namespace.cordoned.byDefault && { origin: namespace.cordoned.origin }),
        },
        ...valueFacts(isolationKeys, isolation).map((one) =>
          one.about === isolationKeys.enforcement.name && one.value === 'Observe'
            ? { ...one, value: 'Observe: the rest of isolation does not hold yet' }
            : one,
        ),
        ...Array.from(namespace.labels, ([key, label]) => fact(`label ${key}`, label)),
        ...Array.from(namespace.annotations, ([key, { value, ...rest }]) =>
          fact(`annotation ${key}`, { ...rest, value: shortText(value) }),
        ),
      ];
    }
  }
}

/** That a namespace is of production by its labels: what is so with its cluster, the cluster says. */
function productionFacts(organization: Organization, entry: ClusterNamespace): Fact[] {
  if (entry.kind !== 'Tenant' || !isProductionByLabels(organization, entry.namespace)) return [];
  const origin = originAt(organization.origin, 'spec', 'changes', 'productionNamespaces');
  return [{ about: 'production', value: 'yes, by its labels', origin }];
}
const clusterKeys = valuesIn(clusterTable);
const authenticationKeys = valuesIn(authentication);
const tenantKeys = valuesIn(tenantTable);
const grantKeys = valuesIn(grants);
const namespaceKeys = valuesIn(namespaceTable);
const isolationKeys = valuesIn(isolationTable);

function groupExplanations(
  { organization, clusters, tenants }: DesiredState,
  graph: AccessGraph,
  name: string,
): Explanation[] {
  const group = organization.groups.find((g) => g.name === name);
  if (!group) return [];
  return [
    {
      title: `group ${name}`,
      facts: [
        { about: 'declared', value: group.description ?? '', origin: group.origin },
        ...memberFacts(group),
        ...clusters.flatMap((c) =>
          c.sharedWith
            .filter((s) => s.group === name)
            .map(({ namespace, origin }) => ({
              about: 'sees',
              value: namespace === undefined ? c.name : `${c.name}, with the namespace ${namespace}`,
              origin,
            })),
        ),
        ...graph.clusters.flatMap(({ cluster, seenBy }) =>
          seenBy.filter((sight) => sight.group === name).flatMap(derivedFacts(() => ['sees', cluster.name])),
        ),
        ...tenants.flatMap((t) =>
          t.owners
            .filter(({ subject }) => subject.kind === 'Group' && subject.name === name)
            .map(({ origin }) => ({ about: 'owns', value: `tenant ${t.name}`, origin })),
        ),
      ],
      accesses: listAccess(graph, { group: name }).map((access) => ({ access })),
    },
  ];
}

function memberFacts({ members, origin }: Group): Fact[] {
  if (!members) return [{ about: 'members', value: 'only the identity provider knows', origin }];
  return members.map((member) => fact('member', member));
}

function userExplanations(desired: DesiredState, graph: AccessGraph, name: string): Explanation[] {
  if (!knownUsers(desired).has(name)) return [];
  const { organization } = desired;
  const admin = organization.admins.find((a) => a.value === name);
  return [
    {
      title: `user ${name}`,
      facts: [
        ...subjectFacts(desired.clusters, name),
        ...(admin
          ? [{ about: 'admin', value: 'of the organization: in the group cluster-admins', origin: admin.origin }]
          : []),
        ...groupsOf(organization, name).map((g) => ({
          about: 'in group',
          value: g.name,
          origin: g.members?.find((m) => m.value === name)?.origin ?? g.origin,
        })),
      ],
      accesses: whatUserCan(graph, organization, name, {}),
    },
  ];
}

function nothingNamed(name: string, desired: DesiredState, graph: AccessGraph): Failure {
  const known = [
    ...desired.tenants.map((t) => t.name),
    ...graph.clusters.flatMap((c) => c.namespaces.map((n) => n.name)),
    ...desired.clusters.map((c) => c.name),
    ...desired.organization.groups.map((g) => g.name),
    ...knownUsers(desired),
    ...knownServiceAccounts(desired),
    ...desired.organization.roles.map(({ value }) => value.name),
    ...desired.organization.clusterRoles.map(({ value }) => value),
  ];
  const meant = didYouMean(name, new Set(known));
  return new Failure('bad-arguments', `no tenant, namespace, cluster, group or user \`${name}\` is declared`, {
    ...(meant !== undefined && { help: `did you mean \`${meant}\`?` }),
  });
}
