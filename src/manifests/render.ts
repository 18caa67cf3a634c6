import { App, Chart, Yaml } from 'cdk8s';
import type { ApiObject } from 'cdk8s';
import type { Access, AccessGraph, ClusterAccess, ClusterNamespace } from '../access/graph.ts';
import type { Landscape, Organization } from '../config/landscape.ts';
import { groupedBy, sortedBy } from '../order.ts';
import type { Origin } from '../source.ts';
import { authenticationConfiguration } from './authentication.ts';
import { addClusterBindings, addClusterScopeRole } from './cluster.ts';
import { generatedMark } from './names.ts';
import { addNamespace } from './namespace.ts';
import { addPolicy, policiesOf, policyContext } from './policies/index.ts';

/** A file of the rendered tree; the path begins below `dist/`. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** An object of the rendered tree, as far as others need to look at it. */
export interface ManifestObject {
  readonly path: string;
  readonly cluster: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The whole of it, as it is sent to an API server. */
  readonly manifest: unknown;
  readonly source: { readonly origin: Origin; readonly target: 'value' };
}

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
  const rendered = graph.clusters.map((cluster) => renderCluster(organization, cluster, tenants));
  return {
    files: sortedBy(
      rendered.flatMap((r) => r.files),
      (f) => f.path,
    ),
    objects: rendered.flatMap((r) => r.objects),
  };
}

interface Part {
  readonly path: string;
  /** The config file that it is rendered from, for the comment at its top. */
  readonly from: string;
  readonly origin: Origin;
  readonly build: (chart: Chart) => void;
}

function renderCluster(
  organization: Organization,
  { cluster, namespaces, accesses }: ClusterAccess,
  tenants: readonly string[],
): Rendered {
  const clusterWide: Access[] = [];
  const inNamespace: Access[] = [];
  for (const access of accesses) (access.scope.kind === 'Cluster' ? clusterWide : inNamespace).push(access);
  const byNamespace = groupedBy(inNamespace, ({ scope }) => (scope.kind === 'Namespace' ? scope.namespace : ''));
  const bindingsFor = (group: string) => clusterWide.filter(({ subject }) => subject.name === group);

  const concern = (name: string, build: (chart: Chart) => void): Part => ({
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
    ...namespaces.map((entry): Part => {
      const origin = originOf(entry);
      return {
        path: `${cluster.name}/namespaces/${entry.name}.yaml`,
        from: origin.file,
        origin,
        build: (chart) => {
          addNamespace(chart, organization, entry, byNamespace.get(entry.name) ?? []);
        },
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

function renderPart(cluster: string, part: Part): { file: ManifestFile; objects: ManifestObject[] } {
  // A chart of its own for each file: within one app, cdk8s looks through all siblings for each new construct.
  const chart = new Chart(new App(), 'chart');
  part.build(chart);
  const objects = chart.apiObjects.map((object) => ({ object, manifest: toJson(object) }));
  return {
    file: {
      path: part.path,
      text: header(part.from) + Yaml.stringify(...objects.map(({ manifest }) => manifest)),
    },
    objects: objects.map(({ object, manifest }) => ({
      path: part.path,
      cluster,
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.name,
      ...namespaceOf(object),
      labels: labelsOf(object),
      manifest,
      source: { origin: part.origin, target: 'value' },
    })),
  };
}

function toJson(object: ApiObject): unknown {
  const json: unknown = object.toJson();
  return json;
}

function namespaceOf(object: ApiObject): { namespace?: string } {
  const { namespace } = object.metadata;
  return namespace === undefined ? {} : { namespace };
}

function labelsOf(object: ApiObject): Record<string, string> {
  const metadata: unknown = object.metadata.toJson();
  const labels =
    typeof metadata === 'object' && metadata !== null && 'labels' in metadata ? metadata.labels : undefined;
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

function header(from: string): string {
  return `${generatedMark} from ${from}. Do not edit: change that file and run \`tenantry synth\`.\n`;
}
