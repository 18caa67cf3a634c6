import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, waitFor } from '../control-plane/client.ts';
import { startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { clusterName, organization } from './support/organization.ts';

/** Tokens that an API server must not take, by the configuration that tenantry renders: S28 to S32. */

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster(organization());
});

afterAll(() => cluster.stop());

const sam = { sub: 'user:sam', aud: clusterName, groups: ['solar-leads', 'cluster-scope'] };
const admin = { ...sam, groups: ['cluster-admins'] };
const now = () => Math.floor(Date.now() / 1000);

/** Who the API server takes the bearer for, or the status. */
async function whoIs(token: string): Promise<unknown> {
  const { status, body } = await cluster.plane.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    as: { token },
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  return status === 201 ? at(body, 'status', 'userInfo') : status;
}

const samsInfo = { username: 'user:sam', groups: ['solar-leads', 'cluster-scope', 'system:authenticated'] };

describe('a token that is not right', () => {
  test('one that is right is accepted', async () => {
    expect(await whoIs(await cluster.issuer.sign(sam))).toEqual(samsInfo);
    expect(await whoIs(await cluster.issuer.sign({ ...sam, groups: undefined }))).toEqual({
      username: 'user:sam',
      groups: ['system:authenticated'],
    });
    expect(await whoIs(await cluster.issuer.sign(sam, { lifetime: 600 }))).toMatchObject({ username: 'user:sam' });
  });

  const sign =
    (...args: Parameters<TestCluster['issuer']['sign']>) =>
    () =>
      cluster.issuer.sign(...args);
  test.each<[string, () => Promise<string>, reason: string]>([
    [
      'for two clusters',
      sign({ ...sam, aud: [clusterName, 'prodcluster02'] }),
      'must be for the audience prodcluster01 alone',
    ],
    ['for another cluster', sign({ ...sam, aud: 'prodcluster02' }), 'expected audience'],
    ['for no cluster', sign({ ...sam, aud: undefined }), 'expected audience'],
    ['of 601 seconds', sign(sam, { lifetime: 601 }), 'must not be valid for more than 600 seconds'],
    ['of a year', sign(sam, { lifetime: 31_536_000 }), 'must not be valid for more than 600 seconds'],
    ['that has expired', sign(sam, { issuedAt: Date.now() - 601_000 }), 'token is expired'],
    ['that never expires', sign({ ...sam, exp: undefined }), 'token is expired'],
    ['without the time of its issue', sign({ ...sam, iat: undefined }), 'no such key: iat'],
    ['whose time of issue is no number', sign({ ...sam, iat: 'now' }), 'invalid number literal'],
    ['that is not valid yet', sign({ ...sam, nbf: now() + 400 }), 'before the nbf'],
    ['of no subject', sign({ ...sam, sub: undefined }), 'no such key: sub'],
    ['of a subject that is no user', sign({ ...sam, sub: 'sam' }), 'subject must be user:<username>'],
    ['of a user without a name', sign({ ...sam, sub: 'user:' }), 'subject must be user:<username>'],
    [
      'of a service account',
      sign({ ...sam, sub: 'system:serviceaccount:kube-system:default' }),
      'subject must be user:',
    ],
    ['of the system', sign({ ...sam, sub: 'system:admin' }), 'subject must be user:<username>'],
    ['of a subject that is no text', sign({ ...sam, sub: 7 }), 'cannot unmarshal number'],
    [
      'with `system:masters`',
      sign({ ...sam, groups: ['system:masters'] }),
      'must not hold groups of Kubernetes itself',
    ],
    [
      'with `system:nodes` among others',
      sign({ ...sam, groups: ['a', 'system:nodes'] }),
      'must not hold groups of Kubernetes',
    ],
    ['with groups in one text', sign({ ...sam, groups: 'cluster-admins' }), 'groups must be a list'],
    [
      'with groups as keys',
      sign({ ...sam, groups: { 'cluster-admins': true } }),
      'must return a string or a list of strings',
    ],
    ['with groups that are no texts', sign({ ...sam, groups: [1, true] }), 'must return a string or a list of strings'],
    ['with no groups at all', sign({ ...sam, groups: null }), 'groups must be a list'],
    ['of an admin, signed with a foreign key', sign(admin, { signature: 'foreign' }), 'failed to verify signature'],
    ['of an admin, not signed', sign(admin, { signature: 'none' }), 'unsupported algorithm'],
    [
      'of an admin, signed with the public key',
      sign(admin, { signature: 'public-as-secret' }),
      'unsupported algorithm',
    ],
    ['of another issuer', sign({ ...admin, iss: 'https://stranger.example.com' }), 'invalid bearer token'],
  ])('one %s is refused', async (_, token, reason) => {
    const before = cluster.plane.log('kube-apiserver').length;
    expect(await whoIs(await token())).toBe(401);
    expect(cluster.plane.log('kube-apiserver').slice(before)).toContain(reason);
  });

  test("one with another's payload under its own signature is refused", async () => {
    const [header = '', , signature = ''] = (await cluster.issuer.sign(sam)).split('.');
    const [, payload = ''] = (await cluster.issuer.sign(admin)).split('.');
    const before = cluster.plane.log('kube-apiserver').length;
    expect(await whoIs(`${header}.${payload}.${signature}`)).toBe(401);
    expect(cluster.plane.log('kube-apiserver').slice(before)).toContain('failed to verify signature');
  });

  test('S28: one that has expired is refused within seconds, though the API server has seen it before', async () => {
    const lifetime = 2;
    const token = await cluster.issuer.sign(sam, { lifetime });
    const expiry = performance.now() + lifetime * 1000;
    expect(await whoIs(token)).toMatchObject({ username: 'user:sam' });
    await waitFor('the refusal', async () => (await whoIs(token)) === 401, { interval: 200 });
    const after = (performance.now() - expiry) / 1000;
    console.log(`expired: refused ${after.toFixed(1)} s after its end`);
    expect(after).toBeLessThan(12);
  });
});

