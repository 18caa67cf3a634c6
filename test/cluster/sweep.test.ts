import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Interest } from '../../src/cluster/kept.ts';
import { readContexts } from '../../src/cluster/kubeconfig.ts';
import type { ClusterSnapshot, LiveResource, Snapshot } from '../../src/cluster/snapshot.ts';
import { readSnapshot } from '../../src/cluster/snapshot-file.ts';
import type { Budget, Sweep } from '../../src/cluster/sweep.ts';
import { sweep } from '../../src/cluster/sweep.ts';
import { jsonText } from '../../src/render/text.ts';
import type { ApiServer, Asked, Reply } from '../support/api-server.ts';
import { startApiServer } from '../support/api-server.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Reading all clusters at once, where some of them fail in every way that they can. Real ones are read in test/live/. */

const interest: Interest = { labelDomain: 'tenantry.dev', annotationKeys: new Set(['team']) };
const resources: readonly LiveResource[] = ['nodes', 'namespaces', 'rolebindings'];
/** Short, so that black holes are found out in seconds; a good server on a busy machine needs milliseconds. */
const budget: Budget = { connect: 2_000, begin: 3_000, total: 6_000 };

interface Entry {
  readonly name: string;
  readonly server: Pick<ApiServer, 'url' | 'certificateAuthority'>;
  /** The user's entry in the kubeconfig; undefined where there is no context at all. */
  readonly user?: Readonly<Record<string, unknown>>;
  readonly userName?: string;
  /** What else stands in the kubeconfig's cluster. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly authority?: string;
  readonly argoCDNamespace?: string;
}

/** Reads some servers as declared clusters, by a kubeconfig with a context for each. */
async function read(entries: readonly Entry[], change: Partial<Sweep> = {}): Promise<Snapshot> {
  const file = join(temporaryFolder(), 'kubeconfig');
  const known = entries.filter(({ user }) => user !== undefined);
  writeFileSync(
    file,
    JSON.stringify({
      clusters: known.map(({ name, server, cluster }) => ({
        name,
        cluster: { server: server.url, ...cluster },
      })),
      users: known.map(({ name, userName = name, user }) => ({ name: userName, user })),
      contexts: known.map(({ name, userName = name }) => ({ name, context: { cluster: name, user: userName } })),
    }),
  );
  return sweep({
    clusters: entries.map(({ name, server, authority, argoCDNamespace }) => ({
      name,
      server: server.url,
      certificateAuthority: authority ?? server.certificateAuthority,
      ...(argoCDNamespace !== undefined && { argoCDNamespace }),
    })),
    contexts: await readContexts(file),
    resources,
    interest,
    site: { environment: process.env, isInteractive: false },
    userAgent: 'tenantry/test',
    now: () => new Date('2026-06-15T12:00:00Z'),
    budget,
    ...change,
  });
}

const token = { token: 'secret-token' };

/** A cluster with a node, some namespaces and a binding in each, served in pages as they are asked for. */
function answers(count = 2): (asked: Asked) => Reply | undefined {
  const all: Readonly<Record<string, readonly object[]>> = {
    '/api/v1/nodes': [
      {
        metadata: { name: 'node-1', uid: 'n1' },
        status: { capacity: { cpu: '4', memory: '16Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
      },
    ],
    '/api/v1/namespaces': Array.from({ length: count }, (_, i) => namespace(i)),
    '/apis/rbac.authorization.k8s.io/v1/rolebindings': Array.from({ length: count }, (_, i) => ({
      metadata: { name: 'b', namespace: `ns-${i}`, uid: `b${i}` },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', name: 'audit' }],
    })),
  };
  return ({ path, query }) => {
    if (path === '/version') return { body: { gitVersion: 'v1.36.3' } };
    const items = all[path];
    if (!items) return undefined;
    const from = Number(query.get('continue') ?? '0');
    const limit = Number(query.get('limit'));
    const next = from + limit < items.length ? String(from + limit) : '';
    return { body: { kind: 'List', metadata: { continue: next }, items: items.slice(from, from + limit) } };
  };
}

function namespace(i: number): object {
  return {
    metadata: {
      name: `ns-${i}`,
      uid: `u${i}`,
      creationTimestamp: '2026-06-01T00:00:00Z',
      labels: { 'tenantry.dev/tenant': 'solar' },
      annotations: {
        team: 'sun',
        'kubectl.kubernetes.io/last-applied-configuration': 'MARKER-last-applied',
        other: 'MARKER-annotation',
      },
      managedFields: [
        { manager: 'argocd-controller', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:x': {} } } } },
        { manager: 'kubectl-edit', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:team': {} } } } },
        { manager: 'kubelet', subresource: 'status', fieldsV1: { 'f:status': { 'f:phase': {} } } },
      ],
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

const only = ({ clusters }: Snapshot): ClusterSnapshot => {
  const [cluster, ...others] = clusters;
  expect(others).toEqual([]);
  if (!cluster) throw new Error('no cluster was read');
  return cluster;
};

describe('a cluster that answers', () => {
  it('is read in four requests, packed, with a name for the server to know them by', async () => {
    const server = await startApiServer(answers());
    const cluster = only(await read([{ name: 'c', server, user: token }]));
    expect(cluster).toMatchObject({ cluster: 'c', state: { kind: 'ok' }, version: 'v1.36.3' });
    expect(cluster.objects.nodes).toMatchObject([{ name: 'node-1', cpu: '4', memory: '16Gi', isReady: true }]);
    expect(cluster.objects.namespaces?.map(({ name, phase }) => [name, phase])).toEqual([
      ['ns-0', 'Active'],
      ['ns-1', 'Active'],
    ]);
    expect(cluster.objects.rolebindings?.[0]).toMatchObject({
      namespace: 'ns-0',
      role: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', name: 'audit' }],
    });
    expect(server.asked.map(({ path }) => path)).toHaveLength(4);
    for (const { headers } of server.asked) {
      expect(headers).toMatchObject({
        'accept-encoding': 'gzip',
        'user-agent': 'tenantry/test',
        authorization: 'Bearer secret-token',
      });
    }
  });

  it('is kept without what may be a secret, and with who else keeps fields', async () => {
    const server = await startApiServer(answers());
    const snapshot = await read([{ name: 'c', server, user: token }]);
    expect(JSON.stringify(snapshot)).not.toMatch(/MARKER|secret-token/);
    expect(only(snapshot).objects.namespaces?.[0]).toMatchObject({
      annotations: { team: 'sun' },
      finalizers: ['kubernetes'],
      otherManagers: [{ manager: 'kubectl-edit', fields: ['metadata.labels.team'] }],
    });
  });

  it('is read page by page, however many objects there are', async () => {
    const server = await startApiServer(answers(2500));
    const cluster = only(await read([{ name: 'c', server, user: token }]));
    expect(cluster.objects.namespaces?.map(({ name }) => name)).toEqual(
      Array.from({ length: 2500 }, (_, i) => `ns-${i}`),
    );
    const pages = server.asked.filter(({ path }) => path === '/api/v1/namespaces');
    expect(pages.map(({ query }) => [query.get('limit'), query.get('continue')])).toEqual([
      ['1000', null],
      ['1000', '1000'],
      ['1000', '2000'],
    ]);
  });

  it('can be written to a file and read back', async () => {
    const server = await startApiServer(answers());
    const snapshot = await read([{ name: 'c', server, user: token }]);
    expect(readSnapshot(jsonText(snapshot))).toEqual({ snapshot });
    expect(readSnapshot('{}')).toEqual({ problem: "it must have required property 'formatVersion'" });
    expect(readSnapshot(jsonText({ ...snapshot, formatVersion: 2 }))).toHaveProperty('problem');
  });
});

/** A page of namespaces that is answered otherwise. */
const namespacesBy =
  (reply: (asked: Asked, usual: Reply | undefined) => Reply | undefined, count = 2) =>
  (asked: Asked): Reply | undefined => {
    const usual = answers(count)(asked);
    return asked.path === '/api/v1/namespaces' ? reply(asked, usual) : usual;
  };

describe('a list', () => {
  const namespacesOf = async (reply: Parameters<typeof namespacesBy>[0], count?: number): Promise<ClusterSnapshot> => {
    const server = await startApiServer(namespacesBy(reply, count));
    const cluster = only(await read([{ name: 'c', server, user: token }]));
    // The others are not spoiled by it.
    expect(cluster.objects.nodes).toHaveLength(1);
    expect(cluster.objects.rolebindings).toHaveLength(count ?? 2);
    return cluster;
  };

  it.each<[string, Parameters<typeof namespacesBy>[0], string, string]>([
    [
      'that the caller may not read',
      () => ({ status: 403, body: { kind: 'Status' } }),
      'forbidden',
      'you may not list',
    ],
    ['that fails', () => ({ status: 500, body: { kind: 'Status' } }), 'partial', 'status 500'],
    ['of another shape', () => ({ body: { items: 'none' } }), 'partial', 'the answer has no items'],
    ['that is no JSON', () => ({ body: '<html>log in</html>' }), 'partial', 'the answer has no items'],
    [
      'that says it is something else',
      (_, usual) => ({ ...usual, headers: { 'content-type': 'text/html' } }),
      'partial',
      'the answer has no items',
    ],
    ['with something that is no object', () => ({ body: { items: [1] } }), 'partial', 'an object without a name'],
    [
      'that ends before its end',
      () => ({ body: { metadata: { remainingItemCount: 7 }, items: [namespace(0)] } }),
      'partial',
      'ends before its end',
    ],
    [
      'that never ends',
      () => ({ body: { metadata: { continue: 'again' }, items: [namespace(0)] } }),
      'partial',
      'does not end',
    ],
    ['that leads elsewhere', () => ({ status: 302, headers: { location: '/elsewhere' } }), 'partial', 'status 302'],
    [
      'of more than is ever read',
      () => ({ headers: { 'content-type': 'application/json' }, endless: { text: ' '.repeat(1 << 20) } }),
      'partial',
      'more than 64 MiB',
    ],
    ['that is cut', () => ({ cut: 'half' }), 'partial', 'the connection was cut'],
    ['that is packed and cut', () => ({ cut: 'half, packed' }), 'partial', 'the answer was cut'],
    ['that is cut before it begins', () => ({ cut: 'reset' }), 'partial', 'the connection was cut'],
    ['that does not come', () => ({ cut: 'silent' }), 'partial', 'no answer in time'],
    [
      'that comes a little at a time',
      () => ({ headers: { 'content-type': 'application/json' }, endless: { text: ' ', every: 50 } }),
      'partial',
      'no answer in time',
    ],
  ])('%s is not known, and that is no empty list', async (_, reply, kind, why) => {
    const { state, objects } = await namespacesOf(reply);
    expect(state).toEqual({ kind, missing: [{ resource: 'namespaces', why: expect.stringContaining(why) as string }] });
    expect(objects).not.toHaveProperty('namespaces');
  });

  it('of which the server has forgotten the next page is read anew', async () => {
    let forgotten = 1;
    const { state, objects } = await namespacesOf(
      ({ query }, usual) => (query.has('continue') && forgotten-- > 0 ? { status: 410, body: {} } : usual),
      1500,
    );
    expect(state).toEqual({ kind: 'ok' });
    expect(objects.namespaces?.map(({ name }) => name)).toEqual(Array.from({ length: 1500 }, (_, i) => `ns-${i}`));
  });

  it('that is forgotten again and again is not known', async () => {
    const { state } = await namespacesOf(({ query }, usual) => (query.has('continue') ? { status: 410 } : usual), 1500);
    expect(state).toEqual({
      kind: 'partial',
      missing: [{ resource: 'namespaces', why: 'it changes faster than it can be read' }],
    });
  });

  it('of a server that is too busy for a moment is waited for, and not for ever', async () => {
    let busy = 1;
    const waited = await namespacesOf((_, usual) =>
      busy-- > 0 ? { status: 429, headers: { 'retry-after': '1' } } : usual,
    );
    expect(waited.state).toEqual({ kind: 'ok' });
    const given = await namespacesOf(() => ({ status: 429, headers: { 'retry-after': '1' } }));
    expect(given.state).toEqual({ kind: 'partial', missing: [{ resource: 'namespaces', why: 'status 429' }] });
  });
});

describe('a cluster that cannot be read', () => {
  /** A server that takes connections and says nothing, not even in TLS. */
  async function blackHole(): Promise<Entry['server']> {
    const server = createTcpServer(() => undefined);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { url: `https://127.0.0.1:${port}`, certificateAuthority: good.certificateAuthority };
  }
  let good: ApiServer;

  it('has its own state, spoils no other, and costs no more than its budget', async () => {
    good = await startApiServer(answers());
    const otherAuthority = await startApiServer();
    const refused = await startApiServer(() => ({ status: 401, body: {} }));
    const page = await startApiServer(() => ({ body: '<html>hello</html>' }));
    const broken = await startApiServer(() => ({ status: 503, body: {} }));
    const dying = await startApiServer((asked) => (asked.path === '/version' ? answers()(asked) : { cut: 'reset' }));
    const start = performance.now();
    const { clusters } = await read([
      { name: 'black-hole', server: await blackHole(), user: token },
      { name: 'broken', server: broken, user: token },
      { name: 'dying', server: dying, user: token },
      { name: 'elsewhere', server: { ...good, url: 'https://127.0.0.1:2' } },
      { name: 'good', server: good, user: token },
      { name: 'gone', server: { ...good, url: 'https://127.0.0.1:1' }, user: token },
      { name: 'other-authority', server: good, user: token, authority: otherAuthority.certificateAuthority },
      { name: 'page', server: page, user: token },
      { name: 'plugin', server: { ...good, url: `${good.url}/p` }, user: exec('echo MARKER-stderr >&2; exit 1') },
      { name: 'refused', server: refused, user: token },
    ]);
    expect(performance.now() - start).toBeLessThan(10 * budget.total);
    const why = ({ state }: ClusterSnapshot): string => ('why' in state ? state.why : '');
    expect(clusters.map((c) => [c.cluster, c.state.kind, why(c).replaceAll(/https:\S+/g, 'SERVER')])).toEqual([
      ['black-hole', 'unreachable', 'SERVER cannot be reached: no connection in time'],
      ['broken', 'unreachable', 'SERVER answers with status 503'],
      ['dying', 'unreachable', 'SERVER cannot be reached: the connection was cut'],
      ['elsewhere', 'not-in-kubeconfig', 'no context has the server SERVER'],
      ['good', 'ok', ''],
      ['gone', 'unreachable', 'SERVER cannot be reached: nothing listens there'],
      ['other-authority', 'untrusted', expect.stringContaining('the certificate of SERVER is not to be trusted')],
      ['page', 'unreachable', 'what answers at SERVER is not a Kubernetes API server'],
      ['plugin', 'unauthorized', 'there are no credentials for context `plugin`: MARKER-stderr'],
      ['refused', 'unauthorized', 'SERVER does not accept the credentials of context `refused`'],
    ]);
    // Whoever is not trusted has been shown nothing.
    expect(otherAuthority.asked).toEqual([]);
    for (const { cluster, objects } of clusters.filter(({ state }) => state.kind !== 'ok')) {
      expect({ cluster, objects }).toEqual({ cluster, objects: {} });
    }
  });

  it('is not in the kubeconfig where no context has its server', async () => {
    const server = await startApiServer(answers());
    expect(only(await read([{ name: 'c', server }])).state).toEqual({
      kind: 'not-in-kubeconfig',
      why: `no context has the server ${server.url}`,
    });
    expect(server.asked).toEqual([]);
  });
});

/** A user whose credentials a shell script prints. */
function exec(script: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script], ...more } };
}

const readLines = (file: string): string[] => readFileSync(file, 'utf8').trim().split('\n');

describe('credentials', () => {
  const counting = (file: string, rest: string): string => `echo run >> ${file}; ${rest}`;
  const printed = (what: object): string => `echo '${JSON.stringify({ kind: 'ExecCredential', status: what })}'`;

  it('are asked for once, however many clusters are of one user', async () => {
    const log = join(temporaryFolder(), 'log');
    const servers = await Promise.all(Array.from({ length: 6 }, () => startApiServer(answers())));
    const { clusters } = await read(
      servers.map((server, i) => ({
        name: `c${i}`,
        server,
        userName: 'me',
        user: exec(counting(log, printed({ token: 'plugged' }))),
      })),
    );
    expect(clusters.map(({ state }) => state.kind)).toEqual(servers.map(() => 'ok'));
    expect(readLines(log)).toEqual(['run']);
    expect(servers[3]?.asked[0]?.headers.authorization).toBe('Bearer plugged');
  });

  it('that are made for one server are shown to no other', async () => {
    const servers = await Promise.all(Array.from({ length: 2 }, () => startApiServer(answers())));
    // The plugin says which server it was told of.
    const script = `server=$(printf %s "$KUBERNETES_EXEC_INFO" | sed 's/.*"server":"https:..127.0.0.1:\\([0-9]*\\).*/\\1/'); echo "{\\"status\\":{\\"token\\":\\"for-$server\\"}}"`;
    await read(
      servers.map((server, i) => ({
        name: `c${i}`,
        server,
        userName: 'me',
        user: exec(script, { provideClusterInfo: true }),
      })),
    );
    for (const { asked, url } of servers) {
      expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(
        new Set([`Bearer for-${new URL(url).port}`]),
      );
    }
  });

  it('that a server no longer takes are renewed, once', async () => {
    const log = join(temporaryFolder(), 'log');
    const server = await startApiServer((asked) =>
      asked.headers.authorization === 'Bearer 2' ? answers()(asked) : { status: 401, body: {} },
    );
    const script = counting(log, `n=$(wc -l < ${log}); echo "{\\"status\\":{\\"token\\":\\"$((n))\\"}}"`);
    expect(only(await read([{ name: 'c', server, user: exec(script) }])).state).toEqual({ kind: 'ok' });
    expect(readLines(log)).toEqual(['run', 'run']);
  });

  it('are not asked of somebody where nobody is', async () => {
    const server = await startApiServer(answers());
    const user = exec(printed({ token: 'x' }), { interactiveMode: 'Always' });
    expect(only(await read([{ name: 'c', server, user }])).state).toMatchObject({
      kind: 'unauthorized',
      why: expect.stringContaining('wants to ask somebody, and nobody is here') as string,
    });
  });

  it.each<[string, string, string]>([
    ['prints something else', 'echo MARKER', 'prints is no ExecCredential'],
    ['prints no token', `echo '{"status":{"other":"MARKER"}}'`, 'has neither a token nor a certificate'],
    [
      'says a secret',
      'echo "token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJNQVJLRVIifQ.c2lnbmF0dXJl" >&2; exit 1',
      'no credentials',
    ],
  ])('of a plugin that %s are none, and what it says is not repeated', async (_, script, why) => {
    const server = await startApiServer(answers());
    const snapshot = await read([{ name: 'c', server, user: exec(script) }]);
    expect(only(snapshot).state).toMatchObject({
      kind: 'unauthorized',
      why: expect.stringContaining(why) as string,
    });
    expect(JSON.stringify(snapshot)).not.toMatch(/MARKER|eyJ/);
    expect(server.asked).toEqual([]);
  });

  it('go to the declared server alone, whatever else the kubeconfig has', async () => {
    const declared = await startApiServer(answers());
    const stranger = await startApiServer(answers());
    const { clusters } = await read([{ name: 'c', server: declared, user: token }], {
      contexts: await readContexts(stranger.kubeconfig()),
    });
    expect(clusters.map(({ state }) => state.kind)).toEqual(['not-in-kubeconfig']);
    expect([...declared.asked, ...stranger.asked]).toEqual([]);
  });

  it('go to nobody who only the kubeconfig trusts, or nobody checks', async () => {
    const server = await startApiServer(answers());
    const other = await startApiServer();
    const state = async (cluster: Readonly<Record<string, unknown>>): Promise<string> =>
      only(await read([{ name: 'c', server, user: token, cluster, authority: other.certificateAuthority }])).state.kind;
    expect(await state({ 'insecure-skip-tls-verify': true })).toBe('untrusted');
    const data = Buffer.from(server.certificateAuthority).toString('base64');
    expect(await state({ 'certificate-authority-data': data })).toBe('untrusted');
    expect(server.asked).toEqual([]);
  });
});

describe('somebody who may not list namespaces', () => {
  it('is told of those in which he has something', async () => {
    const server = await startApiServer((asked) => {
      const usual = answers()(asked);
      if (asked.path === '/api/v1/nodes' || usual?.body === undefined) return alone(asked);
      return asked.path === '/version' ? usual : { status: 403, body: { kind: 'Status' } };
    });
    const asked: string[] = [];
    const cluster = only(
      await read([{ name: 'c', server, user: token }], {
        namespacesOf: (name, { user, groups }) => {
          asked.push([name, user, ...groups].join(' '));
          return ['ns-0', 'ns-1'];
        },
      }),
    );
    expect(asked).toEqual(['c user:ann devs']);
    expect(cluster.state).toMatchObject({ kind: 'forbidden', missing: [{}, { resource: 'namespaces' }, {}] });
    expect(cluster.objects).toEqual({});
    expect(cluster.own).toMatchObject({
      user: 'user:ann',
      namespaces: [
        { name: 'ns-0', namespace: { name: 'ns-0', phase: 'Active' }, rolebindings: [{ name: 'b' }] },
        { name: 'ns-1' },
      ],
    });
    expect(cluster.own?.namespaces[1]).toEqual({ name: 'ns-1' });
  });

  function alone({ method, path }: Asked): Reply {
    if (method === 'POST') {
      return { status: 201, body: { status: { userInfo: { username: 'user:ann', groups: ['devs'] } } } };
    }
    if (path === '/api/v1/namespaces/ns-0') return { body: namespace(0) };
    if (path.endsWith('/namespaces/ns-0/rolebindings')) {
      return { body: { items: [{ metadata: { name: 'b', namespace: 'ns-0' }, roleRef: {}, subjects: [] }] } };
    }
    return { status: 403, body: { kind: 'Status' } };
  }
});

describe('what Argo CD says', () => {
  const [first, second] = ['a'.repeat(40), 'b'.repeat(40)];
  const path = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
  const application = (
    name: string,
    status: object,
    labels: object = { 'app.kubernetes.io/managed-by': 'tenantry' },
  ) => ({
    metadata: { name, namespace: 'argocd', labels },
    spec: { project: 'tenantry', source: { path: 'dist/c', helm: { values: 'MARKER' } } },
    status,
  });
  const serving = (...items: object[]) =>
    startApiServer((asked) => (asked.path === path ? { body: { metadata: {}, items } } : answers()(asked)));

  it('is read where it runs, in its namespace, and nowhere else', async () => {
    const [here, there] = [await serving(), await serving()];
    const { clusters } = await read(
      [
        { name: 'a', server: here, user: token, argoCDNamespace: 'argocd' },
        { name: 'b', server: there, user: token },
      ],
      { resources: ['namespaces', 'applications'] },
    );
    expect(clusters.map(({ state, objects }) => [state.kind, objects.applications?.length])).toEqual([
      ['ok', 0],
      ['ok', undefined],
    ]);
    expect(here.asked.map((asked) => asked.path)).toContain(path);
    expect(there.asked.map((asked) => asked.path).filter((asked) => asked.includes('argoproj'))).toEqual([]);
  });

  it.each<[string, object, object]>([
    [
      'is at the commit that it has compared, where nothing differs',
      { sync: { status: 'Synced', revision: second }, history: [{ revision: first }] },
      { applied: second },
    ],
    [
      'is at that of its last sync that went through, where something differs',
      { sync: { status: 'OutOfSync', revision: second }, history: [{ revision: 'c'.repeat(40) }, { revision: first }] },
      { applied: first },
    ],
    ['is at no commit, where it was never synced', { sync: { status: 'OutOfSync', revision: second } }, {}],
    ['is at no commit, where it says nothing', {}, {}],
    [
      'was refused what failed in its last sync',
      {
        operationState: {
          syncResult: {
            resources: [
              { kind: 'Namespace', name: 'x', namespace: '', status: 'SyncFailed', message: 'm'.repeat(2000) },
              { kind: 'RoleBinding', name: 'y', namespace: 'x', status: 'SyncFailed', message: 'no' },
              { kind: 'RoleBinding', name: 'z', namespace: 'x', status: 'Synced', message: 'unchanged' },
            ],
          },
        },
        conditions: [
          { type: 'SyncError', message: 'cannot' },
          { type: 'OrphanedResourceWarning', message: 'no matter' },
        ],
      },
      {
        refused: [
          { kind: 'Namespace', name: 'x', message: `${'m'.repeat(1000)}…` },
          { kind: 'RoleBinding', name: 'y', namespace: 'x', message: 'no' },
        ],
        errors: ['cannot'],
      },
    ],
  ])('%s', async (_what, status, kept) => {
    const server = await serving(application('tenantry-c', status), application('of-others', status, {}));
    const { objects } = only(
      await read([{ name: 'c', server, user: token, argoCDNamespace: 'argocd' }], { resources: ['applications'] }),
    );
    expect(objects.applications).toEqual([
      {
        name: 'tenantry-c',
        namespace: 'argocd',
        uid: '',
        createdAt: '',
        resourceVersion: '',
        labels: { 'app.kubernetes.io/managed-by': 'tenantry' },
        annotations: {},
        finalizers: [],
        // What others have added is known to be there, and not what it is.
        spec: { project: 'tenantry', source: { path: 'dist/c', helm: 'not kept' } },
        refused: [],
        errors: [],
        ...kept,
      },
    ]);
  });

  it('is not known where its API is not there', async () => {
    const server = await startApiServer(answers());
    const { state } = only(
      await read([{ name: 'c', server, user: token, argoCDNamespace: 'argocd' }], {
        resources: ['namespaces', 'applications'],
      }),
    );
    expect(state).toMatchObject({ missing: [{ resource: 'applications.argoproj.io' }] });
  });
});
