import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { parse } from 'yaml';
import { kubernetesVersion, programNames, testedMinor } from './binaries.ts';
import { authenticationApiVersion } from '../../src/manifests/authentication.ts';
import { at, createClient, listAt, waitFor } from './client.ts';
import { startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { startIssuer } from './issuer.ts';
import type { Issuer } from './issuer.ts';

const issuerUrl = 'https://platform.example/api/oidc';
const authenticationConfiguration = `
apiVersion: ${authenticationApiVersion(testedMinor())}
kind: AuthenticationConfiguration
jwt:
  - issuer:
      url: ${issuerUrl}
      audiences: [prodcluster01]
    claimValidationRules:
      - expression: claims.aud == "prodcluster01"
        message: the token is for several audiences
      - expression: claims.exp - claims.iat <= 600
        message: the token lives longer than 10 minutes
    claimMappings:
      username:
        expression: claims.sub
      groups:
        expression: dyn(claims.groups).map(group, string(group))
    userValidationRules:
      - expression: "user.username.startsWith('user:')"
        message: the subject is no user
`;

let issuer: Issuer;
let plane: ControlPlane;

beforeAll(async () => {
  issuer = await startIssuer({ url: issuerUrl });
  plane = await startControlPlane({ authenticationConfiguration, issuers: [issuer] });
  return async () => {
    await plane.stop();
    await issuer.stop();
  };
});

beforeEach(() => {
  onTestFailed(() => {
    console.error(plane.logTails());
  });
});

const ada = { sub: 'user:ada', aud: 'prodcluster01', groups: ['solar-sre', 'cluster-scope'] };

/** Who the API server takes the bearer of a token for, or the status that it answers with. */
async function whoIs(token: string): Promise<unknown> {
  const { status, body } = await plane.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    as: { token },
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  return status === 201 ? at(body, 'status', 'userInfo') : status;
}

async function createNamespace(name: string): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  expect(await plane.request('POST', '/api/v1/namespaces', { body: namespace })).toMatchObject({ status: 201 });
}

