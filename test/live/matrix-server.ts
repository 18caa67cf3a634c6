import type { Claims } from '../../src/access/evaluate.ts';
import type { AccessRequest } from '../../src/kubernetes/rbac.ts';
import type { Method } from '../control-plane/client.ts';
import { at, waitFor } from '../control-plane/client.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { Issuer } from '../control-plane/issuer.ts';
import { objectName } from './matrix-organization.ts';
import type { Person } from './matrix-people.ts';

/**
 * A token of somebody: from the issuer, or from the API server for a service account, which is created where it is
 * missing. Undefined for who has none.
 */
export async function tokenOf(
  plane: ControlPlane,
  issuer: Issuer,
  audience: string,
  { token, serviceAccount }: Person,
): Promise<string | undefined> {
  if (token) return issuer.sign({ ...token, aud: audience });
  if (!serviceAccount) return undefined;
  const path = `/api/v1/namespaces/${serviceAccount.namespace}/serviceaccounts`;
  await plane.request('POST', path, { body: { metadata: { name: serviceAccount.name } } });
  const { body } = await plane.request('POST', `${path}/${serviceAccount.name}/token`, { body: {} });
  return String(at(body, 'status', 'token'));
}

/** What the API server says to a request, and why: RBAC names the binding. */
export interface ServerAnswer {
  readonly allowed: boolean;
  readonly reason: string;
}

/** The API server's answer about somebody, by SubjectAccessReview. */
export async function review(plane: ControlPlane, claims: Claims, request: AccessRequest): Promise<ServerAnswer> {
  return readReview(
    await plane.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: claims.username, groups: claims.groups, ...attributes(request) },
      },
    }),
  );
}

/** The API server's answer to the bearer of a token about himself, by SelfSubjectAccessReview. */
export async function selfReview(plane: ControlPlane, token: string, request: AccessRequest): Promise<ServerAnswer> {
  return readReview(
    await plane.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      as: { token },
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: attributes(request),
      },
    }),
  );
}

function readReview({ status, body }: Awaited<ReturnType<ControlPlane['request']>>): ServerAnswer {
  const allowed = at(body, 'status', 'allowed');
  if (status !== 201 || typeof allowed !== 'boolean') throw new Error(`a review: ${status} ${JSON.stringify(body)}`);
  return { allowed, reason: text(at(body, 'status', 'reason')) };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function attributes(request: AccessRequest): object {
  return 'path' in request ? { nonResourceAttributes: request } : { resourceAttributes: request };
}

/** A request as a client sends it, and the question that it puts to RBAC. */
export interface RealRequest {
  readonly request: AccessRequest;
  readonly method: Method;
  readonly path: string;
  readonly body?: object;
}

/** Requests about each of the namespaces and about the cluster, none of which changes anything. */
export function realRequests(namespaces: readonly string[]): RealRequest[] {
  return [...namespaces.flatMap(inNamespace), ...clusterWide()];
}

function inNamespace(namespace: string): RealRequest[] {
  const core = `/api/v1/namespaces/${namespace}`;
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const networking = `/apis/networking.k8s.io/v1/namespaces/${namespace}`;
  const on = (group: string, resource: string, verb: string, subresource?: string) => ({
    verb,
    group,
    resource,
    namespace,
    ...(subresource !== undefined && { subresource }),
  });
  const one = (...args: Parameters<typeof on>) => ({ ...on(...args), name: objectName });
  const named = { metadata: { name: 'matrix' } };
  return [
    { request: on('', 'pods', 'list'), method: 'GET', path: `${core}/pods` },
    { request: one('', 'pods', 'get', 'log'), method: 'GET', path: `${core}/pods/${objectName}/log` },
    {
      request: one('', 'pods', 'create', 'exec'),
      method: 'POST',
      path: `${core}/pods/${objectName}/exec?command=true&stdout=true`,
    },
    {
      request: one('', 'pods', 'create', 'eviction'),
      method: 'POST',
      path: `${core}/pods/${objectName}/eviction?dryRun=All`,
      body: named,
    },
    { request: on('', 'secrets', 'list'), method: 'GET', path: `${core}/secrets` },
    { request: on('', 'secrets', 'create'), method: 'POST', path: `${core}/secrets?dryRun=All`, body: named },
    { request: one('', 'configmaps', 'get'), method: 'GET', path: `${core}/configmaps/${objectName}` },
    { request: on('', 'configmaps', 'create'), method: 'POST', path: `${core}/configmaps?dryRun=All`, body: named },
    { request: one('', 'configmaps', 'delete'), method: 'DELETE', path: `${core}/configmaps/${objectName}?dryRun=All` },
    { request: on('', 'configmaps', 'deletecollection'), method: 'DELETE', path: `${core}/configmaps?dryRun=All` },
    {
      request: on('', 'resourcequotas', 'create'),
      method: 'POST',
      path: `${core}/resourcequotas?dryRun=All`,
      body: named,
    },
    { request: { ...on('', 'namespaces', 'get'), name: namespace }, method: 'GET', path: core },
    { request: { ...on('', 'namespaces', 'delete'), name: namespace }, method: 'DELETE', path: `${core}?dryRun=All` },
    { request: on('apps', 'deployments', 'list'), method: 'GET', path: `${apps}/deployments` },
    {
      request: one('apps', 'deployments', 'get', 'scale'),
      method: 'GET',
      path: `${apps}/deployments/${objectName}/scale`,
    },
    {
      request: one('apps', 'statefulsets', 'delete'),
      method: 'DELETE',
      path: `${apps}/statefulsets/${objectName}?dryRun=All`,
    },
    {
      request: on('networking.k8s.io', 'networkpolicies', 'list'),
      method: 'GET',
      path: `${networking}/networkpolicies`,
    },
    {
      request: on('networking.k8s.io', 'networkpolicies', 'create'),
      method: 'POST',
      path: `${networking}/networkpolicies?dryRun=All`,
      body: { ...named, spec: { podSelector: {} } },
    },
    { request: on('rbac.authorization.k8s.io', 'rolebindings', 'list'), method: 'GET', path: `${rbac}/rolebindings` },
    {
      request: on('rbac.authorization.k8s.io', 'rolebindings', 'create'),
      method: 'POST',
      path: `${rbac}/rolebindings?dryRun=All`,
      body: { ...named, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } },
    },
  ];
}

