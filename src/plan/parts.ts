import type { ClusterAccess, ClusterNamespace, Meaning } from '../access/graph.ts';
import type { Cluster, Organization, Tenant } from '../config/model/desired-state.ts';

/** What facts are made of. */
export interface Parts {
  readonly limits: Organization['limits'];
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
    limits: organization.limits,
    organization,
    clusters,
    tenants,
    namespaces: graph.clusters.flatMap(({ cluster, namespaces }) => namespaces.map((entry) => ({ cluster, entry }))),
    accesses: graph.clusters,
  };
}

/** The parts of two states without those that are the same value in both, whose facts cannot differ. */
export function differingParts(before: Meaning, after: Meaning): { readonly before: Parts; readonly after: Parts } {
  const names = differingNamespaces(before, after);
  return { before: partsWithout(before, after, names), after: partsWithout(after, before, names) };
}

/**
 * The parts of a state without those that another has too. Of namespaces, all with the given names stay: several
 * clusters, and several namespaces of one name, have their facts under one key.
 */
function partsWithout(state: Meaning, other: Meaning, names: ReadonlySet<string>): Parts {
  const { limits, organization, clusters, tenants, namespaces, accesses } = partsOf(state);
  const known = new Set<unknown>([...other.desired.clusters, ...other.desired.tenants, ...other.graph.clusters]);
  const differs = (part: unknown): boolean => !known.has(part);
  return {
    limits,
    ...(organization !== other.desired.organization && { organization }),
    clusters: clusters.filter(differs),
    tenants: tenants.filter(differs),
    namespaces: namespaces.filter(({ entry }) => names.has(entry.name)),
    accesses: accesses.filter(differs),
  };
}

/** The names of the namespaces that are not the same value on a cluster on both sides. */
function differingNamespaces(before: Meaning, after: Meaning): Set<string> {
  const names = new Set<string>();
  const addThoseNotIn = (others: readonly ClusterAccess[], clusters: readonly ClusterAccess[]): void => {
    const byName = new Map(others.map((entry) => [entry.cluster.name, entry]));
    for (const one of clusters) {
      const other = byName.get(one.cluster.name);
      if (one === other) continue;
      const known = new Set<unknown>(
        other?.namespaces.map((entry) => (entry.kind === 'Tenant' ? entry.namespace : '')),
      );
      for (const entry of one.namespaces) {
        const isSame = entry.kind === 'Tenant' ? known.has(entry.namespace) : one.cluster === other?.cluster;
        if (!isSame) names.add(entry.name);
      }
    }
  };
  addThoseNotIn(before.graph.clusters, after.graph.clusters);
  addThoseNotIn(after.graph.clusters, before.graph.clusters);
  return names;
}
