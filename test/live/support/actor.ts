import { at } from '../../control-plane/client.ts';
import type { Answer, Caller, Client, Method, RequestOptions } from '../../control-plane/client.ts';

/** The resources that these tests deal with: the API version and the kind, and whether they are in a namespace. */
const resources = {
  clusterrolebindings: ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', false],
  clusterroles: ['rbac.authorization.k8s.io/v1', 'ClusterRole', false],
  certificaterequests: ['cert-manager.io/v1', 'CertificateRequest', true],
  ciliumendpoints: ['cilium.io/v2', 'CiliumEndpoint', true],
  configmaps: ['v1', 'ConfigMap', true],
  cronjobs: ['batch/v1', 'CronJob', true],
  customresourcedefinitions: ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', false],
  deployments: ['apps/v1', 'Deployment', true],
  events: ['v1', 'Event', true],
  ingresses: ['networking.k8s.io/v1', 'Ingress', true],
  leases: ['coordination.k8s.io/v1', 'Lease', true],
  limitranges: ['v1', 'LimitRange', true],
  localsubjectaccessreviews: ['authorization.k8s.io/v1', 'LocalSubjectAccessReview', true],
  namespaces: ['v1', 'Namespace', false],
  networkpolicies: ['networking.k8s.io/v1', 'NetworkPolicy', true],
  nodes: ['v1', 'Node', false],
  persistentvolumeclaims: ['v1', 'PersistentVolumeClaim', true],
  pods: ['v1', 'Pod', true],
  priorityclasses: ['scheduling.k8s.io/v1', 'PriorityClass', false],
  replicasets: ['apps/v1', 'ReplicaSet', true],
  resourcequotas: ['v1', 'ResourceQuota', true],
  rolebindings: ['rbac.authorization.k8s.io/v1', 'RoleBinding', true],
  roles: ['rbac.authorization.k8s.io/v1', 'Role', true],
  runtimeclasses: ['node.k8s.io/v1', 'RuntimeClass', false],
  secrets: ['v1', 'Secret', true],
  serviceaccounts: ['v1', 'ServiceAccount', true],
  services: ['v1', 'Service', true],
  statefulsets: ['apps/v1', 'StatefulSet', true],
  storageclasses: ['storage.k8s.io/v1', 'StorageClass', false],
  validatingadmissionpolicies: ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', false],
  validatingadmissionpolicybindings: ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', false],
  volumesnapshots: ['snapshot.storage.k8s.io/v1', 'VolumeSnapshot', true],
  certificatesigningrequests: ['certificates.k8s.io/v1', 'CertificateSigningRequest', false],
} as const satisfies Record<string, readonly [apiVersion: string, kind: string, namespaced: boolean]>;

/** What is sent to a subresource, where it is not the object itself. */
const bodies: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  'serviceaccounts/token': ['authentication.k8s.io/v1', 'TokenRequest'],
  'pods/eviction': ['policy/v1', 'Eviction'],
  'pods/binding': ['v1', 'Binding'],
  'deployments/scale': ['autoscaling/v1', 'Scale'],
};

export type Resource = keyof typeof resources;

/** A resource, or a subresource such as `namespaces/status`. */
export type Target = Resource | `${Resource}/${string}`;

/**
 * Somebody who sends requests. An object is named as `namespace/name`, or `name` where it is in none. A name with a `/`
 * at its end is a namespace alone.
 */
export interface Actor {
  readonly get: (target: Target, name: string) => Promise<Answer>;
  readonly create: (target: Target, name: string, object?: object) => Promise<Answer>;
  /** PUT of the object as it is now, changed by a merge patch. */
  readonly update: (target: Target, name: string, patch: object) => Promise<Answer>;
  readonly patch: (target: Target, name: string, patch: object) => Promise<Answer>;
  readonly jsonPatch: (target: Target, name: string, patch: readonly object[]) => Promise<Answer>;
  /** Server-side apply, by force. */
  readonly apply: (target: Target, name: string, object: object) => Promise<Answer>;
  readonly delete: (target: Target, name: string, options?: object) => Promise<Answer>;
  /** DELETE of a collection: of all objects of the kind in a namespace. */
  readonly deleteAll: (target: Target, namespace: string) => Promise<Answer>;
  /** A request that opens a connection, such as to `pods/exec`. */
  readonly connect: (target: Target, name: string, query?: string) => Promise<Answer>;
  readonly request: (method: Method, path: string, body?: object) => Promise<Answer>;
  /** The same, of whose requests nothing is stored. */
  readonly dryRun: Actor;
}

