import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { at } from '../control-plane/client.ts';
import type { Answer } from '../control-plane/client.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { tenantryHere } from '../support/cli.ts';

/** `tenantry issuer manifests` and a real API server, in a namespace that takes nothing but `restricted` pods. */

const required = ['--image', 'registry.example.com/tenantry:1', '--repository', 'https://git.example.com/access.git'];
const ways: [string, readonly string[]][] = [
  ['behind a proxy', ['--proxy-namespace', 'ingress']],
  ['over TLS, with all else', ['--tls-secret', 'tls', '--git-secret', 'git', '--metrics-from', 'monitoring']],
];
const paths: Readonly<Record<string, string>> = {
  ServiceAccount: '/api/v1/namespaces/tenantry/serviceaccounts',
  Service: '/api/v1/namespaces/tenantry/services',
  Pod: '/api/v1/namespaces/tenantry/pods',
  NetworkPolicy: '/apis/networking.k8s.io/v1/namespaces/tenantry/networkpolicies',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/tenantry/poddisruptionbudgets',
  Deployment: '/apis/apps/v1/namespaces/tenantry/deployments',
};

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  const modes = ['enforce', 'warn', 'audit'];
  const labels = Object.fromEntries(modes.map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']));
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenantry', labels } };
  expect((await plane.request('POST', '/api/v1/namespaces', { body })).status).toBe(201);
  // No pod is admitted before its service account is there.
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'tenantry-issuer' } };
  const made = await plane.request('POST', paths['ServiceAccount'] ?? '', { body: account });
  expect(made.status).toBe(201);
});

afterAll(() => plane.stop());

async function rendered(args: readonly string[]): Promise<unknown[]> {
  const { code, stdout } = await tenantryHere(['issuer', 'manifests', ...required, ...args]);
  expect(code).toBe(0);
  return parseAllDocuments(stdout).map((document) => {
    const object: unknown = document.toJS();
    return object;
  });
}

/** Sends an object as a new one, which the server is to check to the last field, and not to store. */
function dryRun(object: unknown): Promise<Answer> {
  const path = paths[String(at(object, 'kind'))] ?? '';
  return plane.request('POST', `${path}?dryRun=All&fieldValidation=Strict`, { body: object });
}

/** The pod that the Deployment's controller would make. */
function podOf(objects: readonly unknown[]): object {
  const template = at(
    objects.find((object) => at(object, 'kind') === 'Deployment'),
    'spec',
    'template',
  );
  const metadata = { name: 'tenantry-issuer-1', namespace: 'tenantry', labels: at(template, 'metadata', 'labels') };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: at(template, 'spec') };
}

const said = ({ status, body, warnings }: Answer) => [status, status < 300 ? '' : at(body, 'message'), warnings];

test.each(ways)('an API server takes all of it, without a warning: %s', async (_, args) => {
  const objects = await rendered(args);
  expect(objects.map((object) => at(object, 'kind'))).toEqual([
    'ServiceAccount',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Service',
    'Deployment',
  ]);
  for (const object of objects) {
    const kind = at(object, 'kind');
    const answer = await dryRun(object);
    // This one is there, as pods want it.
    const expected =
      kind === 'ServiceAccount' ? [409, 'serviceaccounts "tenantry-issuer" already exists', []] : [201, '', []];
    expect([kind, ...said(answer)]).toEqual([kind, ...expected]);
  }
});

test.each(ways)('the pod is admitted as restricted, and has no token of the cluster: %s', async (_, args) => {
  const pod = podOf(await rendered(args));
  const answer = await dryRun(pod);
  expect(said(answer)).toEqual([201, '', []]);
  // Nothing was put in beside what is declared: no volume with a token.
  expect(at(answer.body, 'spec', 'volumes')).toHaveLength(Number(at(pod, 'spec', 'volumes', 'length')));
  expect(JSON.stringify(answer.body)).not.toContain('serviceAccountToken');
  // The field is not dropped by a server that does not know sidecars.
  expect(at(answer.body, 'spec', 'initContainers', 0, 'restartPolicy')).toBe('Always');
});

test('the namespace refuses a pod that is less than that', async () => {
  const pod = podOf(await rendered(['--proxy-namespace', 'ingress']));
  const spec = at(pod, 'spec');
  if (typeof spec !== 'object' || spec === null) throw new Error('no spec');
  const [status, message] = said(await dryRun({ ...pod, spec: { ...spec, securityContext: {} } }));
  expect([status, message]).toEqual([403, expect.stringContaining('violates PodSecurity "restricted')]);
  const [unknown, why] = said(await dryRun({ ...pod, spec: { ...spec, seccomp: 'none' } }));
  expect([unknown, why]).toEqual([400, expect.stringContaining('unknown field "spec.seccomp"')]);
});
