import { customClusterRole, platformPrefix } from '../access/custom-roles.ts';
import type { ClusterAccess, ClusterNamespace, Meaning, RoleRef } from '../access/graph.ts';
import { knownServiceAccounts, knownUsers } from '../access/queries.ts';
import type { ClusterSnapshot, LiveMetadata, LiveObjects, LiveResource } from '../cluster/snapshot.ts';
import type { CustomRole, DesiredState } from '../config/model/desired-state.ts';
import type { ManifestObject } from '../manifests/manifest-file.ts';
import type { Kind } from '../manifests/kinds.ts';
import { kinds } from '../manifests/kinds.ts';
import { argoCDCluster, argoCDFolder } from '../manifests/layout.ts';
import { keys, managedBy } from '../manifests/labels.ts';
import { oncePer } from '../values/once.ts';
import { groupedBy } from '../values/order.ts';
import type { ObjectRef, Unknown } from './finding.ts';

/** The kinds of objects that are rendered and read: all. */
export type ReadKind = Kind;

/** The lists by the kinds of what is in them, in an order that findings do not depend on. */
const resources = {
  Namespace: 'namespaces',
  RoleBinding: 'rolebindings',
  ClusterRoleBinding: 'clusterrolebindings',
  ClusterRole: 'clusterroles',
  Role: 'roles',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
  NetworkPolicy: 'networkpolicies',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
  AppProject: 'appprojects',
  Application: 'applications',
} as const satisfies { readonly [K in ReadKind]: (typeof kinds)[K]['resource'] & LiveResource };

/** The kinds that are compared, by name. */
export const readKinds: readonly ReadKind[] = Object.keys(resources).filter(
  (kind): kind is ReadKind => kind in resources,
);

/** The lists that a drift is worked out of. */
export const comparedResources: readonly LiveResource[] = Object.values(resources);

/** An object as it is kept of every list. */
export type LiveOne = LiveMetadata & { readonly namespace?: string };

/** What both sides say of one cluster, ready to be compared. */
export interface View {
  readonly desired: DesiredState;
  readonly access: ClusterAccess;
  /** The lists that are known whole. */
  readonly lists: LiveObjects;
  /** By name. */
  readonly entries: ReadonlyMap<string, ClusterNamespace>;
  /** What should be there, by `objectKey`. */
  readonly rendered: ReadonlyMap<string, ManifestObject>;
  /** Declared namespaces that are not there. */
  readonly gone: ReadonlySet<string>;
  /** Namespaces that are being deleted: what is in them vanishes as it should. */
  readonly terminating: ReadonlySet<string>;
  /** Roles of tenants and of the organization, by the names of their ClusterRoles. */
  readonly customRoles: ReadonlyMap<string, NamedCustomRole>;
  /** Who is named anywhere in the config. */
  readonly known: KnownNames;
}

interface NamedCustomRole {
  readonly ref: RoleRef;
  /** Undefined for one of the organization. */
  readonly tenant?: string;
  readonly role: CustomRole;
}

interface KnownNames {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** As `namespace/name`. */
  readonly serviceAccounts: ReadonlySet<string>;
}

/** Both sides of a cluster. A namespace that is not there, or being deleted, is told apart once, here. */
export function viewOf(
  { desired }: Meaning,
  access: ClusterAccess,
  objects: readonly ManifestObject[],
  lists: LiveObjects,
): View {
  const entries = new Map(access.namespaces.map((entry) => [entry.name, entry]));
  const there = lists.namespaces && new Set(lists.namespaces.map(({ name }) => name));
  const gone = there ? Array.from(entries.keys()).filter((name) => !there.has(name)) : [];
  const terminating = (lists.namespaces ?? []).filter((n) => n.deletedAt !== undefined || n.phase === 'Terminating');
  return {
    desired,
    access,
    lists,
    entries,
    rendered: renderedOn(desired, access.cluster.name, objects, lists),
    gone: new Set(gone),
    terminating: new Set(terminating.map(({ name }) => name)),
    customRoles: customRolesOf(desired),
    known: knownNames(desired),
  };
}

/**
 * The objects of a cluster, and what Argo CD needs where it runs: the organization may not say that it is this cluster, and
 * then what is there of it is as it should be, and nothing of it is missing.
 */
