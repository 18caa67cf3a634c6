import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/api.ts';
import { readContext } from '../../src/cluster/kubeconfig.ts';
import type { Verification } from '../../src/cluster/verify.ts';
import { verifyObjects } from '../../src/cluster/verify.ts';
import type { ManifestObject } from '../../src/manifests/manifest-file.ts';
import { fileOrigin } from '../../src/source/source.ts';
import type { Asked, Reply } from '../support/api-server.ts';
import { applied, notFound, startApiServer } from '../support/api-server.ts';

/** What `verify` makes of a server's answers; `test/live/verify.test.ts` has the answers of a real one. */

const admission = 'admissionregistration.k8s.io/v1';
const rbac = 'rbac.authorization.k8s.io/v1';

const discovery: Readonly<Record<string, readonly object[]>> = {
  '/api/v1': [
    // In the order in which they are served: a subresource may come first.
    { name: 'namespaces/finalize', kind: 'Namespace' },
    { name: 'namespaces', kind: 'Namespace' },
    { name: 'limitranges', kind: 'LimitRange' },
  ],
  [`/apis/${rbac}`]: [
    { name: 'rolebindings', kind: 'RoleBinding' },
    { name: 'roles', kind: 'Role' },
  ],
  [`/apis/${admission}`]: [{ name: 'validatingadmissionpolicies', kind: 'ValidatingAdmissionPolicy' }],
};

function object(apiVersion: string, kind: string, name: string, namespace?: string, rest: object = {}): ManifestObject {
  return {
    apiVersion,
    kind,
    name,
    namespace,
    labels: {},
    path: 'one/x.yaml',
    cluster: 'one',
    manifest: () => ({ apiVersion, kind, metadata: { name, namespace }, ...rest }),
    source: { origin: fileOrigin('tenants/app.yaml'), target: 'value' },
    because: [],
  };
}

const namespace = object('v1', 'Namespace', 'app-dev');
const limits = object('v1', 'LimitRange', 'limits', 'app-dev');
const role = object(rbac, 'Role', 'deployer', 'app-dev');
const binding = object(rbac, 'RoleBinding', 'a:b', 'app-dev', { roleRef: { kind: 'Role', name: 'deployer' } });

const spec = { validations: [{ expression: 'object.spec.replicas < 3' }] };
const policy = object(admission, 'ValidatingAdmissionPolicy', 'pods.tenantry.dev', undefined, { spec });

async function verified(
  objects: readonly ManifestObject[],
  answer: (asked: Asked) => Reply | undefined,
): Promise<Verification & { readonly paths: readonly string[]; readonly done: number }> {
  const server = await startApiServer((asked) => {
    const resources = asked.method === 'GET' ? discovery[asked.path] : undefined;
    return (
      answer(asked) ?? (resources && { body: { resources } }) ?? (asked.method === 'PATCH' ? applied(asked) : undefined)
    );
  });
  const api = await connect(await readContext(server.kubeconfig(), undefined), undefined);
  let done = 0;
  try {
    const verification = await verifyObjects(api, objects, () => done++);
    return { ...verification, paths: server.asked.map(({ method, path }) => `${method} ${path}`), done };
  } finally {
    api.close();
  }
}

const refusal = (status: number, body: object): Reply => ({ status, body: { kind: 'Status', ...body } });

/** What neither takes an object nor refuses it, and what is said of it. */
const noAnswers: readonly (readonly [Reply, string])[] = [
  [{ status: 500, body: 'etcd is gone\n' }, 'status 500: etcd is gone'],
  [{ status: 503, body: '' }, 'status 503: no reason given'],
  [{ status: 302, headers: { location: '/login' }, body: '' }, 'status 302: no reason given'],
  [{ status: 204, body: '' }, 'status 204: no reason given'],
  [{ status: 408, body: '' }, 'status 408: no reason given'],
  [{ status: 200, body: '<h1>Log in</h1>' }, 'what comes back is not the object'],
  [{ status: 200, body: { kind: 'LimitRange', metadata: { name: 'other' } } }, 'what comes back is not the object'],
];

