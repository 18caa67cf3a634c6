import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Asked, Reply } from '../support/api-server.ts';
import { startApiServer } from '../support/api-server.ts';
import { tenantryHere } from '../support/cli.ts';
import { exampleOrganization } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/**
 * Twenty and more secrets, each in a place from which one has leaked somewhere: objects, their annotations, what `kubectl apply`
 * left there, plugins' output, URLs, answers of servers that fail. None is in anything that is printed or saved.
 */

let planted = 0;
/** A secret that nothing can tell by its looks. */
const secret = (): string => `MARKER-${++planted}`;
/** One that is told by its looks, in a place whose text is shown. */
const looksLikeOne = (): string =>
  `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify({ sub: secret() })).toString('base64url')}.c2lnbmF0dXJl`;

const metadata = (name: string, more: object = {}): object => ({
  name,
  uid: name,
  creationTimestamp: '2026-06-01T00:00:00Z',
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': secret(), 'example.com/password': secret() },
  ...more,
});

const lists: Readonly<Record<string, readonly object[]>> = {
  nodes: [{ metadata: metadata('node', { labels: { password: secret() } }), status: { addresses: [secret()] } }],
  namespaces: [{ metadata: metadata('solar-prod'), spec: {}, status: { phase: 'Active', other: secret() } }],
  rolebindings: [
    {
      metadata: metadata('rogue', { namespace: 'solar-prod' }),
      roleRef: { kind: 'Role', name: 'rogue' },
      subjects: [{ kind: 'User', name: 'user:mallory', extra: secret() }],
    },
  ],
  clusterrolebindings: [
    {
      metadata: metadata('rogue'),
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'user:mallory' }],
    },
  ],
  clusterroles: [{ metadata: metadata('view'), rules: [] }],
  roles: [{ metadata: metadata('rogue', { namespace: 'solar-prod' }), rules: [] }],
  resourcequotas: [{ metadata: metadata('tenantry', { namespace: 'solar-prod' }), spec: { hard: {} } }],
  limitranges: [],
  networkpolicies: [],
  validatingadmissionpolicies: [],
  validatingadmissionpolicybindings: [],
  appprojects: [],
  applications: [
    {
      metadata: metadata('tenantry-good', {
        namespace: 'argocd',
        labels: { 'app.kubernetes.io/managed-by': 'tenantry' },
      }),
      spec: {
        project: 'tenantry',
        source: { repoURL: 'https://git.example.com/access.git', helm: { values: secret(), parameters: [secret()] } },
        sources: [{ repoURL: `https://me:${secret()}@git.example.com/access.git` }],
      },
      operation: { info: [{ name: 'why', value: secret() }] },
      status: {
        sync: { status: 'OutOfSync', comparedTo: { source: { helm: { values: secret() } } } },
        history: [{ revision: 'a'.repeat(40), source: { helm: { values: secret() } } }],
        conditions: [{ type: 'ComparisonError', message: `authentication failed for token ${looksLikeOne()}` }],
        operationState: {
          message: secret(),
          syncResult: {
            resources: [
              { kind: 'Namespace', name: 'solar-prod', status: 'Synced', message: secret() },
              { kind: 'RoleBinding', name: 'x', status: 'SyncFailed', message: `refused: ${looksLikeOne()}` },
            ],
          },
        },
      },
    },
    {
      metadata: metadata('of-others', { namespace: 'argocd' }),
      spec: { source: { helm: { values: secret() } } },
    },
  ],
};

function good({ path }: Asked): Reply | undefined {
  const items = lists[path.split('/').at(-1) ?? ''];
  return items && { body: { kind: 'List', metadata: {}, items } };
}

const failing = (reply: () => Reply) => (asked: Asked) => (asked.path === '/version' ? undefined : reply());

