import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/api.ts';
import type { Contents } from '../../src/cluster/contents.ts';
import { contentsFinder } from '../../src/cluster/contents.ts';
import { readContext } from '../../src/cluster/kubeconfig.ts';
import type { ApiServer, Reply } from '../support/api-server.ts';
import { notFound, startApiServer } from '../support/api-server.ts';

const list = ['get', 'list'];
const json = { 'content-type': 'application/json' };
const answers: Readonly<Record<string, Reply>> = {
  '/api/v1/namespaces/solar-prod': { body: { metadata: { name: 'solar-prod' } } },
  '/apis': {
    body: {
      groups: [{ name: 'apps', preferredVersion: { groupVersion: 'apps/v1' } }],
    },
  },
  '/api/v1': {
    body: {
      resources: [
        { name: 'secrets', namespaced: true, verbs: list },
        { name: 'pods', namespaced: true, verbs: list },
        { name: 'pods/log', namespaced: true, verbs: list },
        { name: 'configmaps', namespaced: true, verbs: list },
        { name: 'bindings', namespaced: true, verbs: ['create'] },
        { name: 'nodes', namespaced: false, verbs: list },
        { name: 'events', namespaced: true, verbs: list },
      ],
    },
  },
  '/apis/apps/v1': { body: { resources: [{ name: 'deployments', namespaced: true, verbs: list }] } },
  '/api/v1/namespaces/solar-prod/pods': { body: { items: [{}], metadata: { remainingItemCount: 41 } } },
  '/api/v1/namespaces/solar-prod/configmaps': { body: { items: [], metadata: {} } },
  '/api/v1/namespaces/solar-prod/secrets': { status: 403, body: { kind: 'Status' } },
  '/apis/apps/v1/namespaces/solar-prod/deployments': { body: { items: [{}], metadata: {} } },
};

async function contents({ kubeconfig }: ApiServer, namespace: string): Promise<Contents> {
  const api = await connect(await readContext(kubeconfig(), undefined), undefined);
  try {
    return await contentsFinder(api, 'tenantry.dev')(namespace);
  } finally {
    api.close();
  }
}

it('counts what people have put into a namespace, and names what it may not see', async () => {
  const server = await startApiServer(({ method, path }) => (method === 'GET' ? answers[path] : undefined));
  expect(await contents(server, 'solar-prod')).toEqual({
    found: true,
    counts: [
      { resource: 'deployments.apps', count: 1 },
      { resource: 'pods', count: 42 },
    ],
    hidden: ['secrets'],
    unknown: [],
  });
  const listed = server.asked.flatMap(({ path, query }) =>
    query.get('limit') === '1' ? [path.split('/').at(-1)] : [],
  );
  expect(listed).toEqual(['secrets', 'pods', 'configmaps', 'deployments']);
});

it('does not look into a namespace that is not there', async () => {
  const server = await startApiServer(({ method, path }) => (method === 'GET' ? answers[path] : undefined));
  expect(await contents(server, 'gone')).toEqual({ found: false, counts: [], hidden: [], unknown: [] });
});