describe('a dry run', () => {
  it('asks about each object where the server has it, and once what it has', async () => {
    const { outcomes, paths, done } = await verified([namespace, limits, binding, role], () => undefined);
    expect(outcomes.map(({ object: { kind }, result }) => [kind, result])).toEqual([
      ['Namespace', 'verified'],
      ['LimitRange', 'verified'],
      ['RoleBinding', 'verified'],
      ['Role', 'verified'],
    ]);
    expect(paths.filter((path) => path.startsWith('PATCH')).sort()).toEqual([
      `PATCH /api/v1/namespaces/app-dev`,
      `PATCH /api/v1/namespaces/app-dev/limitranges/limits`,
      `PATCH /apis/${rbac}/namespaces/app-dev/rolebindings/a%3Ab`,
      `PATCH /apis/${rbac}/namespaces/app-dev/roles/deployer`,
    ]);
    expect(paths.filter((path) => path === 'GET /api/v1')).toHaveLength(1);
    expect(done).toBe(4);
  });

  it('says of a kind that the server lacks that it is refused', async () => {
    const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', 'x', 'app-dev');
    const { outcomes } = await verified([gateway], () => undefined);
    expect(outcomes).toMatchObject([
      { result: 'refused', status: 404, message: 'the server has no Gateway in gateway.networking.k8s.io/v1' },
    ]);
  });

  it.each<[string, Reply, object]>([
    [
      'what the server says, without the name of the object',
      refusal(403, { message: 'limitranges "limits" is forbidden: you may not' }),
      { result: 'refused', status: 403, message: 'you may not' },
    ],
    [
      'each field that is invalid',
      refusal(422, {
        reason: 'Invalid',
        message: 'LimitRange "limits" is invalid: many things',
        details: { causes: [{ field: 'spec.limits', message: 'Required' }, { message: 'Too long' }, {}] },
      }),
      { result: 'refused', status: 422, message: 'spec.limits: Required\nToo long' },
    ],
    ['a text', { status: 403, body: 'go away\n' }, { result: 'refused', status: 403, message: 'go away' }],
    ['nothing', { status: 403, body: '' }, { result: 'refused', status: 403, message: 'no reason given' }],
    ...noAnswers.map(([reply, message]): [string, Reply, object] => [
      `that there is no answer: ${message}`,
      reply,
      { result: 'no-answer', message },
    ]),
    [
      'that a webhook takes no part',
      refusal(400, { message: 'admission webhook "mutate.example.com" does not support dry run' }),
      { result: 'not-checked', webhook: 'mutate.example.com' },
    ],
    [
      'that a namespace is missing that nobody will make',
      refusal(404, { details: { kind: 'namespaces', name: 'other' }, message: 'namespaces "other" not found' }),
      { result: 'refused', status: 404, message: 'Namespace "other" not found' },
    ],
  ])('hands on %s', async (_, reply, expected) => {
    const { outcomes } = await verified([limits], ({ method }) => (method === 'PATCH' ? reply : undefined));
    expect(outcomes).toMatchObject([expected]);
  });

  it.each<[string, Reply, string]>([
    ['an error', { status: 503, body: 'no' }, 'status 503'],
    ['nothing', { body: {} }, 'the answer has no resources'],
    ['something else', { body: 'hello' }, 'the answer has no resources'],
  ])('is not said to be refused where discovery answers with %s', async (_, reply, why) => {
    const { outcomes } = await verified([limits], ({ path }) => (path === '/api/v1' ? reply : undefined));
    expect(outcomes).toEqual([
      {
        object: limits,
        warnings: [],
        result: 'no-answer',
        message: `the server does not say what it has in v1: ${why}`,
      },
    ]);
  });

  it('does not take for a refusal what only waits for another object', async () => {
    const missing: Readonly<Record<string, object>> = {
      limitranges: { kind: 'namespaces', name: 'app-dev' },
      rolebindings: { kind: 'roles', name: 'deployer' },
    };
    const { outcomes } = await verified([namespace, role, limits, binding], ({ method, path }) => {
      const details = method === 'PATCH' ? missing[path.split('/').at(-2) ?? ''] : undefined;
      return details && refusal(404, { details, message: 'not found' });
    });
    expect(outcomes.slice(2)).toMatchObject([
      { result: 'not-checked', waitsFor: { kind: 'Namespace', name: 'app-dev' } },
      { result: 'not-checked', waitsFor: { kind: 'Role', namespace: 'app-dev', name: 'deployer' } },
    ]);
  });

  it('does not wait for the role of another binding', async () => {
    const details = { kind: 'roles', name: 'viewer' };
    const { outcomes } = await verified([role, binding], ({ path }) =>
      path.includes('/rolebindings/') ? refusal(404, { details, message: 'roles "viewer" not found' }) : undefined,
    );
    expect(outcomes[1]).toMatchObject({ result: 'refused', message: 'roles "viewer" not found' });
  });
});

