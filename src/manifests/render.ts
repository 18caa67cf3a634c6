import { boundClusterRole, customRolesInUse, existingRolesInUse } from '../access/custom-roles.ts';
import type { Access, AccessCluster, ClusterAccess, ClusterNamespace } from '../access/graph.ts';
import { clusterAccess } from '../access/graph.ts';
import type { DesiredState, Organization } from '../config/model/desired-state.ts';
import { groupedBy, sortedBy } from '../values/order.ts';
import type { Origin } from '../source/source.ts';
import type { ClusterInput, RenderedCluster, RenderedOrganization } from './cluster-input.ts';
import { clusterInputs } from './cluster-input.ts';
import { authenticationConfiguration } from './authentication.ts';
import { applications, projects, rootReader } from './argo-cd/applications-and-projects.ts';
import { clusterBinding, clusterScopeRole } from './cluster-scope.ts';
import type { ObjectTemplate } from './template.ts';
import { namespaceObjects } from './namespace.ts';
import type { ManifestFile, ManifestObject, FileTemplate, ExplainedTemplate, RenderedFile } from './manifest-file.ts';
import { header, withoutReasons, fileRenderer } from './manifest-file.ts';
import {
  apiServerFile,
  argoCDCluster,
  argoCDFile,
  argoCDFolder,
  clusterFile,
  namespaceFile,
  operatorFile,
} from './layout.ts';
import type { ForeignBinding } from './policies/index.ts';
import { policiesOf, policyContext, policyObjects } from './policies/index.ts';
import { argoCDClusterRole } from './argo-cd/cluster-role.ts';
import { customRoleFiles } from './custom-roles.ts';
import { viewerClusterRole } from './viewer.ts';
import { yamlText } from './yaml/yaml-text.ts';

/** Everything that is rendered. */
export interface Rendered {
  /** Sorted by path. */
  readonly files: readonly ManifestFile[];
  /** The objects that are applied to clusters. */
  readonly objects: readonly ManifestObject[];
}

