import type { ClusterAccess, ClusterNamespace, Meaning } from '../access/graph.ts';
import type { Ceilings } from '../config/model/ceilings.ts';
import { ceilingsOf } from '../config/model/ceilings.ts';
import type { Cluster, Namespace, Organization, Tenant } from '../config/model/desired-state.ts';
import { isShared, withoutShared } from '../values/shared.ts';

/** What facts are made of. */
export interface Parts {
  /** How far a tenant may go. */
  readonly ceilings: (tenant: string) => Ceilings;
  /** Undefined where it is left out, with its groups. */
  readonly organization?: Organization;
  readonly clusters: readonly Cluster[];
  readonly tenants: readonly Tenant[];
  readonly namespaces: readonly NamespaceOnCluster[];
  /** The clusters with what everybody has there. */
  readonly accesses: readonly ClusterAccess[];
}

interface NamespaceOnCluster {
  readonly cluster: Cluster;
  readonly entry: ClusterNamespace;
}

/** All parts of a state. */
export function partsOf({ desired, graph }: Meaning): Parts {
  const { organization, clusters, tenants } = desired;
  return {
    ceilings: (tenant) => ceilingsOf(organization, tenant),
    organization,
    clusters,
    tenants,
    namespaces: graph.clusters.flatMap(({ cluster, namespaces }) => namespaces.map((entry) => ({ cluster, entry }))),
    accesses: graph.clusters,
  };
}

/** The parts of two states without those that they share, whose facts cannot differ. */
export function differingParts(before: Meaning, after: Meaning): { readonly before: Parts; readonly after: Parts } {
  const differing = differingNamespaces(before, after);
  return { before: partsWithout(before, after, differing), after: partsWithout(after, before, differing) };
}

/**
 * The parts of a state without those that it shares with another. Of namespaces, the given ones stay: what has one name on
 * one cluster, even by mistake twice, has its facts under one key.
 */
function partsWithout(state: Meaning, other: Meaning, differing: ReadonlySet<string>): Parts {
  const { ceilings, organization, clusters, tenants, namespaces, accesses } = partsOf(state);
  return {
    ceilings,
    ...(!isShared(organization, other.desired.organization) && { organization }),
    clusters: withoutShared(clusters, other.desired.clusters),
    tenants: withoutShared(tenants, other.desired.tenants),
    namespaces: namespaces.filter(({ cluster, entry }) => differing.has(keyOn(cluster, entry))),
    accesses: withoutShared(accesses, other.graph.clusters),
  };
}

/** One string for a namespace on a cluster. */
function keyOn(cluster: Pick<Cluster, 'name'>, namespace: { readonly name: string }): string {
  return `${cluster.name}/${namespace.name}`;
}

/** The namespaces that the two sides do not share, as `cluster/name`. */
function differingNamespaces(before: Meaning, after: Meaning): Set<string> {
  const differing = new Set<string>();
  const addThoseNotIn = (others: readonly ClusterAccess[], clusters: readonly ClusterAccess[]): void => {
    const byName = new Map(others.map((entry) => [entry.cluster.name, entry]));
    for (const one of clusters) {
      const other = byName.get(one.cluster.name);
      if (isShared(one, other)) continue;
      const theirs = other ? tenantNamespaces(other) : [];
      for (const namespace of withoutShared(tenantNamespaces(one), theirs))
        differing.add(keyOn(one.cluster, namespace));
      if (isShared(one.cluster, other?.cluster)) continue;
      for (const entry of one.namespaces) if (entry.kind !== 'Tenant') differing.add(keyOn(one.cluster, entry));
    }
  };
  addThoseNotIn(before.graph.clusters, after.graph.clusters);
  addThoseNotIn(after.graph.clusters, before.graph.clusters);
  return differing;
}

function tenantNamespaces({ namespaces }: ClusterAccess): Namespace[] {
  return namespaces.flatMap((entry) => (entry.kind === 'Tenant' ? [entry.namespace] : []));
}
