import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { atMost } from '../values/concurrency.ts';
import { Failure } from '../values/failure.ts';
import { listAt, textAt } from '../values/json.ts';
import { asker } from './connection.ts';
import type { Ask } from './connection.ts';
import type { CredentialStore, PluginSite } from './credentials.ts';
import { credentialStore, proxyAgent } from './credentials.ts';
import type { Options, Times } from './http.ts';
import type { Interest, ListedResource } from './kept.ts';
import { listedResources } from './kept.ts';
import type { KubeContext, UnusableContext } from './kubeconfig.ts';
import { isSameServer } from './kubeconfig.ts';
import { readList } from './lists.ts';
import type {
  ClusterSnapshot,
  ConnectionState,
  LiveObjects,
  LiveResource,
  Missing,
  OwnNamespaces,
  Snapshot,
} from './snapshot.ts';

/** A cluster as the config declares it: where credentials may go, and by whose certificate that is known. */
export interface DeclaredServer {
  readonly name: string;
  readonly server: string;
  /** PEM; without it, the certificate authority of the kubeconfig counts, or those that the machine trusts. */
  readonly certificateAuthority?: string;
  /** The namespace that Argo CD runs in, where it runs on this cluster: what is Argo CD's is read there and nowhere else. */
  readonly argoCDNamespace?: string;
}

/** Who is asking, as the API server says. */
export interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

/** What is read, and how. */
export interface Sweep {
  /** In the order in which they are to be in the Snapshot. */
  readonly clusters: readonly DeclaredServer[];
  readonly contexts: readonly (KubeContext | UnusableContext)[];
  readonly resources: readonly LiveResource[];
  readonly interest: Interest;
  readonly site: PluginSite;
  /** Sent as the `User-Agent`, by which an operator can give it a place of its own in the queue. */
  readonly userAgent: string;
  /** The time, in UTC. */
  readonly now: () => Date;
  /** The namespaces in which somebody has something, for whoever may not list them all. */
  readonly namespacesOf?: (cluster: string, caller: Caller) => readonly string[];
  /** Is told of each cluster that is done. */
  readonly onDone?: (cluster: string) => void;
  readonly budget?: Budget;
}

/** Milliseconds: of a request until it is connected and until its answer begins, and of a cluster in all. */
export interface Budget {
  readonly connect: number;
  readonly begin: number;
  readonly total: number;
}

const usualBudget: Budget = { connect: 5_000, begin: 15_000, total: 60_000 };

/** Clusters at a time, and requests at a time to each. */
const mostClusters = 16;
const mostRequests = 2;

/** How often a server may say that it is too busy. */
const mostAttempts = 4;

/**
 * Reads all clusters (S21, S26). One that cannot be read costs the others nothing, and has its reason in the place of its
 * objects. Only the declared servers are ever asked, whatever else stands in the kubeconfig, and each is known by the
 * certificate authority that is declared for it.
 */
export async function sweep(options: Sweep): Promise<Snapshot> {
  const takenAt = options.now().toISOString();
  const store = credentialStore(options.site);
  const inTurn = atMost(mostClusters);
  const clusters = await Promise.all(
    options.clusters.map((cluster) =>
      inTurn(async () => {
        const read = await readCluster(options, store, cluster);
        options.onDone?.(cluster.name);
        return read;
      }),
    ),
  );
  return { formatVersion: 1, takenAt, clusters };
}

async function readCluster(options: Sweep, store: CredentialStore, cluster: DeclaredServer): Promise<ClusterSnapshot> {
  const found = (state: ConnectionState, more: Partial<ClusterSnapshot> = {}): ClusterSnapshot => ({
    cluster: cluster.name,
    server: cluster.server,
    state,
    readAt: options.now().toISOString(),
    objects: {},
    ...more,
  });
  const context = contextOf(options.contexts, cluster);
  if (!context) return found({ kind: 'not-in-kubeconfig', why: `no context has the server ${cluster.server}` });
  let agent: Agent | undefined;
  try {
    const connected = await connectionTo(options, store, cluster, context);
    agent = connected.agent;
    const version = await versionOf(connected.ask, cluster);
    const { objects, missing } = await readObjects(options, connected.ask, cluster);
    const isAllForbidden = missing.every(({ isForbidden }) => isForbidden);
    const own = isForbidden(missing, 'namespaces') ? await readOwn(options, connected.ask, cluster.name) : undefined;
    return found(
      missing.length === 0
        ? { kind: 'ok' }
        : {
            kind: isAllForbidden ? 'forbidden' : 'partial',
            missing: missing.map(({ resource, why }) => ({ resource, why })),
          },
      { ...(version !== undefined && { version }), objects, ...(own && { own }) },
    );
  } catch (error) {
    if (error instanceof Failure) return found(stateOf(error));
    throw error;
  } finally {
    agent?.destroy();
  }
}

