import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Claims } from '../../src/access/evaluate.ts';
import { serviceAccountClaims, tokenClaims } from '../../src/access/evaluate.ts';
import type { AccessRequest } from '../../src/kubernetes/rbac.ts';
import type { Subject } from '../../src/config/model/desired-state.ts';
import { subjectKey } from '../../src/config/model/desired-state.ts';
import { placeKey } from '../../src/plan/facts.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Direction } from '../../src/plan/roles.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { changeBetween } from '../support/change.ts';
import { inParallel } from './matrix-compare.ts';
import { rbacCaughtUp, review } from './matrix-server.ts';
import { startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { clusterName, organization, tenant } from './support/organization.ts';

/**
 * What the plan says of people's access is what becomes of it: the API server is asked about everybody, before the
 * change and when Argo CD has synced it.
 */

/** The tenant whose access changes; all others must stay as they are. */
const green = (...spec: readonly string[]): ExampleFiles =>
  organization({
    files: tenant('green', ['owners: [{ kind: Group, name: green-leads }]', ...spec].join('\n')),
    cluster: `retainedNamespaces: [old-team]`,
  });
const roles = (...verbs: readonly string[]): string =>
  `roles: [{ name: deployer, rules: [{ apiGroups: [apps], resources: [deployments], verbs: [${verbs.join(', ')}] }] }]`;
const namespace = (name: string, ...shares: readonly string[]): string =>
  `  - { name: ${name}, sharedWith: [${shares.map((share) => `{ ${share} }`).join(', ')}] }`;

const start = green(
  roles('get'),
  'namespaces:',
  namespace('prod', 'group: audit, role: view', 'group: solar-sre, role: deployer'),
  namespace('dev', 'user: kim, role: admin', 'group: audit, role: edit'),
);

/** One after the other; each begins where the last one ended. `says` is what the plan says, in short. */
const steps: readonly { readonly name: string; readonly head: ExampleFiles; readonly says: readonly string[] }[] = [
  {
    name: 'shares added, changed and revoked',
    head: green(
      roles('get'),
      'namespaces:',
      namespace('prod', 'group: audit, role: edit', 'group: solar-sre, role: deployer', 'user: kim, role: view'),
      namespace('dev', 'group: audit, role: view'),
    ),
    says: [
      'Group audit narrows green-dev',
      'Group audit widens green-prod',
      'User kim gains green-prod',
      'User kim loses green-dev',
    ],
  },
  {
    name: 'a share moved to the defaults, and one that adds nothing',
    head: green(
      roles('get'),
      'defaults:\n  sharedWith: [{ group: audit, role: view }]',
      'namespaces:',
      namespace('prod', 'group: audit, role: edit', 'group: solar-sre, role: deployer', 'user: kim, role: view'),
      namespace('dev', 'group: green-leads, role: edit'),
    ),
    says: [],
  },
  {
    name: 'a custom role widened',
    head: green(
      roles('get', 'patch'),
      'namespaces:',
      namespace('prod', 'group: audit, role: edit', 'group: solar-sre, role: deployer', 'user: kim, role: view'),
      namespace('dev', 'group: audit, role: view'),
    ),
    says: ['Group solar-sre widens green-prod'],
  },
  {
    name: 'a namespace added, and another role that is neither more nor less',
    head: green(
      roles('get', 'patch'),
      'namespaces:',
      namespace('prod', 'group: audit, role: edit', 'group: solar-sre, role: view', 'user: kim, role: view'),
      namespace('dev', 'group: audit, role: view'),
      namespace('new', 'user: kim, role: edit'),
    ),
    says: ['Group green-leads gains green-new', 'Group solar-sre changes green-prod', 'User kim gains green-new'],
  },
  {
    name: 'a tenant that leaves the cluster',
    head: { ...green('namespaces: []') },
    says: [
      'Group audit loses green-dev',
      'Group audit loses green-prod',
      'Group green-leads loses green-dev',
      'Group green-leads loses green-new',
      'Group green-leads loses green-prod',
      'Group solar-sre loses green-prod',
      'User kim loses green-new',
      'User kim loses green-prod',
    ],
  },
];

const subjects: readonly Subject[] = [
  ...['green-leads', 'solar-leads', 'solar-sre', 'lab-team', 'audit', 'sandbox', 'cluster-admins'].map(
    (name): Subject => ({ kind: 'Group', name }),
  ),
  { kind: 'User', name: 'kim' },
  { kind: 'User', name: 'audit' },
  { kind: 'ServiceAccount', name: 'kim', namespace: 'green-dev' },
];
const namespaces = ['green-prod', 'green-dev', 'green-new', 'solar-prod', 'solar-lab-prod', 'sandbox', 'old-team'];

/** Each tells roles apart: `view`, `edit`, `admin`, and what the custom role allows. */
const requests: readonly (readonly [verb: string, group: string, resource: string])[] = [
  ['get', '', 'pods'],
  ['create', '', 'pods'],
  ['get', '', 'secrets'],
  ['create', 'rbac.authorization.k8s.io', 'rolebindings'],
  ['get', 'apps', 'deployments'],
  ['patch', 'apps', 'deployments'],
];

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(start);
});
afterAll(() => cluster.stop());