describe('the control plane', () => {
  test('is ready, and the release that go.mod names', async () => {
    console.log(`ready after ${(plane.readyAfter / 1000).toFixed(1)} s`);
    expect((await plane.request('GET', '/readyz')).body).toBe('ok');
    expect((await plane.request('GET', '/version')).body).toMatchObject({ gitVersion: kubernetesVersion() });
  });

  test('has the built-in roles in full', async () => {
    const rules = async (role: string) => {
      const { body } = await plane.request('GET', `/apis/rbac.authorization.k8s.io/v1/clusterroles/${role}`);
      return listAt(body, 'rules');
    };
    const grants = (rule: unknown, resource: string, verb: string) =>
      listAt(rule, 'resources').includes(resource) && listAt(rule, 'verbs').includes(verb);
    for (const role of ['admin', 'edit', 'view']) {
      expect((await rules(role)).some((rule) => grants(rule, 'pods', 'list'))).toBe(true);
    }
    expect((await rules('admin')).some((rule) => grants(rule, 'rolebindings', 'create'))).toBe(true);
    expect((await rules('edit')).some((rule) => grants(rule, 'rolebindings', 'create'))).toBe(false);
    expect((await rules('view')).some((rule) => grants(rule, 'pods', 'create'))).toBe(false);
  });

  test('aggregates a ClusterRole onto view', async () => {
    await plane.applyManifests(
      `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: widgets
  labels: { rbac.authorization.k8s.io/aggregate-to-view: "true" }
rules:
  - { apiGroups: [example.com], resources: [widgets], verbs: [get] }
`,
      { fieldManager: 'test' },
    );
    await plane.rolesAggregated();
    const { body } = await plane.request('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/view');
    expect(listAt(body, 'rules')).toContainEqual({
      apiGroups: ['example.com'],
      resources: ['widgets'],
      verbs: ['get'],
    });
  });

  test('enforces a quota', async () => {
    const quota = `
apiVersion: v1
kind: ResourceQuota
metadata: { name: quota, namespace: quota-test }
spec: { hard: { count/secrets: "1" } }
---
apiVersion: v1
kind: Namespace
metadata: { name: quota-test }
`;
    const applied = await plane.applyManifests(quota, { fieldManager: 'test' });
    expect(applied.map(({ name, answer }) => [name, answer.status])).toEqual([
      ['Namespace quota-test', 201],
      ['ResourceQuota quota-test/quota', 201],
    ]);
    await waitFor('the quota to be counted', async () => {
      const { body } = await plane.request('GET', applied[1]?.path ?? '');
      return at(body, 'status', 'used', 'count/secrets') === '0';
    });
    const create = (name: string) => {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name } };
      return plane.request('POST', '/api/v1/namespaces/quota-test/secrets', { body: secret });
    };
    expect(await create('first')).toMatchObject({ status: 201 });
    const second = await create('second');
    expect(second.status).toBe(403);
    expect(at(second.body, 'message')).toContain('exceeded quota: quota');
  });

  test('finishes deleting a namespace', async () => {
    await createNamespace('short-lived');
    const path = '/api/v1/namespaces/short-lived';
    await waitFor('what every namespace is given', async () => {
      const account = await plane.request('GET', `${path}/serviceaccounts/default`);
      const authority = await plane.request('GET', `${path}/configmaps/kube-root-ca.crt`);
      return account.status === 200 && at(authority.body, 'data', 'ca.crt') === plane.authority;
    });
    expect(await plane.request('DELETE', path)).toMatchObject({
      status: 200,
      body: { status: { phase: 'Terminating' } },
    });
    await waitFor('the namespace to go', async () => (await plane.request('GET', path)).status === 404);
  });

  test('collects what an owner leaves behind', async () => {
    await createNamespace('garbage');
    const path = '/api/v1/namespaces/garbage/configmaps';
    const owner = await plane.request('POST', path, { body: { metadata: { name: 'owner' } } });
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: at(owner.body, 'metadata', 'uid') };
    await plane.request('POST', path, { body: { metadata: { name: 'owned', ownerReferences: [reference] } } });
    await plane.request('DELETE', `${path}/owner`);
    await waitFor('the owned one to go', async () => (await plane.request('GET', `${path}/owned`)).status === 404);
  });

  test('checks the types of a ValidatingAdmissionPolicy', async () => {
    const policy = (name: string, expression: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps] }
  validations:
    - expression: ${expression}
`;
    const applied = await plane.applyManifests(
      `${policy('sound', 'object.metadata.name != "forbidden"')}---${policy('unsound', 'object.dta.size() > 1')}`,
      { fieldManager: 'test' },
    );
    const [sound, unsound] = await Promise.all(
      applied.map(({ name, path }) =>
        waitFor(`the status of ${name}`, async () => {
          const { body } = await plane.request('GET', path);
          const isSeen = at(body, 'status', 'observedGeneration') === at(body, 'metadata', 'generation');
          return isSeen && at(body, 'status', 'typeChecking');
        }),
      ),
    );
    expect(listAt(sound, 'expressionWarnings')).toEqual([]);
    expect(listAt(unsound, 'expressionWarnings')).toMatchObject([{ fieldRef: 'spec.validations[0].expression' }]);
    expect(at(unsound, 'expressionWarnings', 0, 'warning')).toContain("undefined field 'dta'");
  });

  test('says which objects it refused, and applies the others', async () => {
    const manifests = `
apiVersion: v1
kind: ConfigMap
metadata: { name: Not_A_Name, namespace: default }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: good, namespace: default }
`;
    await expect(plane.applyManifests(manifests, { fieldManager: 'test' })).rejects.toThrow(
      /refused 1 of 2 objects\nConfigMap default\/Not_A_Name: 422 .*Invalid value/,
    );
    expect(await plane.request('GET', '/api/v1/namespaces/default/configmaps/good')).toMatchObject({ status: 200 });
  });

  test('keeps what it holds over a restart', async () => {
    await createNamespace('lasting');
    await plane.restart();
    expect(await plane.request('GET', '/api/v1/namespaces/lasting')).toMatchObject({ status: 200 });
    expect(await whoIs(await issuer.sign(ada))).toMatchObject({ username: 'user:ada' });
  });
});

describe('tokens', () => {
  test('one of the issuer is accepted, and bears its groups', async () => {
    expect(await whoIs(await issuer.sign(ada))).toEqual({
      username: 'user:ada',
      groups: ['solar-sre', 'cluster-scope', 'system:authenticated'],
    });
  });

  test('without rights, its bearer is refused; the administrator is not', async () => {
    const token = await issuer.sign(ada);
    expect(await plane.request('GET', '/api/v1/namespaces', { as: { token } })).toMatchObject({ status: 403 });
    expect(await plane.request('GET', '/api/v1/namespaces', { as: 'anonymous' })).toMatchObject({ status: 403 });
    expect(await plane.request('GET', '/api/v1/namespaces')).toMatchObject({ status: 200 });
  });

  test.each<[string, () => Promise<string>, string]>([
    [
      'for two audiences',
      () => issuer.sign({ ...ada, aud: ['prodcluster01', 'prodcluster02'] }),
      'the token is for several audiences',
    ],
    ['for another cluster', () => issuer.sign({ ...ada, aud: 'prodcluster02' }), 'expected audience'],
    ['that has expired', () => issuer.sign(ada, { issuedAt: Date.now() - 601_000 }), 'token is expired'],
    ['that never expires', () => issuer.sign({ ...ada, exp: undefined }), 'token is expired'],
    ['that lives for 601 seconds', () => issuer.sign(ada, { lifetime: 601 }), 'the token lives longer than 10 minutes'],
    ['of another issuer', () => issuer.sign({ ...ada, iss: 'https://stranger.example' }), 'invalid bearer token'],
    ['of no user', () => issuer.sign({ ...ada, sub: 'system:admin' }), 'the subject is no user'],
    ['signed with a foreign key', () => issuer.sign(ada, { signature: 'foreign' }), 'failed to verify signature'],
    [
      'signed with the public key as a secret',
      () => issuer.sign(ada, { signature: 'public-as-secret' }),
      'unsupported algorithm',
    ],
    ['that is not signed', () => issuer.sign(ada, { signature: 'none' }), 'unsupported algorithm'],
    ['that is no token', () => Promise.resolve('nonsense'), 'invalid bearer token'],
  ])('one %s is refused', async (_, sign, reason) => {
    const before = plane.log('kube-apiserver').length;
    expect(await whoIs(await sign())).toBe(401);
    expect(plane.log('kube-apiserver').slice(before)).toContain(reason);
  });

  test('one of a new key is accepted at once, and after it none of the key that it replaced', async () => {
    const old = await issuer.sign(ada);
    await issuer.rotate();
    expect(await whoIs(await issuer.sign(ada))).toMatchObject({ username: 'user:ada' });
    expect(await whoIs(old)).toBe(401);
  });
});

describe('the kubeconfig', () => {
  test('holds what a client needs to be the administrator', async () => {
    const kubeconfig: unknown = parse(plane.kubeconfig());
    const decode = (value: unknown) => Buffer.from(String(value), 'base64').toString();
    const cluster = at(kubeconfig, 'clusters', 0, 'cluster');
    const user = at(kubeconfig, 'users', 0, 'user');
    const client = createClient({
      server: String(at(cluster, 'server')),
      authority: decode(at(cluster, 'certificate-authority-data')),
      admin: {
        certificate: decode(at(user, 'client-certificate-data')),
        key: decode(at(user, 'client-key-data')),
      },
    });
    const { body } = await client.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    await client.close();
    expect(at(body, 'status', 'userInfo', 'groups')).toEqual(['system:masters', 'system:authenticated']);
  });

  test("with a token, is not the administrator's", async () => {
    const token = await issuer.sign(ada);
    expect(at(parse(plane.kubeconfig(token)), 'users', 0, 'user')).toEqual({ token });
  });
});

describe('two at once', () => {
  test('share nothing', async () => {
    const other = await startControlPlane({ apiServerFlags: ['--enable-admission-plugins=PodNodeSelector'] });
    try {
      expect(other.server).not.toBe(plane.server);
      await createNamespace('only-here');
      expect(await other.request('GET', '/api/v1/namespaces/only-here')).toMatchObject({ status: 404 });
    } finally {
      await other.stop();
    }
  });
});

describe('the end', () => {
  test('a control plane that does not start says why, and leaves nothing behind', async () => {
    await expect(startControlPlane({ apiServerFlags: ['--no-such-flag'] })).rejects.toThrow(
      /kube-apiserver ended with exit code 1[^]*unknown flag: --no-such-flag/,
    );
  });

  test('a control plane dies with the tests, however they die', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-abandoned-'));
    const script = fileURLToPath(new URL('abandoned.ts', import.meta.url));
    const tests = spawn(process.execPath, ['--import', 'tsx', script], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const left = () => readdirSync(folder).filter((name) => name.startsWith('tenantry-'));
    const programs = () =>
      execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
        .split('\n')
        .filter((args) => args.includes(folder));
    try {
      await once(tests.stdout, 'data');
      expect(programs().length).toBeGreaterThanOrEqual(programNames.length);
      expect(left()).toHaveLength(1);
    } finally {
      tests.kill('SIGKILL');
    }
    await waitFor('the programs to end', () => Promise.resolve(programs().length === 0));
    expect(left()).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