/** What a Failure means for the whole cluster. */
function stateOf({ code, message }: Failure): ConnectionState {
  if (code === 'untrusted') return { kind: 'untrusted', why: message };
  const isCallers = code === 'unauthorized' || code === 'kubeconfig';
  return { kind: isCallers ? 'unauthorized' : 'unreachable', why: message };
}

/** The context by which a declared cluster is asked: the first of its server. */
export function contextOf(
  contexts: readonly (KubeContext | UnusableContext)[],
  { server }: DeclaredServer,
): KubeContext | undefined {
  return contexts.find((c): c is KubeContext => 'server' in c && isSameServer(c.server, server));
}

/** What asks a declared cluster as the user of a context. Whoever has it destroys the agent in the end. */
export async function connectionTo(
  { userAgent, budget = usualBudget }: Pick<Sweep, 'userAgent' | 'budget'>,
  store: CredentialStore,
  cluster: DeclaredServer,
  context: KubeContext,
): Promise<{ readonly ask: Ask; readonly agent: Agent | undefined }> {
  const inKubeconfig = context.config.getCurrentCluster();
  const certificateAuthority = cluster.certificateAuthority ?? authorityOf(context);
  const audience = {
    server: cluster.server,
    ...(certificateAuthority !== undefined && { certificateAuthority }),
  };
  const trusted: Pick<Options, 'ca' | 'servername' | 'rejectUnauthorized'> = {
    ...(certificateAuthority !== undefined && { ca: certificateAuthority }),
    ...(inKubeconfig?.tlsServerName !== undefined && { servername: inKubeconfig.tlsServerName }),
    // Whatever the kubeconfig or the environment says: credentials are shown to nobody else.
    rejectUnauthorized: true,
  };
  const agent = inKubeconfig?.proxyUrl ? undefined : new Agent({ keepAlive: true, maxSockets: mostRequests });
  const withCredentials = async (credentials: ReturnType<CredentialStore['of']>): Promise<Options> => {
    const { headers, ...rest } = await credentials;
    const options = {
      ...rest,
      ...trusted,
      headers: { ...headers, accept: 'application/json', 'user-agent': userAgent },
    };
    return { ...options, agent: agent ?? (await proxyAgent(context, options)) };
  };
  const times: Times = { connect: budget.connect, begin: budget.begin, end: budget.total };
  // Credentials come first: somebody who logs in takes none of the server's time.
  const options = await withCredentials(store.of(context, audience));
  const ask = asker(
    { context: context.name, server: cluster.server },
    {
      options,
      renewed: () => withCredentials(store.renewed(context, audience)),
      times,
      total: budget.total,
      attempts: mostAttempts,
    },
  );
  const inTurn = atMost(mostRequests);
  return { ask: (...request) => inTurn(() => ask(...request)), agent };
}

/** The certificate authority that a kubeconfig has for a server (PEM). */
function authorityOf({ config, name }: KubeContext): string | undefined {
  const { caData, caFile } = config.getCurrentCluster() ?? {};
  if (caData !== undefined) return Buffer.from(caData, 'base64').toString('utf8');
  if (caFile === undefined) return undefined;
  try {
    return readFileSync(caFile, 'utf8');
  } catch (error) {
    throw new Failure('kubeconfig', `the certificate authority of context \`${name}\` cannot be read: ${caFile}`, {
      cause: error,
    });
  }
}

