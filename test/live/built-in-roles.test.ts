import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { builtInFiles } from '../../scripts/built-in-roles.ts';
import type { AccessRequest, PolicyRule } from '../../src/kubernetes/rbac.ts';
import { ruleAllows } from '../../src/kubernetes/rbac.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { inParallel } from './matrix-compare.ts';
import { describeRequest } from './matrix-requests.ts';
import { rbacCaughtUp, review } from './matrix-server.ts';

const seed = Number(process.env['TENANTRY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  return () => plane.stop();
});

describe('what is recorded of Kubernetes', () => {
  it('is what a control plane has: else run `npm run record-roles`', async () => {
    for (const [path, text] of Object.entries(await builtInFiles(plane.request))) {
      expect(readFileSync(path, 'utf8'), path).toBe(text);
    }
  });
});

const someOf = (values: readonly string[]): fc.Arbitrary<string[]> =>
  fc.subarray([...values], { minLength: 1, maxLength: Math.min(4, values.length) });

/** Anything that a ClusterRole may say, with what reads like a wildcard and is none. */
const rule: fc.Arbitrary<PolicyRule> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record(
      {
        verbs: someOf(['*', 'get', 'list', 'create', 'get*', 'GET']),
        apiGroups: someOf(['', '*', 'apps', 'app*', 'example.com']),
        resources: someOf([
          '*',
          'pods',
          'pods/log',
          'pods/*',
          '*/log',
          '*/*',
          '*/',
          'pod*',
          'deployments',
          'log',
          '/log',
        ]),
        resourceNames: someOf(['blue', 'blue*', '*', 'x/y']),
      },
      { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verbs: someOf(['*', 'get', 'post']),
      nonResourceURLs: someOf(['*', '/a', '/a*', '/a/*', '/a/**', '/*/b', '/a/b', '/']),
    }),
  },
);

const request: fc.Arbitrary<AccessRequest> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record(
      {
        verb: fc.constantFrom('get', 'list', 'create', '*', 'GET'),
        group: fc.constantFrom('', 'apps', 'example.com', '*'),
        resource: fc.constantFrom('pods', 'deployments', 'log', '*', 'pods/log'),
        subresource: fc.constantFrom('log', 'exec', '*'),
        name: fc.constantFrom('blue', 'bluebell', 'x/y', '*'),
        namespace: fc.constantFrom('default', 'nowhere'),
      },
      { requiredKeys: ['verb', 'group', 'resource'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constantFrom('get', 'post', '*'),
      path: fc.constantFrom('/', '/a', '/a/', '/a/b', '/ab', '/a/b/c', '/c/b', '*', '/a*'),
    }),
  },
);

const clusterRole = (name: string, rules: readonly PolicyRule[]) => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: ${name} }
rules: ${JSON.stringify(rules)}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ${name} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${name} }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: ${name} }]
`;

describe('a rule', () => {
  it('allows what a real API server says that it does', async () => {
    const roles = fc
      .sample(fc.array(rule, { minLength: 1, maxLength: 4 }), { seed, numRuns: 120 })
      .map((rules, i) => ({ name: `generated-${i}`, rules }));
    await plane.applyManifests(roles.map(({ name, rules }) => clusterRole(name, rules)).join('---'), {
      fieldManager: 'test',
    });
    await rbacCaughtUp(plane);
    const questions = fc.sample(fc.tuple(fc.constantFrom(...roles), request), { seed, numRuns: 6000 });
    const answers = await inParallel(questions, 32, async ([{ name, rules }, asked]) => {
      const { allowed } = await review(plane, { username: name, groups: [] }, asked);
      return { allowed, ours: rules.some((one) => ruleAllows(one, asked)), rules, asked };
    });
    const wrong = answers.filter(({ allowed, ours }) => allowed !== ours);
    expect(
      wrong.slice(0, 20).map(({ allowed, rules, asked }) => {
        return `${describeRequest(asked)}: the server says ${allowed ? 'yes' : 'no'} by ${stringify(rules)}`;
      }),
      `TENANTRY_SEED=${seed}`,
    ).toEqual([]);
    const yes = answers.filter(({ allowed }) => allowed).length;
    console.log(`RBAC: ${answers.length} decisions compared, ${yes} of them yes; TENANTRY_SEED=${seed}`);
    expect(yes).toBeGreaterThan(300);
  });
});
