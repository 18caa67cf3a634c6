import { Yaml } from 'cdk8s';
import type { Access, AccessGraph, ClusterAccess, ClusterNamespace } from '../access/graph.ts';
import type { DesiredState, Organization } from '../config/model/desired-state.ts';
import { groupedBy, sortedBy } from '../values/order.ts';
import type { Origin } from '../source/source.ts';
import { authenticationConfiguration } from './authentication.ts';
import { applications, projects, rootReader } from './argo-cd/applications-and-projects.ts';
import { clusterBindings, clusterScopeRole } from './cluster-scope.ts';
import type { ObjectTemplate } from './template.ts';
import { namespaceObjects } from './namespace.ts';
import type { ManifestFile, ManifestObject, Part, PartObject } from './part.ts';
import { header, ofWhole, partRenderer } from './part.ts';
import {
  apiServerFile,
  argoCDCluster,
  argoCDFile,
  argoCDFolder,
  clusterFile,
  namespaceFile,
  operatorFile,
} from './layout.ts';
import { policiesOf, policyContext, policyObjects } from './policies/index.ts';
import { argoCDClusterRole } from './argo-cd/cluster-role.ts';

/** Everything that is rendered. */
export interface Rendered {
  /** Sorted by path. */
  readonly files: readonly ManifestFile[];
  /** The objects that are applied to clusters. */
  readonly objects: readonly ManifestObject[];
}

/** Renders the manifests of all clusters of the graph, and what sets up Argo CD for them. */
export function render(desired: DesiredState, graph: AccessGraph): Rendered {
  const ofClusters = graph.clusters.map(clusterRenderer(desired));
  const paths = ofClusters.flatMap(({ files }) => files.map(({ path }) => path));
  const rendered = [...ofClusters, renderArgoCD(desired, paths)];
  return {
    files: sortedBy(
      rendered.flatMap((r) => r.files),
      (f) => f.path,
    ),
    objects: rendered.flatMap((r) => r.objects),
  };
}

/**
 * A renderer of clusters' manifests, for one run. What is rendered of a cluster depends on the organization, the names of
 * all tenants, and what is given of the cluster.
 */
export function clusterRenderer({ organization, ...desired }: DesiredState): (cluster: ClusterAccess) => Rendered {
  const tenants = desired.tenants.map((t) => t.name);
  const renderPart = partRenderer();
  return (cluster) => renderCluster(organization, cluster, tenants, renderPart);
}

/** A file that is rendered from what the organization's file says. */
function organizationPart({ origin }: Organization, path: string, objects: readonly PartObject[]): Part {
  return { path, from: origin.file, origin, objects };
}

/** What Argo CD itself needs, where the organization says which repository it follows; `paths` are all of the clusters. */
export function renderArgoCD({ organization, clusters }: DesiredState, paths: readonly string[]): Rendered {
  const { argoCD } = organization;
  if (!argoCD) return { files: [], objects: [] };
  const renderPart = partRenderer();
  const part = (cluster: string, path: string, objects: readonly ObjectTemplate[]) =>
    renderPart(cluster, organizationPart(organization, path, ofWhole(objects)));
  const parts = [
    part(argoCDFolder, argoCDFile('app-projects'), projects(organization, argoCD, clusters)),
    part(argoCDFolder, argoCDFile('applications'), applications(organization, argoCD, clusters, paths)),
    part(argoCDCluster, operatorFile(argoCDCluster, 'argo-cd'), rootReader(organization)),
  ];
  return { files: parts.map((r) => r.file), objects: parts.flatMap((r) => r.objects) };
}

function renderCluster(
  organization: Organization,
  clusterAccess: ClusterAccess,
  tenants: readonly string[],
  renderPart: ReturnType<typeof partRenderer>,
): Rendered {
  const { cluster, namespaces, accesses } = clusterAccess;
  const clusterWide: Access[] = [];
  const inNamespace: Access[] = [];
  for (const access of accesses) (access.scope.kind === 'Cluster' ? clusterWide : inNamespace).push(access);
  const byNamespace = groupedBy(inNamespace, ({ scope }) => (scope.kind === 'Namespace' ? scope.namespace : ''));
  const bindingsFor = (group: string): PartObject[] =>
    clusterBindings(
      organization,
      clusterWide.filter(({ subject }) => subject.name === group),
    );

  const concern = (name: string, objects: readonly PartObject[]): Part =>
    organizationPart(organization, clusterFile(cluster, name), objects);
  const forOperator = (name: string, objects: readonly PartObject[]): Part =>
    organizationPart(organization, operatorFile(cluster.name, name), objects);
  const context = policyContext(organization, cluster, tenants);
  const parts: Part[] = [
    ...policiesOf(context).map((policy) => concern(`policy-${policy.name}`, ofWhole(policyObjects(context, policy)))),
    // Whoever may bind `cluster-admin` is one, so Argo CD may not: the cluster's operator does.
    forOperator('cluster-admins', bindingsFor('cluster-admins')),
    forOperator('argo-cd', ofWhole(argoCDClusterRole(organization, clusterAccess))),
    concern('cluster-scope', [...ofWhole([clusterScopeRole(organization)]), ...bindingsFor('cluster-scope')]),
    ...namespaces.map((entry): Part => {
      const origin = originOf(entry);
      return {
        path: namespaceFile(cluster, entry.name),
        from: origin.file,
        origin,
        objects: namespaceObjects(organization, entry, byNamespace.get(entry.name) ?? []),
      };
    }),
  ];

  const rendered = parts.map((part) => renderPart(cluster.name, part));
  const authentication = authenticationConfiguration(organization, cluster);
  return {
    files: [
      ...rendered.map((r) => r.file),
      ...(authentication
        ? [
            {
              path: apiServerFile(cluster),
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
