import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { gzipSync } from 'node:zlib';
import { createAuthority } from '../test/control-plane/certificates.ts';
import type { FleetFiles } from './fleet.ts';
import type { List, Lists, LiveSize } from './live-fleet.ts';
import { clusterNames, liveKubeconfig, liveLists, liveOrganization } from './live-fleet.ts';

/** A fleet that answers. */
export interface LiveFleet {
  /** The organization that declares it. */
  readonly files: FleetFiles;
  readonly kubeconfig: string;
  /** By cluster: how many requests there were since this was last asked. */
  readonly requests: () => Promise<Readonly<Record<string, number>>>;
  readonly stop: () => Promise<void>;
}

/** What a fleet is, and how far away. */
export interface LiveOptions extends LiveSize {
  /** Milliseconds of a round trip to any of the clusters. */
  readonly rtt: number;
}

/**
 * Starts the fleet in this process: an HTTPS server on loopback for each cluster, which answers as an API server does: lists
 * in pages, packed where the client takes that and the answer is as long as an API server packs it, and discovery for
 * kubectl.
 */
export async function startServers(options: LiveOptions): Promise<LiveFleet> {
  const authority = await createAuthority('bench-ca');
  const { certificate, key } = await authority.issueServer('api-server');
  const counts = new Map<string, number>();
  const listsOf = new Map<string, Lists>();
  const servers = await Promise.all(
    clusterNames(options).map(async (name) => {
      const answer = cached((url) => answerTo(listsOf.get(name), url));
      const server = createServer(
        { cert: certificate, key },
        distant(options.rtt, (request, response) => {
          counts.set(name, (counts.get(name) ?? 0) + 1);
          send(request, response, answer(request.url ?? '/'));
        }),
      );
      return { name, server, url: `https://127.0.0.1:${await listen(server)}` };
    }),
  );
  const files = liveOrganization(options, servers, authority.certificate);
  for (const [name, lists] of await liveLists(files)) listsOf.set(name, lists);
  return {
    files,
    kubeconfig: liveKubeconfig(servers, authority.certificate),
    requests: () => {
      const found = Object.fromEntries(servers.map(({ name }) => [name, counts.get(name) ?? 0]));
      counts.clear();
      return Promise.resolve(found);
    },
    stop: async () => {
      await Promise.all(servers.map(({ server }) => close(server)));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

/** Answers as late as from afar: one round trip for a request, and two more for a connection, by TCP and by TLS 1.3. */
function distant(rtt: number, listener: RequestListener): RequestListener {
  if (rtt === 0) return listener;
  const met = new WeakSet<object>();
  return (request, response) => {
    const trips = met.has(request.socket) ? 1 : 3;
    met.add(request.socket);
    setTimeout(listener, trips * rtt, request, response);
  };
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly plain: Buffer;
  /** Undefined for what is too short for that. */
  readonly packed?: Buffer;
}

/** An API server packs what is longer, at this level (`responsewriters` of k8s.io/apiserver). */
const packedFrom = 128 * 1024;
const packedAt = 1;

/** What is served twice is made once: the servers' own work is nothing that the bench measures. */
function cached(
  answer: (url: string) => Pick<Reply, 'status' | 'type'> & { readonly body: string },
): (url: string) => Reply {
  const known = new Map<string, Reply>();
  return (url) => {
    const found = known.get(url);
    if (found) return found;
    const { status, type, body } = answer(url);
    const plain = Buffer.from(body);
    const reply: Reply = {
      status,
      type,
      plain,
      ...(plain.length > packedFrom && { packed: gzipSync(plain, { level: packedAt }) }),
    };
    known.set(url, reply);
    return reply;
  };
}

function send({ headers }: IncomingMessage, response: ServerResponse, { status, type, plain, packed }: Reply): void {
  const takesPacked = headers['accept-encoding']?.includes('gzip') === true;
  const isPacked = packed !== undefined && takesPacked;
  const body = isPacked ? packed : plain;
  response.writeHead(status, {
    'content-type': type,
    'content-length': body.length,
    ...(isPacked && { 'content-encoding': 'gzip' }),
  });
  response.end(body);
}

const json = 'application/json';

function answerTo(lists: Lists | undefined, asked: string): Pick<Reply, 'status' | 'type'> & { readonly body: string } {
  const { pathname, searchParams } = new URL(asked, 'https://localhost');
  const list = lists?.get(pathname);
  if (list) return { status: 200, type: json, body: pageOf(list, searchParams) };
  if (pathname === '/version') {
    const version = { major: '1', minor: '36', gitVersion: 'v1.36.3', platform: 'linux/amd64' };
    return { status: 200, type: json, body: JSON.stringify(version) };
  }
  if (pathname === '/api' || pathname === '/apis')
    return { status: 200, type: discoveryType, body: discovery(pathname) };
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
  return { status: 404, type: json, body: JSON.stringify(status) };
}

function pageOf({ apiVersion, kind, items }: List, query: URLSearchParams): string {
  const from = Number(query.get('continue') ?? '0');
  const limit = Number(query.get('limit') ?? '0') || items.length;
  const left = items.length - from - limit;
  const metadata = {
    resourceVersion: '100000',
    ...(left > 0 && { continue: String(from + limit), remainingItemCount: left }),
  };
  const head = JSON.stringify({ kind, apiVersion, metadata });
  return `${head.slice(0, -1)},"items":[${items.slice(from, from + limit).join(',')}]}`;
}

const discoveryType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** What kubectl asks for once and keeps: the resources that this bench has it get. */
function discovery(path: '/api' | '/apis'): string {
  const resource = (name: string, kind: string, group: string, scope: 'Cluster' | 'Namespaced'): object => ({
    resource: name,
    responseKind: { group, version: 'v1', kind },
    scope,
    singularResource: kind.toLowerCase(),
    verbs: ['get', 'list'],
  });
  const group = (name: string, resources: readonly object[]): object => ({
    metadata: { name },
    versions: [{ version: 'v1', resources, freshness: 'Current' }],
  });
  const rbac = 'rbac.authorization.k8s.io';
  const items =
    path === '/api'
      ? [group('', [resource('nodes', 'Node', '', 'Cluster'), resource('namespaces', 'Namespace', '', 'Cluster')])]
      : [group(rbac, [resource('rolebindings', 'RoleBinding', rbac, 'Namespaced')])];
  return JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items });
}
