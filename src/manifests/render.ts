import { Yaml } from 'cdk8s';
import type { Access, AccessGraph, ClusterAccess, ClusterNamespace } from '../access/graph.ts';
import type { Cluster, Landscape, Organization } from '../config/landscape.ts';
import { groupedBy, sortedBy } from '../order.ts';
import type { Origin } from '../source.ts';
import { authenticationConfiguration } from './authentication.ts';
import { namespacePath } from './applications.ts';
import { addApplications, addProjects, addRootReader } from './argo-cd.ts';
import { addClusterBindings, addClusterScopeRole } from './cluster.ts';
import { namespaceObjects } from './namespace.ts';
import type { ManifestFile, ManifestObject, NamespacePart, Part } from './part.ts';
import { header, namespaceRenderer, renderPart } from './part.ts';
import { apiServerFolder, operatorFolder } from './names.ts';
import { addPolicy, policiesOf, policyContext } from './policies/index.ts';
import { addWriter } from './writer.ts';

/** Everything that is rendered. */
export interface Rendered {
  /** Sorted by path. */
  readonly files: readonly ManifestFile[];
  /** The objects that are applied to clusters. */
  readonly objects: readonly ManifestObject[];
}

/**
 * Renders the manifests of all clusters of the graph, and what sets up Argo CD for all of the landscape. `knownPaths` are the
 * files of those clusters that are not in the graph.
 */
export function render(
  { organization, ...landscape }: Landscape,
  graph: AccessGraph,
  knownPaths: readonly string[] = [],
): Rendered {
  const tenants = landscape.tenants.map((t) => t.name);
  const renderNamespace = namespaceRenderer();
  const ofClusters = graph.clusters.map((cluster) => renderCluster(organization, cluster, tenants, renderNamespace));
  const paths = [...knownPaths, ...ofClusters.flatMap(({ files }) => files.map(({ path }) => path))];
  const rendered = [...ofClusters, renderArgoCD(organization, landscape.clusters, paths)];
  return {
    files: sortedBy(
      rendered.flatMap((r) => r.files),
      (f) => f.path,
    ),
    objects: rendered.flatMap((r) => r.objects),
  };
}

/** A file that is rendered from what the organization's file says. */
function organizationPart({ origin }: Organization, path: string, build: Part['build']): Part {
  return { path: `${path}.yaml`, from: origin.file, origin, build };
}

/** What Argo CD itself needs, where the organization says which repository it follows; `paths` are all of the clusters. */
function renderArgoCD(organization: Organization, clusters: readonly Cluster[], paths: readonly string[]): Rendered {
  const { argoCD } = organization;
  if (!argoCD) return { files: [], objects: [] };
  const parts = [
    renderPart(
      'argo-cd',
      organizationPart(organization, 'argo-cd/app-projects', (chart) => {
        addProjects(chart, organization, argoCD, clusters);
      }),
    ),
    renderPart(
      'argo-cd',
      organizationPart(organization, 'argo-cd/applications', (chart) => {
        addApplications(chart, organization, argoCD, clusters, paths);
      }),
    ),
    renderPart(
      'in-cluster',
      organizationPart(organization, `${operatorFolder}/in-cluster/argo-cd`, (chart) => {
        addRootReader(chart, organization);
      }),
    ),
  ];
  return { files: parts.map((r) => r.file), objects: parts.flatMap((r) => r.objects) };
}

function renderCluster(
  organization: Organization,
  clusterAccess: ClusterAccess,
  tenants: readonly string[],
  renderNamespace: ReturnType<typeof namespaceRenderer>,
): Rendered {
  const { cluster, namespaces, accesses } = clusterAccess;
  const clusterWide: Access[] = [];
  const inNamespace: Access[] = [];
  for (const access of accesses) (access.scope.kind === 'Cluster' ? clusterWide : inNamespace).push(access);
  const byNamespace = groupedBy(inNamespace, ({ scope }) => (scope.kind === 'Namespace' ? scope.namespace : ''));
  const bindingsFor = (group: string) => clusterWide.filter(({ subject }) => subject.name === group);

  const concern = (name: string, build: Part['build']): Part =>
    organizationPart(organization, `${cluster.name}/cluster/${name}`, build);
  const forOperator = (name: string, build: Part['build']): Part =>
    organizationPart(organization, `${operatorFolder}/${cluster.name}/${name}`, build);
  const context = policyContext(organization, cluster, tenants);
  const parts: Part[] = [
    ...policiesOf(context).map((policy) =>
      concern(`policy-${policy.name}`, (chart) => {
        addPolicy(chart, context, policy);
      }),
    ),
    // Whoever may bind `cluster-admin` is one, so Argo CD may not: the cluster's operator does.
    forOperator('cluster-admins', (chart) => {
      addClusterBindings(chart, organization, bindingsFor('cluster-admins'));
    }),
    forOperator('argo-cd', (chart) => {
      addWriter(chart, organization, clusterAccess);
    }),
    concern('cluster-scope', (chart) => {
      addClusterScopeRole(chart, organization);
      addClusterBindings(chart, organization, bindingsFor('cluster-scope'));
    }),
  ];
  const inNamespaces = namespaces.map((entry): NamespacePart => {
    const origin = originOf(entry);
    return {
      path: namespacePath(cluster, entry.name),
      from: origin.file,
      origin,
      namespace: entry.name,
      objects: namespaceObjects(organization, entry, byNamespace.get(entry.name) ?? []),
    };
  });

  const rendered = [
    ...parts.map((part) => renderPart(cluster.name, part)),
    ...inNamespaces.map((part) => renderNamespace(cluster.name, part)),
  ];
  const authentication = authenticationConfiguration(organization, cluster);
  return {
    files: [
      ...rendered.map((r) => r.file),
      ...(authentication
        ? [
            {
              path: `${apiServerFolder}/${cluster.name}/authentication-configuration.yaml`,
              text: header(cluster.origin.file) + Yaml.stringify(authentication),
            },
          ]
        : []),
    ],
    objects: rendered.flatMap((r) => r.objects),
  };
}

function originOf(entry: ClusterNamespace): Origin {
  switch (entry.kind) {
    case 'Tenant':
      return entry.namespace.origin;
    case 'Group':
      return entry.share.origin;
    case 'Retained':
      return entry.origin;
  }
}
