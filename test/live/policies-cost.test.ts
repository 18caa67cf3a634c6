import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { costly, cpuOf, largeOrganization } from './support/costs.ts';
import type { Costly } from './support/costs.ts';
import { pod, roleBinding } from './support/objects.ts';
import { tenant } from './support/organization.ts';
import { inEffect, policyNames, withoutPolicies } from './support/policies.ts';
import { verdict } from './support/verdict.ts';

/** What the policies take of the API server for the largest objects that people can make, and the bounds that hold it. */

let cluster: TestCluster;
/** Milliseconds for each request at both of its sizes, without any policy. */
const without = new Map<Costly, readonly number[]>();

const shaped = costly.filter(({ tenfold }) => tenfold !== undefined);
const sizesOf = ({ tenfold = 0 }: Costly): [number, number] => [tenfold, 10 * tenfold];

/** Milliseconds for a request at both of its sizes. */
async function measured(request: Costly): Promise<number[]> {
  const found: number[] = [];
  for (const size of sizesOf(request)) {
    found.push(await cpuOf(cluster, () => request.send(cluster, size), { atLeast: 100 }));
  }
  return found;
}

beforeAll(async () => {
  const registries = Array.from({ length: 200 }, (_, i) => `registry.example.com/team-${i}/`);
  const wide = `owners: [{ kind: Group, name: green-leads }]
namespaces:
  - { name: prod }
  - { name: wide, isolation: { registries: [${registries.join(', ')}, registry.example.com/solar/] } }`;
  cluster = await startCluster({ ...largeOrganization(300, 1), ...tenant('green', wide) }, { argoCDMayDo: 'anything' });
  await inEffect(cluster, ...policyNames);
  await withoutPolicies(cluster, async () => {
    for (const request of shaped) {
      for (const size of sizesOf(request)) await request.prepare?.(cluster, size);
      without.set(request, await measured(request));
    }
  });
}, 900_000);

afterAll(() => cluster.stop());

test('each policy is measured', () => {
  expect(new Set(shaped.map(({ policy }) => policy))).toEqual(new Set(policyNames));
});

describe('ten times the list takes at most fifteen times as long, of what a policy adds', () => {
  test.each(shaped.map((request) => [request.policy, request.what(10 * (request.tenfold ?? 0)), request] as const))(
    '%s: %s',
    async (_policy, _what, request) => {
      // A refusal is the policy's own, not the API server's of an expression that took too long.
      const [, size] = sizesOf(request);
      expect(verdict(await request.send(cluster, size))).not.toMatch(/resulted in error|cancelled|Timeout/);
      // What the machine does besides is part of each figure. What takes time in the square is ten times off, however often.
      const found: string[] = [];
      for (let attempt = 0; attempt < 3; attempt++) {
        const [few = NaN, many = NaN] = (await measured(request)).map(
          (ms, i) => ms - (without.get(request)?.[i] ?? NaN),
        );
        // Below a millisecond, the clock tells nothing.
        if (many <= 15 * Math.max(few, 1)) return;
        found.push(`${few.toFixed(1)} ms become ${many.toFixed(1)} ms`);
      }
      expect(found).toEqual([]);
    },
  );
});

describe('a RoleBinding made in the cluster', () => {
  const users = (size: number, first = 0): string[] =>
    Array.from({ length: size }, (_, i) => `User user:p${first + i}`);
  const subjects = (size: number, first = 0): object => ({
    subjects: roleBinding('view', ...users(size, first)).subjects,
  });
  const tooMany =
    'self-service-bindings: a RoleBinding made in the cluster has at most 500 subjects: bind a group, or make several; one that has more already can be shortened or deleted';
  const long = 'solar-prod/long';
  let owner: Actor;

  beforeAll(async () => {
    owner = await cluster.person('sam', 'solar-leads');
    await must(cluster.alice.create('rolebindings', long, roleBinding('view', ...users(600))));
  });

  test('has at most 500 subjects', async () => {
    const create = async (who: Actor, size: number): Promise<string> =>
      verdict(await who.dryRun.create('rolebindings', 'solar-prod/many', roleBinding('view', ...users(size))));
    expect(await create(owner, 500)).toBe('allowed');
    expect(await create(owner, 501)).toBe(tooMany);
    expect(await create(owner, 20_000)).toBe(tooMany);
    expect(await create(cluster.alice, 501)).toBe('allowed');
  });

  test('that has more already is labelled, shortened and deleted, and gets no longer', async () => {
    const { dryRun } = owner;
    expect(verdict(await dryRun.patch('rolebindings', long, { metadata: { labels: { a: 'b' } } }))).toBe('allowed');
    expect(verdict(await dryRun.patch('rolebindings', long, subjects(599)))).toBe('allowed');
    expect(verdict(await dryRun.patch('rolebindings', long, subjects(500, 50)))).toBe('allowed');
    expect(verdict(await dryRun.patch('rolebindings', long, subjects(601)))).toBe(tooMany);
    expect(verdict(await dryRun.patch('rolebindings', long, subjects(600, 1)))).toBe(tooMany);
    expect(verdict(await dryRun.delete('rolebindings', long))).toBe('allowed');
    expect(verdict(await cluster.alice.dryRun.patch('rolebindings', long, subjects(700)))).toBe('allowed');
  });

  test('that has more already is no way in for others', async () => {
    const { subjects: some } = roleBinding('view', ...users(300), 'User kim');
    expect(verdict(await owner.dryRun.patch('rolebindings', long, { subjects: some }))).toMatch(
      /^self-service-bindings: a RoleBinding made in the cluster may not name User kim, but users/,
    );
  });

  test('keeps those that it had before there was a policy, up to a hundred of a hundred', async () => {
    const outsiders = (size: number): string[] => Array.from({ length: size }, (_, i) => `User p${i}`);
    const name = 'solar-prod/outsiders';
    await must(cluster.alice.create('rolebindings', name, roleBinding('view', ...outsiders(100))));
    const shorter = roleBinding('view', ...outsiders(99)).subjects;
    expect(verdict(await owner.dryRun.patch('rolebindings', name, { subjects: shorter }))).toBe('allowed');
    const other = roleBinding('view', ...outsiders(99), 'User q').subjects;
    expect(verdict(await owner.dryRun.patch('rolebindings', name, { subjects: other }))).toMatch(
      /^self-service-bindings: .* may not name User q, but/,
    );
  });
});