describe('the type check of a policy', () => {
  const stored = (change: object): Reply => ({
    body: {
      metadata: { name: 'pods.tenantry.dev', generation: 2 },
      spec,
      status: { observedGeneration: 2, typeChecking: {} },
      ...change,
    },
  });
  const expressionWarnings = [{ fieldRef: 'spec.validations[0].expression', warning: "undefined field 'replicas'" }];

  it.each<[string, Reply, object]>([
    ['passes', stored({}), { result: 'passed' }],
    [
      'passes a policy in which the server has filled in what it says nothing about',
      stored({ spec: { ...spec, failurePolicy: 'Fail', matchConstraints: undefined } }),
      { result: 'passed' },
    ],
    [
      'fails, with what the server says',
      stored({ status: { observedGeneration: 2, typeChecking: { expressionWarnings } } }),
      {
        result: 'failed',
        warnings: [{ field: 'spec.validations[0].expression', message: "undefined field 'replicas'" }],
      },
    ],
    ['is yet to come', stored({ status: {} }), { result: 'not-checked', reason: 'pending' }],
    [
      'is yet to come where nothing is counted',
      stored({ status: {}, metadata: { name: 'pods.tenantry.dev' } }),
      { result: 'not-checked', reason: 'pending' },
    ],
    [
      'is yet to come for what was changed',
      stored({ status: { observedGeneration: 1, typeChecking: { expressionWarnings } } }),
      { result: 'not-checked', reason: 'pending' },
    ],
    ['is of another policy', stored({ spec: { validations: [] } }), { result: 'not-checked', reason: 'other' }],
    [
      'is of a policy that says more',
      stored({ spec: { ...spec, failurePolicy: 'Ignore' } }),
      { result: 'not-checked', reason: 'other' },
    ],
    ['waits for the policy', notFound('pods.tenantry.dev'), { result: 'not-checked', reason: 'not-stored' }],
    ['may not be seen', refusal(403, {}), { result: 'not-checked', reason: 'unreadable' }],
    ['is not told by a server that fails', refusal(500, {}), { result: 'not-checked', reason: 'unreadable' }],
    ['is not told by a 404 of something else', refusal(404, {}), { result: 'not-checked', reason: 'unreadable' }],
    ['is not told by a page', { body: 'hello' }, { result: 'not-checked', reason: 'unreadable' }],
    [
      'is not told by what is no list of warnings',
      stored({ status: { observedGeneration: 2, typeChecking: { expressionWarnings: 'none' } } }),
      { result: 'not-checked', reason: 'unreadable' },
    ],
  ])('%s', async (_, reply, expected) => {
    const { typeChecks } = await verified([namespace, policy], ({ method, path }) =>
      method === 'GET' && path.endsWith('/validatingadmissionpolicies/pods.tenantry.dev') ? reply : undefined,
    );
    expect(typeChecks).toEqual([{ object: policy, ...expected }]);
  });

  it('tells the refusals by a policy that the manifests change from the others', async () => {
    const refusedBy = (name: string): Reply =>
      refusal(422, {
        message: `namespaces "x" is forbidden: ValidatingAdmissionPolicy '${name}' with binding 'b' denied request: no`,
      });
    const other = object('v1', 'Namespace', 'other');
    const { outcomes, byOldPolicy } = await verified([namespace, other, policy], ({ method, path }) => {
      if (method === 'GET' && path.endsWith('/pods.tenantry.dev')) return stored({ spec: { validations: [] } });
      if (method === 'PATCH' && path.endsWith('/app-dev')) return refusedBy('pods.tenantry.dev');
      return method === 'PATCH' && path.endsWith('/other') ? refusedBy('pods.example.com') : undefined;
    });
    expect(outcomes.map(({ result }) => result)).toEqual(['refused', 'refused', 'verified']);
    expect(Array.from(byOldPolicy, (outcome) => outcome.object.name)).toEqual(['app-dev']);
  });
});
