import type { Access, AccessGraph, ClusterNamespace } from '../access/graph.ts';
import { holderOf } from '../access/holder.ts';
import { listAccess } from '../access/queries.ts';
import type { ClusterSnapshot } from '../cluster/snapshot.ts';
import { ceilingsOf } from '../config/model/ceilings.ts';
import type { DesiredState, Share, Subject } from '../config/model/desired-state.ts';
import { fullSubjectName, subjectKey } from '../config/model/desired-state.ts';
import type { LocatedValues } from '../config/model/located.ts';
import { authentication, cluster as clusterTable } from '../settings/cluster.ts';
import { grants } from '../settings/grants.ts';
import { isolation } from '../settings/isolation.ts';
import { namespace as namespaceTable } from '../settings/namespace.ts';
import type { ValueKeys } from '../settings/setting.ts';
import { keysOf, valuesIn } from '../settings/setting.ts';
import { tenant as tenantTable, tenantDefaults } from '../settings/tenant.ts';
import { groupedBy, sortedBy } from '../values/order.ts';
import type { Condition, LiveClusterState, LiveNamespaceState } from './live-state.ts';
import { allReady, clusterReady, liveCluster, liveNamespace, namespaceReady } from './live-state.ts';
import type { ObjectHistory } from './object-history.ts';

/**
 * Declared objects as documents of Kubernetes' shape (S39, S61): `metadata` and `spec` are Git's, `status` says what becomes of
 * them. What is live stands under `live` and in the condition Ready, and nowhere else.
 */

/** What a document is made of. */
export interface DocumentInput {
  readonly desired: DesiredState;
  readonly graph: AccessGraph;
  readonly history: ObjectHistory;
  /** What was read from the clusters; undefined where nothing was, and then nothing is said of what is live. */
  readonly snapshots?: readonly ClusterSnapshot[];
}

export interface Metadata extends Omit<ObjectHistory, 'notes'> {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What is declared, with defaults and inheritance applied: keys of the config, where it has them. */
export type Spec = Readonly<Record<string, unknown>>;

export type State = 'ACTIVE' | 'MARKED_FOR_DELETION';

/** A namespace on one of its clusters. */
export interface OnCluster {
  readonly name: string;
  readonly state: State;
  /** Left out where nothing was read. */
  readonly live?: LiveNamespaceState;
}

interface NamespaceStatus {
  readonly state: State;
  readonly conditions: readonly Condition[];
  readonly clusters: readonly OnCluster[];
}

export interface NamespaceDocument {
  readonly apiVersion: 'v1';
  readonly kind: 'Namespace';
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly status: NamespaceStatus;
}

export interface TenantDocument {
  readonly apiVersion: 'tenantry.dev/v1';
  readonly kind: 'Tenant';
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly status: {
    readonly state: 'ACTIVE' | 'DEACTIVATED';
    /** The number of namespaces. */
    readonly size: number;
    readonly namespaces: readonly string[];
    readonly conditions: readonly Condition[];
    readonly spaces: readonly (NamespaceStatus & { readonly name: string })[];
  };
}

export interface ClusterDocument {
  readonly apiVersion: 'tenantry.dev/v1';
  readonly kind: 'Cluster';
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly status: {
    readonly conditions: readonly Condition[];
    /** The groups that see it. */
    readonly seenBy: readonly { readonly group: string; readonly until?: string }[];
    readonly namespaces: readonly string[];
    readonly live?: LiveClusterState;
  };
}

/** A namespace as one holder has it, on however many clusters: of one name, those of different holders are others (S38). */
export interface HeldNamespace {
  readonly name: string;
  /** Undefined where it is no tenant's. */
  readonly tenant?: string;
  readonly on: readonly [EntryOn, ...EntryOn[]];
}

interface EntryOn {
  readonly cluster: string;
  readonly entry: ClusterNamespace;
}

/** The namespaces of a name: mostly one. */
export function heldNamespaces(graph: AccessGraph, name: string): HeldNamespace[] {
  const all = graph.clusters.flatMap(({ cluster, namespaces }) =>
    namespaces.filter((entry) => entry.name === name).map((entry) => ({ cluster: cluster.name, entry })),
  );
  return Array.from(groupedBy(all, ({ entry }) => holderOf(entry)).values()).flatMap(([first, ...others]) => {
    if (!first) return [];
    const { entry } = first;
    return [{ name, ...(entry.kind === 'Tenant' && { tenant: entry.tenant.name }), on: [first, ...others] as const }];
  });
}

/** A namespace: what is declared of it, who has access, and what it is on each of its clusters (S39). */
export function namespaceDocument(input: DocumentInput, held: HeldNamespace): NamespaceDocument {
  const [{ entry }] = held.on;
  const texts = entry.kind === 'Tenant' ? textsOf(entry.namespace) : {};
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: metadataOf(held.name, input.history, texts),
    spec: {
      ...namespaceSpec(entry),
      clusters: held.on.map(({ cluster }) => cluster),
      access: accessOf(input.graph, held),
    },
    status: namespaceStatus(held, input.snapshots),
  };
}