function renderedOn(
  { organization }: DesiredState,
  cluster: string,
  objects: readonly ManifestObject[],
  lists: LiveObjects,
): Map<string, ManifestObject> {
  const runsHere = organization.argoCD?.cluster?.value === cluster;
  const forArgoCD = objects.filter((o) => o.cluster === argoCDCluster && (runsHere || isThere(lists, o)));
  const ofArgoCD = runsHere ? objects.filter((o) => o.cluster === argoCDFolder) : [];
  const own = objects.filter((o) => o.cluster === cluster);
  return new Map([...own, ...forArgoCD, ...ofArgoCD].map((object) => [objectKey(object), object]));
}

function isThere(
  lists: LiveObjects,
  { kind, name, namespace }: Pick<ManifestObject, 'kind' | 'name' | 'namespace'>,
): boolean {
  const known = readKinds.find((read) => read === kind);
  return known !== undefined && (listOf(lists, known) ?? []).some((o) => o.name === name && o.namespace === namespace);
}

/** The objects of a kind; undefined where they are not known. */
export function listOf(lists: LiveObjects, kind: ReadKind): readonly LiveOne[] | undefined {
  return lists[resources[kind]];
}

/** One string for an object of a cluster: a name is another one in another namespace, and of another kind. */
export function objectKey({
  kind,
  name,
  namespace,
}: {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}): string {
  return `${kind}\n${namespace ?? ''}\n${name}`;
}

/** An object by what it is told from others. */
export function refOf(
  kind: string,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
): ObjectRef {
  return { kind, name, ...(namespace !== undefined && { namespace }) };
}

const managedByKey = keys('').managedBy;

/** Whether an object is tenantry's by its label or its name: the policy `managed-objects` goes by the same. */
export function isManaged({ name, labels }: Pick<LiveMetadata, 'name' | 'labels'>): boolean {
  return labels[managedByKey] === managedBy || name === managedBy || name.startsWith(platformPrefix);
}

/** The lists that are known whole: one that was read in part is none. */
export function wholeLists({ objects, state }: ClusterSnapshot): LiveObjects {
  const partly = 'missing' in state ? state.missing.map(({ resource }) => plainResource(resource)) : [];
  return Object.fromEntries(Object.entries(objects).filter(([resource]) => !partly.includes(resource)));
}

/** What of a cluster is not known and would be compared. Nothing is rendered of some kinds for an old Kubernetes. */
export function unknownOf(
  snapshot: ClusterSnapshot | undefined,
  lists: LiveObjects,
  rendered: Iterable<ManifestObject>,
): Unknown[] {
  const used = new Set(Array.from(rendered, ({ kind }) => kind));
  return readKinds.flatMap((kind): Unknown[] => {
    const isNeeded = kinds[kind].guard !== 'RBAC' || used.has(kind);
    if (!isNeeded || listOf(lists, kind) !== undefined) return [];
    return [{ resource: resources[kind], why: whyUnknown(snapshot, resources[kind]) }];
  });
}

function whyUnknown(snapshot: ClusterSnapshot | undefined, resource: string): string {
  if (!snapshot) return 'the snapshot does not have the cluster';
  const { state } = snapshot;
  if ('why' in state) return state.why;
  const missing = 'missing' in state ? state.missing.find((m) => plainResource(m.resource) === resource) : undefined;
  return missing?.why ?? 'it was not read';
}

function plainResource(resource: string): string {
  return resource.split('.', 1)[0] ?? '';
}

const customRolesOf = oncePer(({ organization, tenants }: DesiredState): ReadonlyMap<string, NamedCustomRole> => {
  const named = new Map<string, NamedCustomRole>();
  for (const { value: role } of organization.roles) {
    named.set(customClusterRole(undefined, role), { ref: { kind: 'OrganizationRole', name: role.name }, role });
  }
  for (const tenant of tenants) {
    for (const { value: role } of tenant.roles) {
      const ref = { kind: 'CustomRole', name: role.name } as const;
      named.set(customClusterRole(tenant, role), { ref, role, tenant: tenant.name });
    }
  }
  return named;
});

const knownNames = oncePer((desired: DesiredState): KnownNames => ({
  users: knownUsers(desired),
  groups: new Set(desired.organization.groups.map(({ name }) => name)),
  serviceAccounts: knownServiceAccounts(desired),
}));

/** The objects of each cluster, by its name. */
export function byCluster(objects: readonly ManifestObject[]): ReadonlyMap<string, readonly ManifestObject[]> {
  return groupedBy(objects, ({ cluster }) => cluster);
}
