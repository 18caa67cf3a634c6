/** The cluster that Argo CD lives in, as its Applications name it. */
export const ownCluster = 'https://kubernetes.default.svc';

/** An AppProject that allows all that the harness's own tests do; not an example for anybody. */
export function openProject(name: string): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  };
}

/** What differs from one Application of the tests to another. */
export interface ApplicationOptions {
  readonly project: string;
  readonly repository: string;
  readonly path: string;
  /** Default: the cluster that Argo CD lives in. */
  readonly server?: string;
  /** Merged into `spec.syncPolicy`. */
  readonly syncPolicy?: object;
}

/** An Application's `spec`: server-side apply of a folder of plain manifests, automatic, with prune and self-heal. */
export function applicationSpec({ project, repository, path, server, syncPolicy }: ApplicationOptions): object {
  return {
    project,
    source: { repoURL: repository, targetRevision: 'main', path, directory: { recurse: true } },
    destination: { server: server ?? ownCluster },
    syncPolicy: {
      automated: { prune: true, selfHeal: true },
      syncOptions: ['ServerSideApply=true'],
      retry: { limit: 0 },
      ...syncPolicy,
    },
  };
}

/** An Application without a finalizer: to delete it deletes nothing else. */
export function application(name: string, options: ApplicationOptions): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name },
    spec: applicationSpec(options),
  };
}
