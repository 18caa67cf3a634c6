import { Yaml } from 'cdk8s';
import type { Access, AccessGraph, ClusterAccess, ClusterNamespace } from '../access/graph.ts';
import type { Landscape, Organization } from '../config/landscape.ts';
import { groupedBy, sortedBy } from '../order.ts';
import type { Origin } from '../source.ts';
import { authenticationConfiguration } from './authentication.ts';
import { addClusterBindings, addClusterScopeRole } from './cluster.ts';
import { namespaceObjects } from './namespace.ts';
import type { ManifestFile, ManifestObject, NamespacePart, Part } from './part.ts';
import { header, namespaceRenderer, renderPart } from './part.ts';
import { addPolicy, policiesOf, policyContext } from './policies/index.ts';

/** Everything that is rendered. */
export interface Rendered {
  /** Sorted by path. */
  readonly files: readonly ManifestFile[];
  /** The objects that are applied to clusters. */
  readonly objects: readonly ManifestObject[];
}

/** Renders the manifests of all clusters of the graph. */
export function render({ organization, ...landscape }: Landscape, graph: AccessGraph): Rendered {
  const tenants = landscape.tenants.map((t) => t.name);
  const renderNamespace = namespaceRenderer();
  const rendered = graph.clusters.map((cluster) => renderCluster(organization, cluster, tenants, renderNamespace));
  return {
    files: sortedBy(
      rendered.flatMap((r) => r.files),
      (f) => f.path,
    ),
    objects: rendered.flatMap((r) => r.objects),
  };
}

function renderCluster(
  organization: Organization,
  { cluster, namespaces, accesses }: ClusterAccess,
  tenants: readonly string[],
  renderNamespace: ReturnType<typeof namespaceRenderer>,
): Rendered {
  const clusterWide: Access[] = [];
  const inNamespace: Access[] = [];
  for (const access of accesses) (access.scope.kind === 'Cluster' ? clusterWide : inNamespace).push(access);
  const byNamespace = groupedBy(inNamespace, ({ scope }) => (scope.kind === 'Namespace' ? scope.namespace : ''));
  const bindingsFor = (group: string) => clusterWide.filter(({ subject }) => subject.name === group);

  const concern = (name: string, build: Part['build']): Part => ({
    path: `${cluster.name}/cluster/${name}.yaml`,
    from: organization.origin.file,
    origin: organization.origin,
    build,
  });
  const context = policyContext(organization, cluster, tenants);
  const parts: Part[] = [
    ...policiesOf(context).map((policy) =>
      concern(`policy-${policy.name}`, (chart) => {
        addPolicy(chart, context, policy);
      }),
    ),
    concern('cluster-admins', (chart) => {
      addClusterBindings(chart, organization, bindingsFor('cluster-admins'));
    }),
    concern('cluster-scope', (chart) => {
      addClusterScopeRole(chart, organization);
      addClusterBindings(chart, organization, bindingsFor('cluster-scope'));
    }),
  ];
  const inNamespaces = namespaces.map((entry): NamespacePart => {
    const origin = originOf(entry);
    return {
      path: `${cluster.name}/namespaces/${entry.name}.yaml`,
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
              path: `api-server/${cluster.name}/authentication-configuration.yaml`,
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