/** An API server fetches the issuer's keys when a token comes that none of those it has verifies, and at no other time. */
describe('a token of a key that the issuer has withdrawn', () => {
  const fetches = () => cluster.issuer.requests.filter((path) => path === '/keys').length;
  /** Each another token, so that none is accepted for having been seen just before. */
  const ofAdmin = () => cluster.issuer.sign({ ...admin, nonce: crypto.randomUUID() });
  const forged = () => cluster.issuer.sign(admin, { signature: 'foreign' });
  const isAdmin = { username: 'user:sam', groups: ['cluster-admins', 'system:authenticated'] };

  test('is accepted for as long as the API server has no reason to fetch the keys', async () => {
    expect(await whoIs(await ofAdmin())).toMatchObject(isAdmin);
    const stolen = await Promise.all(Array.from({ length: 4 }, ofAdmin));
    await cluster.issuer.rotate();
    const before = fetches();
    const [first = '', second = '', third = '', last = ''] = stolen;
    expect(await whoIs(first)).toMatchObject(isAdmin);
    // Longer than an API server holds a token for good because it has seen it.
    await setTimeout(12_000);
    expect(await whoIs(first)).toMatchObject(isAdmin);
    expect(await whoIs(second)).toMatchObject(isAdmin);
    expect(fetches()).toBe(before);

    // A forgery is such a reason, and would do without anybody having a token of the new key.
    expect(await whoIs(await forged())).toBe(401);
    expect(fetches()).toBe(before + 1);
    expect(await whoIs(third)).toBe(401);
    await waitFor('the end of what was seen', async () => (await whoIs(second)) === 401, { interval: 200 });
    expect(await whoIs(last)).toBe(401);
  });

  test('is refused once a token of the new key has come', async () => {
    const stolen = await ofAdmin();
    await cluster.issuer.rotate();
    expect(await whoIs(await cluster.issuer.sign(sam))).toMatchObject({ username: 'user:sam' });
    expect(await whoIs(stolen)).toBe(401);
  });

  test('is refused then only if the issuer lets nobody keep its keys for more than half a minute', async () => {
    for (const [seconds, isFetched] of [
      [30, true],
      [60, false],
    ] as const) {
      cluster.issuer.cacheKeysFor(seconds);
      await cluster.issuer.rotate();
      expect(await whoIs(await forged())).toBe(401);
      const stolen = await ofAdmin();
      await cluster.issuer.rotate();
      const before = fetches();
      expect(await whoIs(await cluster.issuer.sign(sam))).toEqual(isFetched ? samsInfo : 401);
      expect(await whoIs(stolen)).toEqual(isFetched ? 401 : isAdmin);
      expect(fetches() > before).toBe(isFetched);
    }
  });

  test('is refused by an API server that was started afterwards', async () => {
    const stolen = await ofAdmin();
    await cluster.issuer.rotate();
    await cluster.plane.restart();
    expect(await whoIs(stolen)).toBe(401);
    expect(await whoIs(await cluster.issuer.sign(sam))).toEqual(samsInfo);
  });
});