/** The server's version, by which one sees that it is an API server at all; undefined where it does not say. */
export async function versionOf(ask: Ask, { server }: DeclaredServer): Promise<string | undefined> {
  const { status, body } = await ask('GET', '/version');
  const version = textAt(body, 'gitVersion');
  // Of anything else that answers there, nothing is asked. Some servers tell only callers with rights.
  if ((status === 200 && version === undefined) || (status !== 200 && status !== 403 && status !== 429 && status < 500))
    throw new Failure('unreachable', `what answers at ${server} is not a Kubernetes API server`);
  if (status >= 500) throw new Failure('unreachable', `${server} answers with status ${status}`);
  if (status === 429) throw new Failure('unreachable', `${server} is too busy to answer`);
  return version;
}

interface NotListed extends Missing {
  readonly isForbidden: boolean;
}

function isForbidden(missing: readonly NotListed[], resource: string): boolean {
  return missing.some((m) => m.resource === resource && m.isForbidden);
}

/** The lists; where none could be read for the same failure of the connection, that Failure. */
async function readObjects(
  { resources, interest }: Sweep,
  ask: Ask,
  { argoCDNamespace }: DeclaredServer,
): Promise<{ readonly objects: LiveObjects; readonly missing: readonly NotListed[] }> {
  const lists = await Promise.all(
    resources.flatMap((name) => {
      const listed: ListedResource<unknown> = listedResources[name];
      const path = pathOf(name, listed, argoCDNamespace);
      if (path === undefined) return [];
      const read = readList(ask, path, listed.kept(interest));
      return [read.then((result) => ({ name, resource: listed.resource, listed: result }))];
    }),
  );
  const failures = lists.flatMap(({ listed }) => ('items' in listed || !listed.failure ? [] : [listed.failure]));
  const [failure] = failures;
  // Who is not known, or another than he says, has told nothing that counts.
  const decisive = failures.find(({ code }) => code !== 'unreachable') ?? failure;
  if (decisive && (decisive.code !== 'unreachable' || failures.length === lists.length)) throw decisive;
  return {
    objects: Object.fromEntries(lists.flatMap(({ name, listed }) => ('items' in listed ? [[name, listed.items]] : []))),
    missing: lists.flatMap(({ resource, listed }) =>
      'items' in listed ? [] : [{ resource, why: listed.why, isForbidden: listed.isForbidden }],
    ),
  };
}

/** The path of a list; undefined where there is nothing to be listed. */
function pathOf(
  name: LiveResource,
  { base, ofArgoCD }: ListedResource<unknown>,
  argoCDNamespace: string | undefined,
): string | undefined {
  if (!ofArgoCD) return `${base}/${name}`;
  return argoCDNamespace === undefined ? undefined : `${base}/namespaces/${argoCDNamespace}/${name}`;
}

/** The namespaces in which the caller has something, one by one. */
async function readOwn(
  { namespacesOf, interest, resources }: Sweep,
  ask: Ask,
  cluster: string,
): Promise<OwnNamespaces | undefined> {
  if (!namespacesOf || !resources.includes('namespaces')) return undefined;
  const caller = await callerOf(ask);
  if (!caller) return undefined;
  const names = namespacesOf(cluster, caller);
  const { base, kept } = listedResources.namespaces;
  const bindings = listedResources.rolebindings;
  const read = await Promise.all(
    names.map(async (name) => {
      const path = `/namespaces/${encodeURIComponent(name)}`;
      const answer = await ask('GET', `${base}${path}`);
      const namespace = answer.status === 200 ? kept(interest)(answer.body) : undefined;
      const listed = await readList(ask, `${bindings.base}${path}/rolebindings`, bindings.kept(interest));
      return {
        name,
        ...(namespace !== undefined && namespace !== 'left out' && { namespace }),
        ...('items' in listed && { rolebindings: listed.items }),
      };
    }),
  );
  return { user: caller.user, namespaces: read };
}

async function callerOf(ask: Ask): Promise<Caller | undefined> {
  const apiVersion = 'authentication.k8s.io/v1';
  const { status, body } = await ask('POST', `/apis/${apiVersion}/selfsubjectreviews`, {
    contentType: 'application/json',
    body: JSON.stringify({ apiVersion, kind: 'SelfSubjectReview' }),
  });
  const user = textAt(body, 'status', 'userInfo', 'username');
  if (status !== 201 || user === undefined) return undefined;
  const groups = listAt(body, 'status', 'userInfo', 'groups').filter((group) => typeof group === 'string');
  return { user, groups };
}