/** An actor that is known to the API server as `as`, with more `headers`. */
export function createActor(
  client: Pick<Client, 'request'>,
  as: Caller,
  { headers = {}, dryRun = false }: { headers?: Readonly<Record<string, string>>; dryRun?: boolean } = {},
): Actor {
  const send = (
    method: Method,
    path: string,
    options: RequestOptions,
    query: Readonly<Record<string, string>> = {},
  ) => {
    const search = new URLSearchParams({ ...query, ...(dryRun && { dryRun: 'All' }) }).toString();
    const separator = path.includes('?') ? '&' : '?';
    return client.request(method, search === '' ? path : path + separator + search, { as, headers, ...options });
  };
  const patched = (contentType: string) => (target: Target, name: string, patch: object) =>
    send('PATCH', pathOf(target, name), { body: patch, contentType });
  return {
    get: (target, name) => send('GET', pathOf(target, name), {}),
    create: (target, name, object = {}) =>
      send('POST', pathOf(target, target.includes('/') ? name : collectionOf(target, name)), {
        body: manifest(target, name, object),
      }),
    async update(target, name, patch) {
      const whole = target.endsWith('/scale') ? target : parts(target).resource;
      for (;;) {
        const live = await client.request('GET', pathOf(whole, name));
        const answer = await send('PUT', pathOf(target, name), { body: merged(live.body, patch) });
        // A controller may have been faster.
        if (answer.status !== 409) return answer;
      }
    },
    patch: patched('application/merge-patch+json'),
    jsonPatch: patched('application/json-patch+json'),
    apply: (target, name, object) =>
      send(
        'PATCH',
        pathOf(target, name),
        { body: manifest(target, name, object), contentType: 'application/apply-patch+yaml' },
        { fieldManager: 'test', force: 'true' },
      ),
    delete: (target, name, options) =>
      send('DELETE', pathOf(target, name), {
        ...(options && { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } }),
      }),
    deleteAll: (target, namespace) => send('DELETE', pathOf(target, `${namespace}/`), {}),
    connect: (target, name, query = '') => send('POST', `${pathOf(target, name)}?${query}`, {}),
    request: (method, path, body) => send(method, path, { ...(body && { body }) }),
    get dryRun() {
      return createActor(client, as, { headers, dryRun: true });
    },
  };
}

/** The path of an object, or of a collection where the name ends in `/` or is empty. */
export function pathOf(target: Target, fullName: string): string {
  const { resource, subresource } = parts(target);
  const [apiVersion, , namespaced] = resources[resource];
  const { namespace, name } = names(fullName, namespaced);
  return [
    apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`,
    ...(namespaced ? ['namespaces', namespace] : []),
    resource,
    ...(name === '' ? [] : [encodeURIComponent(name)]),
    ...(subresource === undefined ? [] : [subresource]),
  ].join('/');
}

function collectionOf(target: Target, fullName: string): string {
  const namespaced = resources[parts(target).resource][2];
  return namespaced ? `${names(fullName, true).namespace}/` : '';
}

/** An object with its version, kind and name. */
function manifest(target: Target, fullName: string, object: object): object {
  const [, , namespaced] = resources[parts(target).resource];
  const [apiVersion, kind] = bodies[target] ?? resources[parts(target).resource];
  const { namespace, name } = names(fullName, namespaced);
  const metadata: unknown = at(object, 'metadata');
  return {
    apiVersion,
    kind,
    ...object,
    metadata: {
      ...(name !== '' && { name }),
      ...(namespaced && { namespace }),
      ...(typeof metadata === 'object' && metadata),
    },
  };
}

function parts(target: Target): { resource: Resource; subresource?: string } {
  const [resource, subresource] = target.split('/') as [Resource, string | undefined];
  return { resource, ...(subresource !== undefined && { subresource }) };
}

function names(fullName: string, namespaced: boolean): { namespace: string; name: string } {
  const slash = fullName.indexOf('/');
  return namespaced
    ? { namespace: fullName.slice(0, slash), name: fullName.slice(slash + 1) }
    : { namespace: '', name: fullName };
}

/** A JSON merge patch (RFC 7386), applied. */
function merged(value: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) result.delete(key);
    else result.set(key, merged(result.get(key), change));
  }
  return Object.fromEntries(result);
}
