import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessesOf, evaluate, tokenClaims } from '../../src/access/evaluate.ts';
import type { AccessGraph } from '../../src/access/graph.ts';
import { accessGraph } from '../../src/access/graph.ts';
import type { DesiredState } from '../../src/config/model/desired-state.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startIssuer } from '../control-plane/issuer.ts';
import type { Issuer } from '../control-plane/issuer.ts';
import { organizationFiles } from '../support/organizations.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';
import type { Tally } from './matrix-compare.ts';
import { comparer, disagreements, inParallel } from './matrix-compare.ts';
import { expiry, matrixDay, matrixOrganizations } from './matrix-organization.ts';
import { peopleOf } from './matrix-people.ts';
import { allRequests, coreRequests, customRoleRequests, someRequests } from './matrix-requests.ts';
import { attempt, rbacCaughtUp, realRequests, review, selfReview, tokenOf } from './matrix-server.ts';
import { allOnTestedVersion, sample } from './support/tested-version.ts';

/**
 * The access matrix: what the access graph says of each user, namespace, verb and resource is what a real API server
 * says, for the `dist/` of the sample organization and for a generated organization.
 * `TENANTRY_SEED` repeats a run.
 */
const seed = Number(process.env['TENANTRY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const some = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] => fc.sample(arbitrary, { seed, numRuns });

/** An organization, and what was rendered from it. */
interface World {
  readonly desired: DesiredState;
  readonly graph: AccessGraph;
  readonly dist: readonly { readonly path: string; readonly text: string }[];
}

async function ofSample(): Promise<World> {
  const { desired, today, dist } = await sample();
  return { desired, graph: accessGraph(desired, today), dist };
}

async function generated(): Promise<World> {
  const files = some(matrixOrganizations, 1).map((organization) => organizationFiles(organization));
  const tree = memoryTree(allOnTestedVersion(files[0] ?? {}));
  const { desired, graph, files: dist, diagnostics } = await pipeline(tree, matrixDay);
  expect(errorsOf(diagnostics)).toEqual([]);
  return { desired, graph, dist };
}

const worlds = { sample: await ofSample(), generated: await generated() };
const cases = Object.entries(worlds).flatMap(([name, world]) =>
  world.graph.clusters.map((cluster) => [`${name} organization on ${cluster.cluster.name}`, world, cluster] as const),
);

const tally: Tally = { reviews: 0, selfReviews: 0, requests: 0, allowed: 0, bindings: 0, met: new Set() };
const start = performance.now();

describe.each(cases)('the %s', (_, world, cluster) => {
  const { desired, dist } = world;
  const { name: clusterName, id } = cluster.cluster;
  const manifests = (folder: string) =>
    dist
      .filter(({ path }) => path.startsWith(`${folder}/`))
      .map(({ text }) => text)
      .join('---\n');
  const people = peopleOf(desired, cluster);
  const namespaces = [...cluster.namespaces.map((n) => n.name), 'default', 'kube-system', 'nowhere'];
  const compare = comparer(cluster, tally);
  let issuer: Issuer;
  let plane: ControlPlane;

  beforeAll(async () => {
    issuer = await startIssuer({ url: desired.organization.issuer.value });
    plane = await startControlPlane({
      authenticationConfiguration: manifests(`api-server/${clusterName}`),
      issuers: [issuer],
    });
    await plane.applyManifests(manifests(`cluster-access/${clusterName}`), { fieldManager: 'operator' });
    await plane.applyManifests(manifests(clusterName), { fieldManager: 'argocd-controller' });
    await rbacCaughtUp(plane);
    return async () => {
      await plane.stop();
      await issuer.stop();
    };
  });

  it('reviews access as the access graph says', async () => {
    const anyone = fc.constantFrom(...people);
    const ofCustomRoles = customRoleRequests(cluster);
    const questions = [
      ...people.flatMap((person) => coreRequests(namespaces).map((request) => [person, request] as const)),
      ...some(fc.tuple(anyone, fc.constantFrom(...allRequests(namespaces))), 1500),
      ...some(fc.tuple(anyone, someRequests(namespaces)), 750),
      ...(ofCustomRoles.length === 0 ? [] : some(fc.tuple(anyone, fc.constantFrom(...ofCustomRoles)), 750)),
    ];
    const compared = await inParallel(questions, 32, async ([person, request]) =>
      compare('reviews', person, request, await review(plane, person.claims, request)),
    );
    expect(disagreements(compared)).toEqual([]);
  });

  it('lets the bearers of tokens do what the access graph says, and no more', async () => {
    const tokens = await inParallel(people, 8, async (person) => ({
      person,
      token: await tokenOf(plane, issuer, id.value, person),
    }));
    const bearers = tokens.flatMap(({ person, token }) => (token === undefined ? [] : [{ person, token }]));
    const bearer = fc.constantFrom(...bearers);
    const requests = fc.constantFrom(...realRequests(namespaces));
    const compared = [
      ...(await inParallel(some(fc.tuple(bearer, requests), 400), 16, async ([{ person, token }, real]) =>
        compare('requests', person, real.request, await attempt(plane, token, real)),
      )),
      ...(await inParallel(
        some(fc.tuple(bearer, fc.constantFrom(...allRequests(namespaces))), 400),
        16,
        async ([{ person, token }, request]) =>
          compare('selfReviews', person, request, await selfReview(plane, token, request)),
      )),
    ];
    expect(disagreements(compared)).toEqual([]);
  });

  it('takes no other tokens', async () => {
    const [admin = ''] = desired.organization.admins.map(({ value }) => value);
    const proper = { sub: `user:${admin}`, aud: id.value, groups: ['cluster-admins', 'cluster-scope'] };
    const valid = await issuer.sign(proper);
    const others = {
      expired: await issuer.sign(proper, { issuedAt: Date.now() - 601_000 }),
      'for another cluster': await issuer.sign({ ...proper, aud: `${id.value}x` }),
      'with a foreign signature': await issuer.sign(proper, { signature: 'foreign' }),
      malformed: valid.slice(0, -20),
    };
    const status = async (token: string) => {
      const { status } = await plane.request('GET', '/api/v1/namespaces', { as: { token } });
      return status;
    };
    expect(await status(valid)).toBe(200);
    for (const [what, token] of Object.entries(others)) expect(`${what}: ${await status(token)}`).toBe(`${what}: 401`);
  });
});

describe('the matrix', () => {
  it('ends a share with its last day', () => {
    for (const cluster of worlds.generated.graph.clusters) {
      const may = (group: string): boolean => {
        const accesses = accessesOf(cluster, tokenClaims('somebody', [group]));
        const request = { verb: 'create', group: '', resource: 'pods', namespace: expiry.namespace };
        return evaluate(cluster, accesses, request).allowed;
      };
      expect([may(expiry.former), may(expiry.lasting)]).toEqual([false, true]);
    }
  });

  it('has met every role and every kind of subject', () => {
    const roles = ['admin', 'edit', 'view', 'reader', 'worker', 'cluster-admin', 'cluster-scope', 'system:discovery'];
    expect([...tally.met]).toEqual(expect.arrayContaining([...roles, 'Group', 'User', 'ServiceAccount']));
  });

  it('is large enough to mean something', () => {
    expect(tally.reviews).toBeGreaterThan(20_000);
    expect(tally.selfReviews + tally.requests).toBeGreaterThan(1000);
    expect(tally.allowed).toBeGreaterThan(2000);
    expect(tally.bindings).toBeGreaterThan(1000);
  });
});

afterAll(() => {
  const { reviews, selfReviews, requests, allowed, bindings } = tally;
  console.log(
    `access matrix: ${reviews + selfReviews + requests} decisions compared in ${Math.round((performance.now() - start) / 1000)} s ` +
      `(${reviews} by review, ${selfReviews} by review with a token, ${requests} by request with a token): ` +
      `${allowed} allowed, ${bindings} of them by a binding that the server named; TENANTRY_SEED=${seed}`,
  );
});