it('are in nothing that status, drift and get print or save', async () => {
  const script = (text: string): object => ({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', text],
      env: [{ name: 'PASSWORD', value: secret() }],
    },
  });
  const servers = {
    good: await startApiServer(good),
    fails: await startApiServer(failing(() => ({ status: 500, body: secret() }))),
    forbids: await startApiServer(failing(() => ({ status: 403, body: { kind: 'Status', message: secret() } }))),
    unauthorized: await startApiServer(() => ({ status: 401, body: { kind: 'Status', message: secret() } })),
    redirects: await startApiServer(
      failing(() => ({ status: 302, headers: { location: `https://example.com/?token=${secret()}` } })),
    ),
    page: await startApiServer(() => ({ body: `<html>${secret()}</html>` })),
    prints: await startApiServer(good),
    says: await startApiServer(good),
    proxied: await startApiServer(good),
    named: await startApiServer(good),
  };
  const users: Readonly<Record<keyof typeof servers, object>> = {
    good: { token: secret() },
    fails: { token: secret() },
    forbids: { username: 'me', password: secret() },
    unauthorized: { token: secret() },
    redirects: { token: secret() },
    page: { token: secret() },
    prints: script(`echo ${secret()}`),
    says: script(`echo token ${looksLikeOne()} >&2; exit 1`),
    proxied: { token: secret() },
    named: { token: secret() },
  };
  const folder = temporaryFolder();
  const cluster = exampleOrganization['clusters/prodcluster01.yaml'];
  const names = Object.keys(servers) as (keyof typeof servers)[];
  writeFiles(folder, {
    'organization.yaml': `${exampleOrganization['organization.yaml']}  argoCD: { repoURL: "https://git.example.com/access.git", cluster: good }\n`,
    ...Object.fromEntries(
      names.flatMap((name) => {
        const file = cluster
          .replace('name: prodcluster01', `name: ${name}`)
          .replace(/^ {2}server: .*/m, `  server: ${servers[name].url}`);
        return [
          [`clusters/${name}.yaml`, file.replace(/file: .*\.pem/, `file: ${name}.pem`)],
          [`clusters/${name}.pem`, servers[name].certificateAuthority],
        ];
      }),
    ),
    'tenants/solar.yaml': exampleOrganization['tenants/solar.yaml'].replace('prodcluster01', 'good'),
  });
  const url = (name: keyof typeof servers): string =>
    name === 'named' ? servers[name].url.replace('https://', `https://me:${secret()}@`) : servers[name].url;
  const config = {
    clusters: names.map((name) => ({
      name,
      cluster: {
        server: url(name),
        ...(name === 'proxied' && { 'proxy-url': `http://me:${secret()}@127.0.0.1:1` }),
      },
    })),
    users: names.map((name) => ({ name, user: users[name] })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(config));
  expect(planted).toBeGreaterThan(20);

  const at = ['--kubeconfig', 'kubeconfig', '--as-of', '2026-01-15'];
  const printed: string[] = [];
  for (const args of [
    ...['table', 'json', 'csv'].flatMap((format) => [
      ['status', '--format', format, '--save', 'snapshot'],
      ['status', 'clusters', '--format', format],
    ]),
    ...['human', 'markdown', 'json', 'sarif'].map((format) => ['drift', '--format', format, '--save', 'drift']),
    ['drift', '--accept'],
    ['get', 'namespace', 'solar-prod'],
    ['get', 'cluster', 'good', '-o', 'json'],
  ]) {
    const { stdout, stderr } = await tenantryHere([...args, ...at], { cwd: folder });
    printed.push(stdout, stderr);
  }
  const everything = [
    ...printed,
    ...['snapshot', 'drift'].map((file) => readFileSync(join(folder, file), 'utf8')),
  ].join('\n');
  // It was all read, and said.
  expect(everything).toMatch(/mallory/);
  for (const name of names) expect(everything).toContain(name);
  expect(everything.match(/MARKER-\d+|TUFSS0VS[\w-]*|eyJ[\w-]{10,}/g)).toBeNull();
  // And Secrets were never asked for.
  const asked = Object.values(servers).flatMap((server) => server.asked.map(({ path }) => path));
  expect(asked.filter((path) => /secret/i.test(path))).toEqual([]);
});
