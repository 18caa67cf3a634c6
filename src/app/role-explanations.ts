import type { Access, AccessGraph } from '../access/graph.ts';
import { isExisting } from '../access/graph.ts';
import { knownServiceAccounts, listAccess } from '../access/queries.ts';
import type { CustomRole, DesiredState, Located } from '../config/model/desired-state.ts';
import { serviceAccountUserName } from '../kubernetes/names.ts';
import { rightsOf } from '../kubernetes/rbac.ts';
import { originAt } from '../source/source.ts';
import type { Explanation } from './explained.ts';

/** A service account that something is given to, as `namespace/name`. */
export function serviceAccountExplanations(desired: DesiredState, graph: AccessGraph, name: string): Explanation[] {
  if (!knownServiceAccounts(desired).has(name)) return [];
  const [namespace = '', account = ''] = name.split('/');
  const homes = graph.clusters.flatMap(({ cluster, namespaces }) =>
    namespaces.filter((entry) => entry.name === namespace).map((entry) => ({ cluster, entry })),
  );
  return [
    {
      title: `service account ${name}`,
      facts: [
        { about: 'subject', value: serviceAccountUserName(namespace, account) },
        ...(homes.length === 0
          ? [{ about: 'namespace', value: `${namespace}, which is not declared: who controls it is not known here` }]
          : homes.map(({ cluster, entry }) => ({
              about: 'namespace',
              value: `${namespace} on ${cluster.name}: whoever may create pods there acts as it`,
              origin: entry.kind === 'Tenant' ? entry.namespace.nameOrigin : cluster.origin,
            }))),
      ],
      accesses: accessesOf(graph, { serviceAccount: name }),
    },
  ];
}

/** What of the organization's own may be given by its name: a role with its rights, or a ClusterRole of somebody else. */
export function roleExplanations(desired: DesiredState, graph: AccessGraph, name: string): Explanation[] {
  const { organization, tenants } = desired;
  const given = accessesOf(graph, { role: name });
  const ofKind = (isMeant: (access: Access) => boolean) => given.filter(({ access }) => isMeant(access));
  const existing = organization.clusterRoles.filter(({ value }) => value === name);
  return [
    ...organization.roles.flatMap((role) =>
      explained(role, name, 'the organization', () => ofKind(({ role: { kind } }) => kind === 'OrganizationRole')),
    ),
    ...tenants.flatMap((tenant) =>
      tenant.roles.flatMap((role) =>
        explained(role, name, `tenant ${tenant.name}`, () =>
          accessesOf(graph, { role: name, tenant: tenant.name }).filter(
            ({ access }) => access.role.kind === 'CustomRole',
          ),
        ),
      ),
    ),
    ...existing.map(({ origin }) => ({
      title: `ClusterRole ${name}`,
      facts: [
        { about: 'listed', value: 'shares of every tenant may give it', origin },
        { about: 'allows', value: 'what the cluster says: the files do not know', origin },
      ],
      accesses: ofKind(({ role }) => isExisting(role)),
    })),
  ];
}

function explained(
  { value, origin }: Located<CustomRole>,
  name: string,
  whose: string,
  accesses: () => Explanation['accesses'],
): Explanation[] {
  if (value.name !== name) return [];
  return [
    {
      title: `custom role ${name} of ${whose}`,
      facts: [
        { about: 'declared', value: '', origin },
        ...value.rules.map((rule, i) => ({
          about: 'allows',
          value: rightsOf([rule]).join(', '),
          origin: originAt(origin, 'rules', i),
        })),
      ],
      accesses: accesses(),
    },
  ];
}

function accessesOf(graph: AccessGraph, filter: Parameters<typeof listAccess>[1]): Explanation['accesses'] {
  return listAccess(graph, filter).map((access) => ({ access }));
}
