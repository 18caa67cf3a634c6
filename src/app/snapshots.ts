import { readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { AccessGraph } from '../access/graph.ts';
import { groupsOf, whatUserCan } from '../access/queries.ts';
import { namesOn } from '../access/names-on.ts';
import type { PluginSite } from '../cluster/credentials.ts';
import type { KubeContext, UnusableContext } from '../cluster/kubeconfig.ts';
import { readContexts } from '../cluster/kubeconfig.ts';
import { readSnapshot } from '../cluster/snapshot-file.ts';
import type { LiveResource, Snapshot } from '../cluster/snapshot.ts';
import type { Caller, DeclaredServer } from '../cluster/sweep.ts';
import { sweep } from '../cluster/sweep.ts';
import type { Cluster, DesiredState } from '../config/model/desired-state.ts';
import { jsonText } from '../render/text.ts';
import { counted } from '../source/text.ts';
import { replaceFile } from '../synth/replace-file.ts';
import { Failure } from '../values/failure.ts';
import { onSystem } from '../values/system-error.ts';
import type { Io } from './io.ts';

/** Where live things come from: the clusters themselves, or what was read of them before. */
export interface LiveOptions {
  readonly kubeconfig?: string;
  /** A file that an earlier run has saved. */
  readonly snapshot?: string;
  /** The file to save what was read to. */
  readonly save?: string;
  /** Only these clusters: no others are asked. */
  readonly clusters?: readonly string[];
}

/**
 * What the declared clusters say of themselves, or what a file says that they said. Of the clusters, only what is listed in
 * `resources` is read.
 */
export async function liveSnapshot(
  io: Io,
  { desired, graph }: { readonly desired: DesiredState; readonly graph: AccessGraph },
  options: LiveOptions,
  resources: readonly LiveResource[],
): Promise<Snapshot> {
  const clusters = desired.clusters.filter(({ name }) => options.clusters?.includes(name) ?? true);
  if (options.snapshot !== undefined) {
    const { clusters: read, ...rest } = savedSnapshot(io, options.snapshot);
    const names = new Set(clusters.map(({ name }) => name));
    return { ...rest, clusters: read.filter(({ cluster }) => names.has(cluster)) };
  }
  let done = 0;
  const say = (): void => {
    io.progress?.say(`${done} of ${counted(clusters.length, 'cluster')} read`);
  };
  // The first answer may take its time.
  const timer = setInterval(say, 1000);
  try {
    const snapshot = await sweep({
      clusters: clusters.map((cluster) => ({ ...declaredServer(cluster), ...argoCDOn(desired, cluster) })),
      contexts: await contextsOf(io, options.kubeconfig),
      resources,
      interest: {
        labelDomain: desired.organization.labelDomain,
        annotationKeys: annotationKeysOf(desired),
      },
      site: pluginSite(io),
      userAgent: userAgent(io),
      now: io.now,
      namespacesOf: (cluster, caller) => namespacesOf({ desired, graph }, cluster, caller),
      onDone: () => {
        done++;
        say();
      },
    });
    if (options.save !== undefined) save(io, options.save, snapshot);
    return snapshot;
  } finally {
    clearInterval(timer);
    io.progress?.clear();
  }
}

/** Where credential plugins are started. */
export function pluginSite({ environment, err }: Io): PluginSite {
  return { environment, isInteractive: err.width !== undefined };
}

/** The name by which API servers know these requests. */
export function userAgent({ version }: Io): string {
  return `tenantry/${version}`;
}

/** Where a cluster is by its file, and by whose certificate it is known. */
export function declaredServer({ name, server, certificateAuthority }: Cluster): DeclaredServer {
  const pem = certificateAuthority?.pem;
  return { name, server: server.value.replace(/\/+$/, ''), ...(pem !== undefined && { certificateAuthority: pem }) };
}

/** The namespace that Argo CD runs in, on the cluster that the organization says. */
function argoCDOn({ organization: { argoCD } }: DesiredState, { name }: Cluster): Partial<DeclaredServer> {
  return argoCD && argoCD.cluster?.value === name ? { argoCDNamespace: argoCD.namespace.value } : {};
}

/** The annotations that the files declare for any namespace. */
function annotationKeysOf({ tenants }: DesiredState): Set<string> {
  return new Set(tenants.flatMap(({ namespaces }) => namespaces.flatMap(({ annotations }) => [...annotations.keys()])));
}

/** The contexts of the kubeconfig that is named, or of those that kubectl would take. */
async function contextsOf(io: Io, named: string | undefined): Promise<(KubeContext | UnusableContext)[]> {
  const { KUBECONFIG: listed, HOME: home } = io.environment;
  const files =
    named !== undefined
      ? [named]
      : listed !== undefined && listed !== ''
        ? listed.split(delimiter).filter((file) => file !== '')
        : home !== undefined
          ? [join(home, '.kube/config')]
          : [];
  if (files.length === 0) {
    throw new Failure('kubeconfig', 'nothing says which kubeconfig to use', {
      help: 'name one with --kubeconfig, or in the environment variable KUBECONFIG',
    });
  }
  const all: (KubeContext | UnusableContext)[] = [];
  for (const file of files) all.push(...(await readContexts(resolve(io.cwd, file))));
  return all;
}

/** The namespaces of a cluster in which somebody has something by Git: he may be asked about them, where not about all. */
function namespacesOf(
  { desired, graph }: { readonly desired: DesiredState; readonly graph: AccessGraph },
  name: string,
  caller: Caller,
): string[] {
  const access = graph.clusters.find(({ cluster }) => cluster.name === name);
  if (!access) return [];
  const prefixes = namesOn(access.cluster);
  const without = (text: string, prefix: string): string[] =>
    text.startsWith(prefix) ? [text.slice(prefix.length)] : [];
  const users = without(caller.user, prefixes.user);
  const groups = new Set([
    ...caller.groups.flatMap((group) => without(group, prefixes.group)),
    ...users.flatMap((user) => groupsOf(desired.organization, user).map((group) => group.name)),
  ]);
  const byUser = users.flatMap((user) =>
    whatUserCan(graph, desired.organization, user, { cluster: name }).map(({ access: one }) => one),
  );
  const byGroup = access.accesses.filter(({ subject }) => subject.kind === 'Group' && groups.has(subject.name));
  const scopes = [...byUser, ...byGroup].flatMap(({ scope }) => (scope.kind === 'Namespace' ? [scope.namespace] : []));
  return [...new Set(scopes)].sort();
}

function savedSnapshot(io: Io, file: string): Snapshot {
  const path = resolve(io.cwd, file);
  const read = readSnapshot(onSystem(`read ${file}`, () => readFileSync(path, 'utf8')));
  if ('snapshot' in read) return read.snapshot;
  throw new Failure('not-understood', `${file} is no snapshot: ${read.problem}`, {
    help: 'write one with `tenantry status --save FILE`, by this version of tenantry',
  });
}

/** Nobody else may read it: it says who has access to what. */
function save(io: Io, file: string, snapshot: Snapshot): void {
  replaceFile(resolve(io.cwd, file), jsonText(snapshot), 0o600);
}