function clusterWide(): RealRequest[] {
  const list = (group: string, resource: string, path: string): RealRequest => ({
    request: { verb: 'list', group, resource },
    method: 'GET',
    path: `${path}/${resource}`,
  });
  return [
    list('', 'pods', '/api/v1'),
    list('', 'secrets', '/api/v1'),
    list('', 'namespaces', '/api/v1'),
    list('', 'nodes', '/api/v1'),
    list('storage.k8s.io', 'storageclasses', '/apis/storage.k8s.io/v1'),
    list('scheduling.k8s.io', 'priorityclasses', '/apis/scheduling.k8s.io/v1'),
    list('apiextensions.k8s.io', 'customresourcedefinitions', '/apis/apiextensions.k8s.io/v1'),
    list('rbac.authorization.k8s.io', 'clusterroles', '/apis/rbac.authorization.k8s.io/v1'),
    {
      request: { verb: 'create', group: '', resource: 'namespaces' },
      method: 'POST',
      path: '/api/v1/namespaces?dryRun=All',
      body: { metadata: { name: 'matrix' } },
    },
    ...['/version', '/apis/apps/v1', '/openapi/v3', '/readyz', '/metrics', '/logs/'].map((path): RealRequest => {
      return { request: { verb: 'get', path }, method: 'GET', path };
    }),
  ];
}

/** Sends a request. It is allowed when RBAC lets it through, whatever happens to it then: nothing is there to be found. */
export async function attempt(
  plane: ControlPlane,
  token: string,
  { method, path, body }: RealRequest,
): Promise<ServerAnswer> {
  const answer = await plane.request(method, path, { as: { token }, ...(body && { body }) });
  const message = text(at(answer.body, 'message'));
  if ([401, 429].includes(answer.status) || answer.status >= 500) {
    throw new Error(`${method} ${path}: ${answer.status} ${message}`);
  }
  // Admission refuses with 403 as well, but never in these words.
  const isForbidden = answer.status === 403 && /(^| )forbidden: User "[^"]*" cannot /.test(message);
  return { allowed: !isForbidden, reason: `${answer.status} ${message}` };
}

/**
 * Returns when RBAC has seen all that was applied before: it learns of each kind of object in order, so once it knows of
 * those that are made here, it knows of all earlier ones.
 */
export async function rbacCaughtUp(plane: ControlPlane): Promise<void> {
  // Another one each time: of what it has seen before, it would say so at once.
  const name = `matrix-marker-${crypto.randomUUID()}`;
  await plane.applyManifests(marker.replaceAll('matrix-marker', name), { fieldManager: 'matrix' });
  const claims = { username: name, groups: [] };
  await waitFor('RBAC to see what was applied', async () => {
    const inNamespace = await review(plane, claims, {
      verb: 'get',
      group: 'matrix',
      resource: 'markers',
      namespace: 'default',
    });
    const everywhere = await review(plane, claims, { verb: 'list', group: 'matrix', resource: 'markers' });
    return inNamespace.allowed && everywhere.allowed;
  });
}

const marker = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: matrix-marker }
rules: [{ apiGroups: [matrix], resources: [markers], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: matrix-marker }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: matrix-marker }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: matrix-marker }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: matrix-marker, namespace: default }
rules: [{ apiGroups: [matrix], resources: [markers], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: matrix-marker, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: matrix-marker }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: matrix-marker }]
`;
