import type { AccessCluster } from '../access/graph.ts';
import { tenantsByCluster } from '../access/graph.ts';
import type { ArgoCD, Cluster, DesiredState, Group, Organization, Tenant } from '../config/model/desired-state.ts';

/**
 * All that the files of one cluster are rendered from. The renderer is given this and nothing else; it is what is handed
 * to another thread, and what `synth` digests to see whether a cluster has to be rendered again. So what is rendered can
 * depend on nothing that is not digested. It holds plain values alone, which `postMessage` can copy.
 */
export interface ClusterInput {
  readonly organization: RenderedOrganization;
  readonly cluster: RenderedCluster;
  /** The names of all tenants of the organization, sorted: policies know them. */
  readonly tenantNames: readonly string[];
  /** The tenants that have namespaces on the cluster, with all that they have. */
  readonly tenants: readonly Tenant[];
  /** The day (UTC, `YYYY-MM-DD`). */
  readonly asOf: string;
}

/** What of the organization is in the files of clusters. */
export interface RenderedOrganization extends Pick<
  Organization,
  'origin' | 'issuer' | 'admins' | 'roles' | 'clusterRoles' | 'clusterShares' | 'isolation' | 'labelDomain' | 'policies'
> {
  readonly naming: Pick<Organization['naming'], 'tenantPrefix'>;
  readonly groups: readonly Pick<Group, 'name'>[];
  readonly argoCD?: Pick<ArgoCD, 'repoURL'>;
}

/** What of a cluster is in its files. */
export type RenderedCluster = AccessCluster &
  Pick<
    Cluster,
    | 'origin'
    | 'id'
    | 'kubernetesVersion'
    | 'podSecurityLabels'
    | 'syncIdentity'
    | 'trustedServiceAccounts'
    | 'applications'
  >;

/** What each cluster is rendered from on the day `asOf`. What is the same for several is one value in all of them. */
export function clusterInputs({ organization, clusters, tenants }: DesiredState, asOf: string): ClusterInput[] {
  const rendered = renderedOrganization(organization);
  const tenantNames = tenants.map(({ name }) => name);
  const onCluster = tenantsByCluster(tenants);
  return clusters.map((cluster) => ({
    organization: rendered,
    cluster: renderedCluster(cluster),
    tenantNames,
    tenants: onCluster.get(cluster.name) ?? [],
    asOf,
  }));
}

function renderedOrganization(organization: Organization): RenderedOrganization {
  const {
    origin,
    issuer,
    admins,
    roles,
    clusterRoles,
    clusterShares,
    isolation,
    labelDomain,
    policies,
    naming,
    groups,
    argoCD,
  } = organization;
  return {
    origin,
    issuer,
    admins,
    roles,
    clusterRoles,
    clusterShares,
    isolation,
    labelDomain,
    policies,
    naming: { tenantPrefix: naming.tenantPrefix },
    groups: groups.map(({ name }) => ({ name })),
    ...(argoCD && { argoCD: { repoURL: argoCD.repoURL } }),
  };
}

function renderedCluster(cluster: Cluster): RenderedCluster {
  const { name, origin, sharedWith, retainedNamespaces, foreignNamespaces, authentication } = cluster;
  const { id, kubernetesVersion, podSecurityLabels, syncIdentity, trustedServiceAccounts, applications } = cluster;
  return {
    name,
    origin,
    sharedWith,
    retainedNamespaces,
    foreignNamespaces,
    authentication,
    id,
    kubernetesVersion,
    podSecurityLabels,
    syncIdentity,
    trustedServiceAccounts,
    applications,
  };
}