for (const [i, { name, head, says }] of steps.entries()) {
  test(name, async () => {
    const base = steps[i - 1]?.head ?? start;
    const { context } = await changeBetween(present(base), present(head));
    const said = directions(context.plan);
    expect(Array.from(said.entries(), ([place, all]) => shortly(place, all)).sort()).toEqual([...says].sort());

    const before = await answers();
    await cluster.sync(head);
    const after = await answers();
    const became = new Map<string, { more: boolean; less: boolean }>();
    for (const [question, { place, allowed }] of after) {
      const had = before.get(question)?.allowed;
      const { more, less } = became.get(place) ?? { more: false, less: false };
      became.set(place, { more: more || (allowed && !had), less: less || (!allowed && had === true) });
    }
    // Exactly there, and exactly in that direction. Losing all and gaining the first are told apart by what is left.
    const expected = new Map(Array.from(said, ([place, direction]) => [place, effects[direction]]));
    const seen = new Map(Array.from(became).filter(([, { more, less }]) => more || less));
    expect(sorted(seen)).toEqual(sorted(expected));
    for (const [place, direction] of said) {
      const allowed = (all: typeof after): boolean =>
        [...all.values()].some((one) => one.place === place && one.allowed);
      expect([place, allowed(before), allowed(after)]).toEqual([place, direction !== 'gains', direction !== 'loses']);
    }
  });
}

const effects: Readonly<Record<Direction, { more: boolean; less: boolean }>> = {
  gains: { more: true, less: false },
  widens: { more: true, less: false },
  loses: { more: false, less: true },
  narrows: { more: false, less: true },
  changes: { more: true, less: true },
};

/** What the plan says, by place: of access, and of the custom roles that somebody has on both sides. */
function directions({ items, after }: Plan): Map<string, Direction> {
  const said = new Map<string, Direction>();
  for (const item of items) {
    if (item.kind === 'access') {
      for (const place of item.places) said.set(placeKey({ ...place, subject: item.subject }), item.direction);
    } else if (item.kind === 'role') {
      const holders = new Set(item.holders.map(subjectKey));
      for (const { accesses } of after.graph.clusters) {
        for (const access of accesses) {
          const isHeld = access.role.kind === 'CustomRole' && access.role.name === item.role;
          if (isHeld && holders.has(subjectKey(access.subject))) said.set(placeKey(access), item.direction);
        }
      }
    }
  }
  return said;
}

/** What the API server says to everybody about everything. */
async function answers(): Promise<Map<string, { readonly place: string; readonly allowed: boolean }>> {
  await rbacCaughtUp(cluster.plane);
  const questions = subjects.flatMap((subject) =>
    namespaces.flatMap((name) =>
      requests.map(([verb, group, resource]) => {
        const request: AccessRequest = { verb, group, resource, namespace: name };
        const place = placeKey({ cluster: clusterName, scope: { kind: 'Namespace', namespace: name }, subject });
        return { subject, request, place, id: `${place} ${verb} ${resource}` };
      }),
    ),
  );
  const answered = await inParallel(questions, 16, async ({ subject, request, place, id }) => {
    const { allowed } = await review(cluster.plane, claimsOf(subject), request);
    return [id, { place, allowed }] as const;
  });
  return new Map(answered);
}

function claimsOf(subject: Subject): Claims {
  switch (subject.kind) {
    case 'Group':
      return tokenClaims('somebody', [subject.name]);
    case 'User':
      return tokenClaims(subject.name, []);
    case 'ServiceAccount':
      return serviceAccountClaims(subject.namespace, subject.name);
  }
}

function shortly(place: string, direction: Direction): string {
  const [, , name, subject] = place.split('\n');
  return `${subject} ${direction} ${name}`;
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function present(files: ExampleFiles): Record<string, string | Uint8Array> {
  return Object.fromEntries(Object.entries(files).flatMap(([path, text]) => (text === null ? [] : [[path, text]])));
}