/** A tenant: with its namespaces, their number and their conditions (S61). Undefined where none has this name. */
export function tenantDocument(input: DocumentInput, name: string): TenantDocument | undefined {
  const { organization, tenants } = input.desired;
  const tenant = tenants.find((one) => one.name === name);
  if (!tenant) return undefined;
  const spaces = sortedBy(tenant.namespaces, (namespace) => namespace.name).flatMap((namespace) =>
    heldNamespaces(input.graph, namespace.name)
      .filter((held) => held.tenant === name)
      .map((held) => ({ name: held.name, ...namespaceStatus(held, input.snapshots) })),
  );
  const isCordoned =
    tenant.cordoned.value ||
    organization.cordons.some((cordon) => cordon.tenant === name && cordon.namespace === undefined);
  const grant = organization.grants.find((one) => one.tenant === name);
  const { defaultClusters, defaultShares } = tenant;
  return {
    apiVersion: 'tenantry.dev/v1',
    kind: 'Tenant',
    metadata: metadataOf(name, input.history),
    spec: {
      ...described(tenant),
      owners: tenant.owners.map(({ subject }) => ownerOf(subject)),
      ...valuesOf(valuesIn(tenantTable), tenant),
      allocations: tenant.allocations.map(({ value }) => value),
      subscriptionGroup: tenant.subscriptionGroup,
      defaults: {
        ...listed(
          'clusters',
          defaultClusters.map(({ value }) => value),
        ),
        ...listed('sharedWith', defaultShares.map(shareOf)),
        ...valuesOf(valuesIn(tenantDefaults), tenant.defaults),
      },
      roles: tenant.roles.map(({ value }) => value),
      ...(grant && { grants: valuesOf(valuesIn(grants), grant.values) }),
      limits: { namespacesPerTenant: ceilingsOf(organization, name).namespacesPerTenant.value },
    },
    status: {
      state: tenant.state.value === 'Deactivated' ? 'DEACTIVATED' : 'ACTIVE',
      size: spaces.length,
      namespaces: spaces.map((space) => space.name),
      conditions: [
        allReady(
          spaces.flatMap(({ name: namespace, conditions }) =>
            conditions
              .filter(({ type }) => type === 'Ready')
              .map((condition) => ({ ...condition, message: `${namespace} on ${condition.message}` })),
          ),
          { reason: 'NoNamespaces', message: 'it has no namespaces' },
        ),
        cordonedCondition(isCordoned),
      ],
      spaces,
    },
  };
}

/** A cluster: what is declared of it, who sees it, and what it is (S21). Undefined where none has this name. */
export function clusterDocument(
  { graph, history, snapshots }: DocumentInput,
  name: string,
): ClusterDocument | undefined {
  const access = graph.clusters.find(({ cluster }) => cluster.name === name);
  if (!access) return undefined;
  const { cluster, namespaces, seenBy } = access;
  const pem = cluster.certificateAuthority?.pem;
  const snapshot = snapshots?.find((one) => one.cluster === name);
  return {
    apiVersion: 'tenantry.dev/v1',
    kind: 'Cluster',
    metadata: metadataOf(name, history, { labels: cluster.labels }),
    spec: {
      ...described(cluster),
      ...valuesOf(valuesIn(clusterTable), cluster),
      ...(pem !== undefined && { certificateAuthority: { pem } }),
      id: cluster.id.value,
      authentication: valuesOf(valuesIn(authentication), cluster.authentication),
      sharedWith: cluster.sharedWith.map(({ group, namespace }) => ({ group, namespace: namespace ?? false })),
      ...listed(
        'retainedNamespaces',
        cluster.retainedNamespaces.map(({ value }) => value),
      ),
      ...listed(
        'foreignNamespaces',
        cluster.foreignNamespaces.map((foreign) => ({ name: foreign.name, sharedWith: foreign.shares.map(shareOf) })),
      ),
      ...(cluster.storageClasses && { storageClasses: cluster.storageClasses.map(({ value }) => value) }),
      ...(cluster.ingressClasses && { ingressClasses: cluster.ingressClasses.map(({ value }) => value) }),
      syncIdentity: cluster.syncIdentity,
      ...listed(
        'trustedServiceAccounts',
        cluster.trustedServiceAccounts.map(({ serviceAccount, powers }) => ({ serviceAccount, powers })),
      ),
    },
    status: {
      conditions: [clusterReady(snapshot)],
      seenBy: seenBy.map(({ group, until }) => ({ group, ...(until !== undefined && { until }) })),
      namespaces: namespaces.map((entry) => entry.name),
      ...(snapshot && { live: liveCluster(snapshot) }),
    },
  };
}

