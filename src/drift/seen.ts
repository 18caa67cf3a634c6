import type { ClusterAccess, ClusterNamespace, Meaning } from '../access/graph.ts';
import type {
  ClusterSnapshot,
  ConnectionState,
  LiveBinding,
  LiveNamespace,
  LiveNode,
  Snapshot,
} from '../cluster/snapshot.ts';
import type { DesiredState, Subject } from '../config/model/desired-state.ts';
import { subjectKey } from '../config/model/desired-state.ts';
import { tenantByName } from '../config/model/tenant-by-name.ts';
import type { Quantity } from '../kubernetes/quantity.ts';
import { parseQuantity, sumQuantities } from '../kubernetes/quantity.ts';
import { keys } from '../manifests/labels.ts';
import { oncePer } from '../values/once.ts';
import { groupedBy, sortedBy } from '../values/order.ts';
import type { HeldRole } from './finding.ts';
import { declaredSubject, liveGrants } from './grants.ts';
import { roleBook } from './roles.ts';
import { standings } from './standing.ts';
import { viewOf } from './view.ts';

/** What is so on the clusters, next to what Git says: the views of S2 and S21. */

/** With whom a namespace is shared, by the bindings that are there. */
export interface SeenShare {
  /** By its name in the config where it is declared; else by that of RBAC. */
  readonly subject: Subject;
  readonly isDeclared: boolean;
  readonly roles: readonly HeldRole[];
}

/**
 * Whether a namespace is there: by its phase (S17), `Missing` where Git declares it and the cluster does not have it, and
 * `Unknown` where the cluster does not say.
 */
export type SeenStatus = 'Active' | 'Terminating' | 'Missing' | 'Unknown';

/** A namespace on a cluster: one that Git declares, or that is the platform's by its labels or its name. */
export interface SeenNamespace {
  readonly name: string;
  readonly cluster: string;
  /** Undefined for one that is no tenant's. */
  readonly tenant?: string;
  readonly isDeclared: boolean;
  /** Undefined where nobody knows. */
  readonly sharedWith?: readonly SeenShare[];
  /** As its label says; undefined where it has none, or nobody knows. */
  readonly allocation?: string;
  readonly status: SeenStatus;
  readonly isCordoned?: boolean;
  /** RFC 3339. */
  readonly createdAt?: string;
  /** When the cluster was read (RFC 3339). */
  readonly readAt?: string;
}

/** A cluster, and how it can be reached (S21). */
export interface SeenCluster {
  readonly name: string;
  readonly server: string;
  readonly state: ConnectionState;
  readonly readAt?: string;
  readonly version?: string;
  /** None where the nodes are not known, as S21 has it: `nodesAreKnown` tells the two apart. */
  readonly nodes: number;
  readonly nodesReady: number;
  readonly cpus: Quantity;
  readonly memory: Quantity;
  readonly nodesAreKnown: boolean;
  /** Of the namespaces that Git declares. */
  readonly namespaces: { readonly declared: number; readonly unknown: number };
}

/** All namespaces on the clusters of a snapshot, by cluster in the order of the config, and by name. */
export function seenNamespaces({ desired, graph }: Meaning, { clusters }: Snapshot): SeenNamespace[] {
  const snapshots = new Map(clusters.map((snapshot) => [snapshot.cluster, snapshot]));
  return graph.clusters.flatMap((access) => {
    const snapshot = snapshots.get(access.cluster.name);
    return snapshot ? namespacesOn({ desired, graph }, access, snapshot) : [];
  });
}

/** The clusters of a snapshot, in the order of the config. */
export function seenClusters({ graph }: Meaning, snapshot: Snapshot): SeenCluster[] {
  const snapshots = new Map(snapshot.clusters.map((one) => [one.cluster, one]));
  return graph.clusters.flatMap(({ cluster: { name }, namespaces }) => {
    const found = snapshots.get(name);
    if (!found) return [];
    // With whom they are shared is nothing that counts here, and takes longest to find out.
    const find = finderIn(found);
    return [
      {
        name,
        server: found.server,
        state: found.state,
        readAt: found.readAt,
        ...(found.version !== undefined && { version: found.version }),
        ...nodesOf(found.objects.nodes),
        namespaces: {
          declared: namespaces.length,
          unknown: namespaces.filter((entry) => statusOf(find(entry.name).live) === 'Unknown').length,
        },
      },
    ];
  });
}

type SeenNodes = Pick<SeenCluster, 'nodes' | 'nodesReady' | 'cpus' | 'memory' | 'nodesAreKnown'>;

function nodesOf(nodes: readonly LiveNode[] | undefined): SeenNodes {
  const all = nodes ?? [];
  const sum = (texts: readonly string[]): Quantity => sumQuantities(texts.map((text) => parseQuantity(text) ?? 0n));
  return {
    nodes: all.length,
    nodesReady: all.filter(({ isReady }) => isReady).length,
    cpus: sum(all.map(({ cpu }) => cpu)),
    memory: sum(all.map(({ memory }) => memory)),
    nodesAreKnown: nodes !== undefined,
  };
}

