import { expect, it } from 'vitest';
import { connect } from '../../src/cluster/api.ts';
import type { Contents } from '../../src/cluster/contents.ts';
import { contentsOf } from '../../src/cluster/contents.ts';
import { readContext } from '../../src/cluster/kubeconfig.ts';
import type { ApiServer, Reply } from '../support/api-server.ts';
import { startApiServer } from '../support/api-server.ts';

const list = ['get', 'list'];
const answers: Readonly<Record<string, Reply>> = {
  '/api/v1/namespaces/solar-prod': {},
  '/apis': {
    body: {
      groups: [{ name: 'apps', preferredVersion: { groupVersion: 'apps/v1' } }, { name: 'without a version' }],
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
    return await contentsOf(api, namespace);
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
  });
  const listed = server.asked.flatMap(({ path, query }) =>
    query.get('limit') === '1' ? [path.split('/').at(-1)] : [],
  );
  expect(listed).toEqual(['secrets', 'pods', 'configmaps', 'deployments']);
});

it('does not look into a namespace that is not there', async () => {
  const server = await startApiServer(({ method, path }) => (method === 'GET' ? answers[path] : undefined));
  expect(await contents(server, 'gone')).toEqual({ found: false, counts: [], hidden: [] });
});
