import { describe, expect, it } from 'vitest';
import type { Api } from '../../src/cluster/api.ts';
import { connect } from '../../src/cluster/api.ts';
import { readContext } from '../../src/cluster/kubeconfig.ts';
import type { ApiServer, Asked, Reply } from '../support/api-server.ts';
import { startApiServer } from '../support/api-server.ts';

async function connected({ kubeconfig }: ApiServer, as?: string): Promise<Api> {
  return await connect(await readContext(kubeconfig(), undefined), as);
}

const forbidden = (message: string): Reply => ({ status: 403, body: { kind: 'Status', message } });
const isVersion = ({ path }: Asked): boolean => path === '/version';
const isReview = ({ path }: Asked): boolean => path.endsWith('/selfsubjectreviews');

describe('an API server', () => {
  it('is asked in the name of another', async () => {
    const server = await startApiServer();
    (await connected(server, 'system:serviceaccount:argocd:controller')).close();
    expect(server.asked.map(({ headers }) => headers['impersonate-user'])).toEqual(
      server.asked.map(() => 'system:serviceaccount:argocd:controller'),
    );
  });

  it.each<[string, (asked: Asked) => Reply | undefined, string, string]>([
    ['does not know the caller', () => ({ status: 401 }), 'unauthorized', 'does not accept the credentials'],
    ['is something else', () => ({ body: 'hello' }), 'unreachable', 'is not a Kubernetes API server'],
    ['has no such page', () => ({ status: 404 }), 'unreachable', 'is not a Kubernetes API server'],
    ['refuses to talk', () => forbidden('go away'), 'unauthorized', 'refuses to talk: go away'],
    [
      'does not let the caller act as another',
      () => forbidden('users "x" is forbidden: User "user:me" cannot impersonate resource "users"'),
      'unauthorized',
      'the user of context `test` may not act as `x`',
    ],
    [
      'takes the caller for nobody',
      (asked) => (isReview(asked) ? forbidden('User "system:anonymous" cannot create resource') : undefined),
      'unauthorized',
      'context `test` has no credentials that',
    ],
  ])('that %s is not asked further', async (_, answer, code, message) => {
    const server = await startApiServer(answer);
    await expect(connected(server, 'x')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it('whose answer never ends is given up', async () => {
    const server = await startApiServer((asked) =>
      isVersion(asked) ? { endless: { text: ' '.repeat(1 << 20) } } : undefined,
    );
    await expect(connected(server)).rejects.toMatchObject({
      name: 'Failure',
      code: 'unreachable',
      message: `${server.url} sends an answer of more than 64 MiB, which was not read to its end`,
    });
  });

  it('whose answer comes a little at a time has no more time for it', async () => {
    const server = await startApiServer((asked) =>
      isVersion(asked) ? { endless: { text: ' ', every: 100 } } : undefined,
    );
    await expect(connected(server)).rejects.toMatchObject({
      code: 'unreachable',
      message: `${server.url} cannot be reached: no answer in time`,
    });
    expect(server.asked).toHaveLength(1);
  });

  it('that nobody hears at the address is unreachable', async () => {
    const server = await startApiServer();
    const file = server.kubeconfig({ cluster: { server: 'https://127.0.0.1:1' } });
    await expect(connect(await readContext(file, undefined), undefined)).rejects.toMatchObject({
      code: 'unreachable',
      message: 'https://127.0.0.1:1 cannot be reached: nothing listens there',
    });
  });

  it('of an older Kubernetes does not tell who the caller is', async () => {
    const api = await connected(await startApiServer((asked) => (isReview(asked) ? { status: 404 } : undefined)));
    api.close();
    expect(api.user).toBeUndefined();
  });

  it('is asked again when it is too busy', async () => {
    let busy = 1;
    const server = await startApiServer((asked) =>
      isVersion(asked) && busy-- > 0 ? { status: 429, headers: { 'retry-after': '1' } } : undefined,
    );
    (await connected(server)).close();
    expect(server.asked.filter(isVersion)).toHaveLength(2);
  });

  it('hands over its warnings, one by one', async () => {
    const warning = '299 - "one, with a comma", 299 - "and \\"another\\""';
    const server = await startApiServer(({ method }) => (method === 'PATCH' ? { headers: { warning } } : undefined));
    const api = await connected(server);
    const { warnings } = await api.dryRun('/api/v1/namespaces/a', { kind: 'Namespace' });
    api.close();
    expect(warnings).toEqual(['one, with a comma', 'and "another"']);
  });

  it('stores nothing in a dry run, and is told what to apply', async () => {
    const server = await startApiServer(({ method }) => (method === 'PATCH' ? {} : undefined));
    const api = await connected(server);
    await api.dryRun('/api/v1/namespaces/a', { kind: 'Namespace' });
    api.close();
    const asked = server.asked.at(-1);
    expect(asked).toMatchObject({ method: 'PATCH', path: '/api/v1/namespaces/a', body: '{"kind":"Namespace"}' });
    expect(asked?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(Object.fromEntries(asked?.query ?? [])).toEqual({
      dryRun: 'All',
      force: 'true',
      fieldManager: 'tenantry-verify',
    });
  });
});