/** What a cluster says of one namespace. */
interface Found {
  /** Undefined where nobody knows whether it is there. */
  readonly live: LiveNamespace | 'none' | undefined;
  readonly bindings: readonly LiveBinding[] | undefined;
}

function namespacesOn(meaning: Meaning, access: ClusterAccess, snapshot: ClusterSnapshot): SeenNamespace[] {
  const { desired } = meaning;
  const found = finderIn(snapshot);
  const declared = new Map(access.namespaces.map((entry) => [entry.name, entry]));
  const shares = shareFinder(meaning, access, snapshot);
  const others = (snapshot.objects.namespaces ?? []).filter(
    (live) => !declared.has(live.name) && isOurs(desired, live),
  );
  const key = keys(desired.organization.labelDomain);
  return sortedBy([...declared.keys(), ...others.map(({ name }) => name)], (name) => name).map((name) => {
    const entry = declared.get(name);
    const { live, bindings } = found(name);
    const is = typeof live === 'object' ? live : undefined;
    const tenant = tenantOf(desired, entry, is);
    const allocation = is?.labels[key.allocation];
    return {
      name,
      cluster: access.cluster.name,
      ...(tenant !== undefined && { tenant }),
      isDeclared: entry !== undefined,
      ...(bindings && live !== 'none' && { sharedWith: shares(bindings) }),
      ...(allocation !== undefined && allocation !== '' && { allocation }),
      status: statusOf(live),
      ...(is && { isCordoned: is.labels[key.cordoned] === 'true', createdAt: is.createdAt }),
      readAt: snapshot.readAt,
    };
  });
}

function statusOf(live: Found['live']): SeenStatus {
  if (live === undefined) return 'Unknown';
  if (live === 'none') return 'Missing';
  if (live.deletedAt !== undefined || live.phase === 'Terminating') return 'Terminating';
  return live.phase === 'Active' ? 'Active' : 'Unknown';
}

/** Looks a namespace up, in the lists or in what was read of it alone. */
function finderIn({ objects, own }: ClusterSnapshot): (name: string) => Found {
  const { namespaces, rolebindings } = objects;
  const byName = namespaces && new Map(namespaces.map((live) => [live.name, live]));
  const bindings = rolebindings && groupedBy(rolebindings, ({ namespace }) => namespace);
  const alone = new Map(own?.namespaces.map((one) => [one.name, one]));
  return (name) => ({
    live: byName ? (byName.get(name) ?? 'none') : alone.get(name)?.namespace,
    bindings: bindings ? (bindings.get(name) ?? []) : alone.get(name)?.rolebindings,
  });
}

/** Whether a namespace that Git does not declare is a tenant's by its name (S70), or the platform's by its labels. */
function isOurs(desired: DesiredState, { name, labels }: LiveNamespace): boolean {
  return keys(desired.organization.labelDomain).kind in labels || tenantNamed(desired, name) !== undefined;
}

function tenantOf(
  desired: DesiredState,
  entry: ClusterNamespace | undefined,
  live: LiveNamespace | undefined,
): string | undefined {
  if (entry) return entry.kind === 'Tenant' ? entry.tenant.name : undefined;
  const labelled = live?.labels[keys(desired.organization.labelDomain).tenant];
  return labelled ?? (live && tenantNamed(desired, live.name));
}

const tenantNames = oncePer(({ tenants }: DesiredState) => new Set(tenants.map(({ name }) => name)));

function tenantNamed(desired: DesiredState, name: string): string | undefined {
  return tenantByName(tenantNames(desired), name);
}

/** Tells with whom a namespace is shared: all but its own service accounts, which are its own business. */
function shareFinder(
  meaning: Meaning,
  access: ClusterAccess,
  { objects }: ClusterSnapshot,
): (bindings: readonly LiveBinding[]) => SeenShare[] {
  const view = viewOf(meaning, access, [], objects);
  const roles = roleBook(view);
  const standing = standings(view, roles);
  return (bindings) => {
    const grants = liveGrants('RoleBinding', bindings).filter((grant) => standing(grant) !== 'own');
    const bySubject = groupedBy(grants, ({ subject }) => subjectKey(subject));
    return sortedBy(bySubject, ([key]) => key).flatMap(([, all]): SeenShare[] => {
      const [first] = all;
      if (!first) return [];
      const declared = declaredSubject(view, first.subject);
      const held = new Map(all.map(({ role, scope }) => [`${role.kind}/${role.name}`, roles.held(role, scope)]));
      return [
        {
          subject: declared ?? first.subject,
          isDeclared: declared !== undefined,
          roles: sortedBy(held.values(), ({ name }) => name),
        },
      ];
    });
  };
}