function metadataOf(
  name: string,
  { id, createdAt, modifiedAt, resourceVersion }: ObjectHistory,
  { labels = {}, annotations = {} }: Pick<Metadata, 'labels' | 'annotations'> = {},
): Metadata {
  return {
    ...(id !== undefined && { id }),
    name,
    ...(createdAt !== undefined && { createdAt }),
    ...(modifiedAt !== undefined && { modifiedAt }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

type TenantEntry = ClusterNamespace & { readonly kind: 'Tenant' };

/** Labels and annotations of users' choosing: those of the platform say what stands in `spec` and `status`. */
function textsOf({ labels, annotations }: TenantEntry['namespace']): Pick<Metadata, 'labels' | 'annotations'> {
  const plain = (texts: TenantEntry['namespace']['labels']): Record<string, string> =>
    Object.fromEntries(sortedBy(texts, ([key]) => key).map(([key, { value }]) => [key, value]));
  return { labels: plain(labels), annotations: plain(annotations) };
}

function namespaceSpec(entry: ClusterNamespace): Spec {
  switch (entry.kind) {
    case 'Tenant': {
      const { namespace, tenant } = entry;
      return {
        kind: entry.kind,
        tenant: tenant.name,
        identifier: namespace.identifier,
        ...(namespace.inherits && { inherits: namespace.inherits.value }),
        subscriptionGroup: tenant.subscriptionGroup,
        ...valuesOf(valuesIn(namespaceTable), namespace),
        cordoned: namespace.cordoned.value,
        isolation: valuesOf(valuesIn(isolation), namespace.isolation),
      };
    }
    case 'Group':
      return { kind: entry.kind, group: entry.share.group };
    case 'Retained':
    case 'Foreign':
      return { kind: entry.kind };
  }
}

/** Everybody who has something in a namespace, by whatever line; each once, though it is so on several clusters. */
function accessOf(graph: AccessGraph, { name, on }: HeldNamespace): Spec[] {
  const clusters = new Set(on.map(({ cluster }) => cluster));
  const found = listAccess(graph, { namespace: name }).filter(({ cluster }) => clusters.has(cluster));
  const key = ({ subject, role, until = '' }: Access): string[] => [subjectKey(subject), role.kind, role.name, until];
  const once = new Map(sortedBy(found, key).map((access) => [key(access).join('\n'), access]));
  return Array.from(once.values(), ({ subject, role, until }) =>
    shareOf({ subject, role: role.name, ...withEnd(until) }),
  );
}

function withEnd(until: string | undefined): { readonly until?: string } {
  return until === undefined ? {} : { until };
}

/** As a share is written. */
function shareOf({ subject, role, until }: Pick<Share, 'subject' | 'role' | 'until'>): Spec {
  const key = { Group: 'group', User: 'user', ServiceAccount: 'serviceAccount' }[subject.kind];
  return { [key]: fullSubjectName(subject), role, ...withEnd(until) };
}

function ownerOf(subject: Subject): Spec {
  const { kind, name } = subject;
  return { kind, name, ...(kind === 'ServiceAccount' && { namespace: subject.namespace }) };
}

function namespaceStatus({ name, on }: HeldNamespace, snapshots: DocumentInput['snapshots']): NamespaceStatus {
  const clusters = on.map(({ cluster, entry }): OnCluster & { readonly ready: Condition } => {
    const live = liveNamespace(
      snapshots?.find((one) => one.cluster === cluster),
      name,
    );
    return {
      name: cluster,
      state: entry.kind === 'Tenant' && entry.state.value === 'MarkedForDeletion' ? 'MARKED_FOR_DELETION' : 'ACTIVE',
      ready: namespaceReady(cluster, live),
      ...(snapshots && { live }),
    };
  });
  const isLeavingAll = clusters.every(({ state }) => state === 'MARKED_FOR_DELETION');
  const isCordoned = on.some(({ entry }) => entry.kind === 'Tenant' && entry.namespace.cordoned.value);
  return {
    state: isLeavingAll ? 'MARKED_FOR_DELETION' : 'ACTIVE',
    conditions: [
      allReady(
        clusters.map(({ ready }) => ready),
        { reason: 'NoClusters', message: 'it is on no cluster' },
      ),
      cordonedCondition(isCordoned),
    ],
    clusters: clusters.map(({ ready: _, ...cluster }) => cluster),
  };
}

function cordonedCondition(isCordoned: boolean): Condition {
  return isCordoned
    ? { type: 'Cordoned', status: 'True', reason: 'Cordoned', message: 'cordoned' }
    : { type: 'Cordoned', status: 'False', reason: 'Active', message: 'not cordoned' };
}

function described({ description }: { readonly description?: string }): Spec {
  return description === undefined ? {} : { description };
}

function listed(key: string, items: readonly unknown[]): Spec {
  return items.length === 0 ? {} : { [key]: items };
}

/** What a table of settings has values for, by key. */
function valuesOf<V>(keys: ValueKeys<V>, values: LocatedValues<V>): Spec {
  return Object.fromEntries(
    keysOf(keys).flatMap((key) => {
      const located = values[key];
      return located ? [[key, located.value] as const] : [];
    }),
  );
}
