import { k8s } from 'cdk8s-plus-28';
import type { ArgoCD, Cluster, Organization } from '../../config/model/desired-state.ts';
import { protectedNames } from '../../config/model/protected-names.ts';
import type { ClusterApplication } from './applications.ts';
import { applicationsOf } from './applications.ts';
import { leftOut } from './destinations.ts';
import { groupedBy } from '../../values/order.ts';
import type { ObjectTemplate } from '../template.ts';
import { apiObject, template } from '../template.ts';
import { kinds, kindsIn } from '../kinds.ts';
import { argoCDFolder, clusterFolder, distFolder, rootApplication } from '../layout.ts';
import { keptByArgoCD } from '../annotations.ts';
import { keys, managedBy } from '../labels.ts';
import { clusterKinds, formerKinds, namedKinds, namespacedKinds, reads, rulesFor, subjectOf } from './cluster-role.ts';

/**
 * What sets up Argo CD for the whole fleet. The reasons of each setting are in docs/argo-cd.md, and shown by
 * `npm run test:argo-cd`.
 */

/** The project of the Applications of all clusters. */
const fleetProject = 'tenantry';

/** The project of the Application that keeps Argo CD's own objects. */
const rootProject = rootApplication;

/** The role that Argo CD's account needs where Argo CD runs, beside what its installation gives it in its namespace. */
const rootRole = 'tenantry:argo-cd-root';

/**
 * The ClusterRole of those who may see how Argo CD stands, for a RoleBinding in Argo CD's namespace: bound on the whole
 * cluster it would show the Applications of everybody, and what is written in them.
 */
const argoCDViewerRole = 'tenantry:argo-cd-viewer';

/** The cluster that Argo CD runs in, as its Applications name it. */
const ownServer = 'https://kubernetes.default.svc';

/** The kinds that the root Application applies into Argo CD's namespace. */
const rootKinds = kindsIn(argoCDFolder);

/** Where Argo CD reaches a cluster: the one that it runs in has a name of its own. */
function serverOf(argoCD: ArgoCD, { name, server }: Cluster): string {
  return name === argoCD.cluster?.value ? ownServer : server.value;
}

/** The projects: which repository may write what into which cluster. */
export function projects(organization: Organization, argoCD: ArgoCD, clusters: readonly Cluster[]): ObjectTemplate[] {
  const off = Array.from(new Set(protectedNames({ organization, clusters }).map(({ pattern }) => pattern)));
  const servers = groupedBy(clusters, (cluster) => serverOf(argoCD, cluster));
  return [
    apiObject('AppProject', {
      metadata: metadata(organization, argoCD, fleetProject),
      spec: {
        description: 'Access to the clusters: namespaces, and who may do what in them. Rendered by tenantry.',
        sourceRepos: [argoCD.repoURL.value],
        // Argo CD lets pass what no line denies and any line allows, so each denial is said for each server.
        // Of what others declare in a cluster, what the policy there lets pass is given by Git as well.
        destinations: Array.from(servers).flatMap(([server, there]) => [
          { server, namespace: '*' },
          ...leftOut(
            off,
            there.flatMap(({ foreignNamespaces }) => foreignNamespaces.map(({ name }) => name)),
          ).map((namespace) => ({ server, namespace: `!${namespace}` })),
        ]),
        clusterResourceWhitelist: [
          ...clusterKinds.map(({ group, kind }) => ({ group, kind })),
          ...namedKinds.map(({ group, kind, name }) => ({ group, kind, name })),
        ],
        clusterResourceBlacklist: off.map((name) => ({ group: '', kind: 'Namespace', name })),
        namespaceResourceWhitelist: [...namespacedKinds, ...formerKinds].map(({ group, kind }) => ({ group, kind })),
        roles: [readOnly(fleetProject)],
      },
    }),
    apiObject('AppProject', {
      metadata: metadata(organization, argoCD, rootProject),
      spec: {
        description: 'The Applications and projects of tenantry, kept by tenantry-argo-cd. Rendered by tenantry.',
        sourceRepos: [argoCD.repoURL.value],
        destinations: [{ server: ownServer, namespace: argoCD.namespace.value }],
        clusterResourceWhitelist: [],
        namespaceResourceWhitelist: rootKinds.map(({ group, kind }) => ({ group, kind })),
        roles: [readOnly(rootProject)],
      },
    }),
  ];
}