describe('a namespace with more than 500 annotations', () => {
  const keyed = (size: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: size }, (_, i) => [`a${i}`, '']));
  const crowded =
    'namespaces: the labels and annotations of a namespace that has more than 500 of either, before or after, are changed by cluster admins alone: have one remove what it does not need';
  const note = { metadata: { annotations: { note: 'mine' } } };

  test('is changed by cluster admins alone, and deleted by others', async () => {
    const { alice, overseer, argoCD } = cluster;
    await must(alice.create('namespaces', 'crowded', { metadata: { annotations: keyed(501) } }));
    for (const who of [overseer, argoCD]) {
      expect(verdict(await who.dryRun.patch('namespaces', 'crowded', note))).toBe(crowded);
      expect(verdict(await who.dryRun.patch('namespaces', 'crowded', { metadata: { annotations: null } }))).toBe(
        crowded,
      );
    }
    expect(verdict(await overseer.dryRun.patch('namespaces', 'crowded', {}))).toBe('allowed');
    expect(verdict(await overseer.dryRun.delete('namespaces', 'crowded'))).toBe('allowed');
    expect(verdict(await alice.patch('namespaces', 'crowded', { metadata: { annotations: { a0: null } } }))).toBe(
      'allowed',
    );
    expect(
      verdict(await overseer.dryRun.patch('namespaces', 'crowded', { metadata: { annotations: { a1: 'b' } } })),
    ).toBe('allowed');
    expect(verdict(await overseer.dryRun.patch('namespaces', 'crowded', { metadata: { labels: keyed(501) } }))).toBe(
      crowded,
    );
  });
});

describe('a pod where registries are limited', () => {
  const containers = (size: number, image = 'registry.example.com/solar/web:1'): object =>
    pod(image, { containers: Array.from({ length: size }, (_, i) => ({ name: `c${i}`, image })) });
  // Volumes count where they can be images, from 1.31 on.
  const tooMany =
    /^pods: where isolation.registries in the tenant's file limits images, a pod has at most 250 containers(?: and volumes)?, and fewer with more than 100 registries: make several pods$/;

  test('has at most 250 containers and volumes', async () => {
    const { overseer, alice } = cluster;
    const create = async (who: Actor, namespace: string, size: number): Promise<string> =>
      verdict(await who.dryRun.create('pods', `${namespace}/many`, containers(size)));
    expect(await create(overseer, 'solar-strict', 249)).toBe('allowed');
    expect(await create(overseer, 'solar-strict', 251)).toMatch(tooMany);
    expect(await create(overseer, 'green-wide', 2)).toBe('allowed');
    expect(await create(overseer, 'green-wide', 200)).toMatch(tooMany);
    expect(await create(overseer, 'green-prod', 251)).toBe('allowed');
    expect(await create(alice, 'solar-strict', 251)).toBe('allowed');
  });

  test('that has more already is labelled and deleted, but gets no other image', async () => {
    const { overseer, alice } = cluster;
    await must(alice.create('pods', 'solar-strict/long', containers(300)));
    expect(
      verdict(await overseer.dryRun.patch('pods', 'solar-strict/long', { metadata: { labels: { a: 'b' } } })),
    ).toBe('allowed');
    const other = [{ op: 'replace', path: '/spec/containers/0/image', value: 'registry.example.com/solar/web:2' }];
    expect(verdict(await overseer.dryRun.jsonPatch('pods', 'solar-strict/long', other))).toMatch(tooMany);
    expect(verdict(await overseer.dryRun.delete('pods', 'solar-strict/long'))).toBe('allowed');
  });
});