describe('no answer is no answer', () => {
  const held = '/api/v1/namespaces/solar-prod/pods';
  const deployments = '/apis/apps/v1/namespaces/solar-prod/deployments';
  const full = { deployments: 'deployments.apps', pods: 'pods' };

  it.each<[string, Readonly<Record<string, Reply>>, string, string]>([
    ['a list that fails', { [held]: { status: 500, body: 'etcdserver: request timed out' } }, 'pods', 'status 500'],
    ['a list that is busy', { [held]: { status: 503, body: '' } }, 'pods', 'status 503'],
    ['a list that is elsewhere', { [held]: { status: 302, body: '' } }, 'pods', 'status 302'],
    ['a list that is none', { [held]: { status: 204, body: '' } }, 'pods', 'status 204'],
    ['a list that may not be', { [held]: { status: 405, body: { kind: 'Status' } } }, 'pods', 'status 405'],
    ['a page that is not there', { [held]: { status: 404, body: '<h1>Not found</h1>' } }, 'pods', 'status 404'],
    ['a page', { [held]: { body: '<h1>Log in</h1>' } }, 'pods', 'the answer has no items'],
    ['a list without items', { [held]: { body: { metadata: {} } } }, 'pods', 'the answer has no items'],
    ['items that are no list', { [held]: { body: { items: {} } } }, 'pods', 'the answer has no items'],
    ...[-1, 1.5, '3', null, 2 ** 53].map((remainingItemCount): [string, Record<string, Reply>, string, string] => [
      `${JSON.stringify(remainingItemCount)} that remain`,
      { [held]: { body: { items: [{}], metadata: { remainingItemCount } } } },
      'pods',
      'the number of those that remain is none',
    ]),
    [
      'more than any number',
      { [held]: { body: '{"items":[],"metadata":{"remainingItemCount":1e999}}', headers: json } },
      'pods',
      'the number of those that remain is none',
    ],
    [
      'more, and nobody says how many',
      { [held]: { body: { items: [{}], metadata: { continue: 'abc' } } } },
      'pods',
      'there are more, and it does not say how many',
    ],
    ['no resources of a group', { '/apis/apps/v1': { status: 503, body: '' } }, 'apps/v1', 'status 503'],
    ['a group that says nothing', { '/apis/apps/v1': { body: {} } }, 'apps/v1', 'the answer has no resources'],
    ['a group that went away', { '/apis/apps/v1': notFound('') }, 'apps/v1', 'status 404'],
    ['no core resources', { '/api/v1': { status: 500, body: '' } }, 'v1', 'status 500'],
    ['no groups', { '/apis': { status: 503, body: '' } }, 'the API groups', 'status 503'],
    ['groups that are none', { '/apis': { body: {} } }, 'the API groups', 'the answer has no groups'],
    [
      'a group without a version',
      { '/apis': { body: { groups: [{ name: 'apps', preferredVersion: {} }] } } },
      'apps',
      'it has no versions',
    ],
    [
      'a resource without a name',
      { '/apis/apps/v1': { body: { resources: [{ namespaced: true, verbs: list }] } } },
      'apps/v1',
      'a resource has no name',
    ],
  ])('not for %s', async (_, changed, what, why) => {
    const server = await startApiServer(({ method, path }) =>
      method === 'GET' ? (changed[path] ?? answers[path]) : undefined,
    );
    const found = await contents(server, 'solar-prod');
    expect(found).toMatchObject({ found: true, unknown: [{ what, why }] });
    const counted = found.counts.map(({ resource }) => resource);
    expect(counted).not.toContain(what);
    // All else is told all the same.
    for (const resource of [full.pods, full.deployments]) {
      const isOf =
        what === resource || (what === 'v1' ? resource === 'pods' : resource.endsWith('.apps') && what !== 'pods');
      if (!isOf) expect(counted).toContain(resource);
    }
  });

  it.each<[string, Reply, string]>([
    ['a server that fails', { status: 500, body: '' }, 'status 500'],
    ['a caller who may not', { status: 403, body: { kind: 'Status' } }, 'status 403'],
    ['a page that is not there', { status: 404, body: 'not found' }, 'status 404'],
    ['the end of something else', notFound('other'), 'status 404'],
    ['a page', { body: 'hello' }, 'the answer is no namespace'],
    ['another namespace', { body: { metadata: { name: 'other' } } }, 'the answer is no namespace'],
  ])('nobody knows whether it is there by %s', async (_, reply, why) => {
    const server = await startApiServer(({ method, path }) =>
      path === '/api/v1/namespaces/solar-prod' ? reply : method === 'GET' ? answers[path] : undefined,
    );
    expect(await contents(server, 'solar-prod')).toEqual({
      found: undefined,
      counts: [],
      hidden: [],
      unknown: [{ what: 'namespaces/solar-prod', why }],
    });
  });

  it('finds what only an older version of a group has, and counts once what several have', async () => {
    const resources = (...names: string[]): Reply => ({
      body: { resources: names.map((name) => ({ name, namespaced: true, verbs: list })) },
    });
    const versions = ['apps/v1', 'apps/v1beta1'].map((groupVersion) => ({ groupVersion }));
    const changed: Readonly<Record<string, Reply>> = {
      '/apis': { body: { groups: [{ name: 'apps', preferredVersion: versions[0], versions }] } },
      '/apis/apps/v1beta1': resources('deployments', 'olds'),
      '/apis/apps/v1beta1/namespaces/solar-prod/olds': { body: { items: [{}], metadata: {} } },
    };
    const server = await startApiServer(({ method, path }) =>
      method === 'GET' ? (changed[path] ?? answers[path]) : undefined,
    );
    const found = await contents(server, 'solar-prod');
    expect(found.counts.map(({ resource }) => resource)).toEqual(['deployments.apps', 'olds.apps', 'pods']);
    expect(server.asked.filter(({ path }) => path.endsWith('/deployments')).map(({ path }) => path)).toEqual([
      deployments,
    ]);
  });

  it.each<[string, object, object]>([
    [
      'a tenant',
      { labels: { 'tenantry.dev/namespace-kind': 'Tenant', 'tenantry.dev/tenant': 'solar' } },
      { owner: 'tenant solar' },
    ],
    [
      'a group',
      { labels: { 'tenantry.dev/namespace-kind': 'Group' }, annotations: { 'tenantry.dev/group': 'github:ops' } },
      { owner: 'group github:ops' },
    ],
    ['nobody, as retained', { labels: { 'tenantry.dev/namespace-kind': 'Retained' } }, { owner: 'retained' }],
    ['nobody, and may be taken', { annotations: { 'tenantry.dev/allow-adopt': 'solar' } }, { allowAdopt: 'solar' }],
  ])('says that a namespace is of %s', async (_, metadata, owner) => {
    const server = await startApiServer(({ method, path }) =>
      path === '/api/v1/namespaces/solar-prod'
        ? { body: { metadata: { name: 'solar-prod', ...metadata } } }
        : method === 'GET'
          ? answers[path]
          : undefined,
    );
    const { found, counts, hidden, unknown, ...rest } = await contents(server, 'solar-prod');
    expect({ found, counts: counts.length, hidden: hidden.length, unknown }).toEqual({
      found: true,
      counts: 2,
      hidden: 1,
      unknown: [],
    });
    expect(rest).toEqual(owner);
  });
});