/** The Applications of each cluster, and the one that keeps all of them; `paths` are those of the clusters' files. */
export function applications(
  organization: Organization,
  argoCD: ArgoCD,
  clusters: readonly Cluster[],
  paths: readonly string[],
): ObjectTemplate[] {
  const application = (
    { name, include }: ClusterApplication,
    project: string,
    folder: string,
    destination: object,
  ): ObjectTemplate =>
    apiObject('Application', {
      metadata: metadata(organization, argoCD, name),
      spec: {
        project,
        source: {
          repoURL: argoCD.repoURL.value,
          targetRevision: argoCD.targetRevision.value,
          path: [...(argoCD.path ? [argoCD.path.value] : []), distFolder, folder].join('/'),
          // Said of all files as well: left out, the patterns of before would stay where somebody applied them by hand.
          directory: { recurse: true, include: include ? `{${include.join(',')}}` : '*' },
        },
        destination,
        syncPolicy,
        revisionHistoryLimit: 10,
      },
    });
  return [
    application({ name: rootApplication }, rootProject, argoCDFolder, {
      server: ownServer,
      namespace: argoCD.namespace.value,
    }),
    ...clusters.flatMap((cluster) =>
      applicationsOf(cluster, paths).map((of) =>
        application(of, fleetProject, clusterFolder(cluster), { server: serverOf(argoCD, cluster) }),
      ),
    ),
  ];
}

/**
 * A sync that was refused in part is tried again, at what Git says by then: without `refresh`, a revocation that is
 * merged later would wait for the object that is refused.
 */
const syncPolicy = {
  automated: { prune: true, selfHeal: true },
  syncOptions: ['ServerSideApply=true', 'ApplyOutOfSyncOnly=true'],
  retry: { limit: -1, refresh: true, backoff: { duration: '2s', factor: 2, maxDuration: '10s' } },
};

function metadata({ labelDomain }: Organization, { namespace }: ArgoCD, name: string) {
  return {
    name,
    namespace: namespace.value,
    labels: { [keys(labelDomain).managedBy]: managedBy },
    annotations: keptByArgoCD,
  };
}

/** Those who may see in Argo CD what becomes of a merge. Nobody may sync, override or delete there. */
function readOnly(project: string) {
  return {
    name: 'read-only',
    description: 'Sees the Applications of this project',
    policies: [`p, proj:${project}:read-only, applications, get, ${project}/*, allow`],
    groups: ['cluster-admins'],
  };
}

/**
 * What the root Application's account needs in the cluster that Argo CD runs in, beyond its installation's Role in its
 * own namespace: Argo CD watches a kind in all namespaces. Applied by the operator.
 */
export function rootReader({ labelDomain, syncIdentity }: Organization): ObjectTemplate[] {
  const metadata = { name: rootRole, labels: { [keys(labelDomain).managedBy]: managedBy } };
  return [
    template(k8s.KubeClusterRole, () => ({
      metadata,
      rules: rulesFor(rootKinds, reads),
    })),
    template(k8s.KubeClusterRoleBinding, () => ({
      metadata,
      roleRef: { apiGroup: kinds.ClusterRole.group, kind: 'ClusterRole', name: rootRole },
      subjects: [subjectOf(syncIdentity)],
    })),
    template(k8s.KubeClusterRole, () => ({
      metadata: { ...metadata, name: argoCDViewerRole },
      rules: rulesFor(rootKinds, ['list']),
    })),
  ];
}