/** Renders the manifests of all clusters on the day `asOf`, and what sets up Argo CD for them. */
export function render(desired: DesiredState, asOf: string): Rendered {
  const ofClusters = clusterInputs(desired, asOf).map(clusterRenderer());
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

/** A renderer of clusters' manifests, for one run: what it has constructed for one, it uses for others. */
export function clusterRenderer(): (input: ClusterInput) => Rendered {
  const renderFile = fileRenderer();
  return (input) => renderCluster(input, renderFile);
}

/** A file that is rendered from what the organization's file says. */
function fromOrganization(
  { origin }: Pick<RenderedOrganization, 'origin'>,
  path: string,
  objects: readonly ExplainedTemplate[],
): FileTemplate {
  return { path, from: origin.file, origin, objects };
}

/** What Argo CD itself needs, where the organization says which repository it follows; `paths` are all of the clusters. */
export function renderArgoCD({ organization, clusters }: DesiredState, paths: readonly string[]): Rendered {
  const { argoCD } = organization;
  if (!argoCD) return { files: [], objects: [] };
  const renderFile = fileRenderer();
  const file = (cluster: string, path: string, objects: readonly ObjectTemplate[]) =>
    renderFile(cluster, fromOrganization(organization, path, withoutReasons(objects)));
  const rendered = [
    file(argoCDFolder, argoCDFile('app-projects'), projects(organization, argoCD, clusters)),
    file(argoCDFolder, argoCDFile('applications'), applications(organization, argoCD, clusters, paths)),
    readerFile(organization),
  ];
  return { files: rendered.map((r) => r.file), objects: rendered.flatMap((r) => r.objects) };
}

/**
 * The files of a cluster that its operator applies, and no Argo CD: the rights of Argo CD's account, the custom roles, who is
 * a cluster admin; and the configuration of its API server. `meaning` is what the input comes to.
 */
export function operatorFiles(
  { organization, cluster }: Pick<ClusterInput, 'organization' | 'cluster'>,
  meaning: ClusterAccess<AccessCluster>,
): ManifestFile[] {
  const renderFile = fileRenderer();
  const templates = operatorTemplates(organization, cluster, meaning);
  return [
    ...templates.map((template) => renderFile(cluster.name, template).file),
    ...apiServerFiles(organization, cluster),
  ];
}

function operatorTemplates(
  organization: RenderedOrganization,
  cluster: RenderedCluster,
  meaning: ClusterAccess<AccessCluster>,
): FileTemplate[] {
  const customRoles = customRolesInUse(meaning);
  const bound = [...customRoles.map(({ clusterRole }) => clusterRole), ...existingRolesInUse(meaning)];
  const forOperator = (name: string, objects: readonly ExplainedTemplate[]): FileTemplate =>
    fromOrganization(organization, operatorFile(cluster.name, name), objects);
  return [
    // Whoever may bind `cluster-admin` is one, so Argo CD may not: the cluster's operator does.
    forOperator('cluster-admins', clusterBinding(organization, cluster, meaning.accesses, 'clusterAdmins')),
    forOperator('argo-cd', withoutReasons(argoCDClusterRole(organization, cluster, bound))),
    forOperator('viewer', withoutReasons([viewerClusterRole(organization)])),
    ...customRoleFiles(organization, cluster, customRoles),
  ];
}

function apiServerFiles(organization: RenderedOrganization, cluster: RenderedCluster): ManifestFile[] {
  const authentication = authenticationConfiguration(organization, cluster);
  if (!authentication) return [];
  return [{ path: apiServerFile(cluster), text: header(cluster.origin.file) + yamlText([authentication]) }];
}

/** What is applied by hand where Argo CD runs, where the organization says which repository it follows. */
export function argoCDReaderFiles(organization: Organization): ManifestFile[] {
  return organization.argoCD ? [readerFile(organization).file] : [];
}

function readerFile(organization: Organization): RenderedFile {
  const path = operatorFile(argoCDCluster, 'argo-cd');
  return fileRenderer()(argoCDCluster, fromOrganization(organization, path, withoutReasons(rootReader(organization))));
}

function renderCluster(input: ClusterInput, renderFile: ReturnType<typeof fileRenderer>): Rendered {
  const { organization, cluster } = input;
  const meaning = clusterAccess(input);
  const { namespaces, accesses } = meaning;
  const inNamespace = accesses.filter(({ scope }) => scope.kind === 'Namespace');
  const byNamespace = groupedBy(inNamespace, ({ scope }) => (scope.kind === 'Namespace' ? scope.namespace : ''));

  const ofCluster = (name: string, objects: readonly ExplainedTemplate[]): FileTemplate =>
    fromOrganization(organization, clusterFile(cluster, name), objects);
  const context = policyContext(input, namespaces, foreignBindings(meaning, byNamespace));
  const files: FileTemplate[] = [
    ...policiesOf(context).map((policy) =>
      ofCluster(`policy-${policy.name}`, withoutReasons(policyObjects(context, policy))),
    ),
    ...operatorTemplates(organization, cluster, meaning),
    ofCluster('cluster-scope', [
      ...withoutReasons([clusterScopeRole(organization)]),
      ...clusterBinding(organization, cluster, accesses, 'clusterScope'),
    ]),
    ...namespaces.flatMap((entry): FileTemplate[] => {
      const origin = originOf(entry);
      const objects = namespaceObjects(input, entry, byNamespace.get(entry.name) ?? []);
      // Of a foreign namespace in which nobody has anything, nothing is rendered.
      return objects.length === 0
        ? []
        : [{ path: namespaceFile(cluster, entry.name), from: origin.file, origin, objects }];
    }),
  ];

  const rendered = files.map((file) => renderFile(cluster.name, file));
  return {
    files: [...rendered.map((r) => r.file), ...apiServerFiles(organization, cluster)],
    objects: rendered.flatMap((r) => r.objects),
  };
}

/** What Argo CD may give in namespaces that others declare. */
function foreignBindings(
  cluster: ClusterAccess<AccessCluster>,
  byNamespace: ReadonlyMap<string, readonly Access[]>,
): ForeignBinding[] {
  return cluster.namespaces.flatMap((entry) =>
    entry.kind !== 'Foreign'
      ? []
      : (byNamespace.get(entry.name) ?? []).map(({ subject, role }) => ({
          namespace: entry.name,
          subject,
          clusterRole: boundClusterRole(entry, role, cluster),
        })),
  );
}

function originOf(entry: ClusterNamespace): Origin {
  switch (entry.kind) {
    case 'Tenant':
      return entry.namespace.origin;
    case 'Group':
      return entry.share.origin;
    case 'Retained':
      return entry.origin;
    case 'Foreign':
      return entry.foreign.origin;
  }
}
