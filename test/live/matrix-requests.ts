import fc from 'fast-check';
import type { ClusterAccess } from '../../src/access/graph.ts';
import type { AccessRequest, ResourceRequest } from '../../src/kubernetes/rbac.ts';
import { knownResources, knownVerbs, resolveResource, servedResources } from '../../src/kubernetes/resources.ts';
import type { CustomRole } from '../../src/config/model/desired-state.ts';
import { minorVersions } from '../control-plane/binaries.ts';
import { objectName } from './matrix-organization.ts';

/** What everybody is asked about every namespace. */
const everywhere: readonly (readonly [resource: string, ...verbs: string[]])[] = [
  ['pods', 'get', 'create'],
  ['pods/exec', 'create'],
  ['secrets', 'get'],
  ['deployments', 'patch'],
  ['networkpolicies', 'create'],
  ['resourcequotas', 'delete'],
  ['rolebindings', 'create'],
  ['namespaces', 'get'],
];

/** More about namespaces: verbs, and the resource as kubectl has it. */
const inNamespaces: readonly (readonly [resource: string, ...verbs: string[]])[] = [
  ['pods', 'get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', '*'],
  ['pods/log', 'get'],
  ['pods/exec', 'get', 'create'],
  ['pods/portforward', 'create'],
  ['pods/eviction', 'create'],
  ['pods/ephemeralcontainers', 'patch'],
  ['pods/resize', 'patch'],
  ['pods/status', 'get', 'patch'],
  ['secrets', 'get', 'list', 'create', 'delete'],
  ['configmaps', 'get', 'list', 'create', 'update'],
  ['services', 'create'],
  ['services/status', 'patch'],
  ['services/proxy', 'get'],
  ['endpoints', 'get', 'update'],
  ['endpointslices', 'create'],
  ['events', 'list'],
  ['events.events.k8s.io', 'create'],
  ['deployments', 'get', 'list', 'create', 'patch', 'delete'],
  ['deployments/scale', 'get', 'patch'],
  ['deployments/status', 'get', 'update'],
  ['deployments.extensions', 'get'],
  ['jobs', 'list', 'create'],
  ['cronjobs', 'patch'],
  ['ingresses', 'create', 'get'],
  ['networkpolicies', 'list', 'create', 'delete'],
  ['resourcequotas', 'get', 'create', 'delete'],
  ['limitranges', 'list', 'update'],
  ['rolebindings', 'list', 'create', 'delete'],
  ['roles', 'get', 'create', 'bind', 'escalate'],
  ['serviceaccounts', 'create', 'impersonate'],
  ['serviceaccounts/token', 'create'],
  ['persistentvolumeclaims', 'create'],
  ['leases', 'update'],
  ['localsubjectaccessreviews', 'create'],
  ['namespaces', 'get', 'update', 'delete'],
  ['namespaces/finalize', 'update'],
  ['widgets.example.com', 'get', 'create'],
  ['*', 'get', '*'],
  ['*/scale', 'get'],
];

/** What is asked about the cluster alone. */
const clusterWide: readonly (readonly [resource: string, ...verbs: string[]])[] = [
  ['namespaces', 'list', 'create', 'deletecollection'],
  ['nodes', 'get', 'list', 'patch'],
  ['nodes/proxy', 'get', 'create'],
  ['storageclasses', 'get', 'list', 'watch', 'create'],
  ['runtimeclasses', 'list'],
  ['ingressclasses', 'get', 'delete'],
  ['priorityclasses', 'list', 'create'],
  ['deviceclasses', 'watch'],
  ['gatewayclasses.gateway.networking.k8s.io', 'list'],
  ['volumesnapshotclasses.snapshot.storage.k8s.io', 'get'],
  ['persistentvolumes', 'list', 'delete'],
  ['customresourcedefinitions', 'list', 'create'],
  ['clusterroles', 'list', 'create', 'bind', 'escalate'],
  ['clusterrolebindings', 'list', 'create'],
  ['validatingadmissionpolicies', 'list', 'delete'],
  ['validatingwebhookconfigurations', 'create'],
  ['apiservices', 'create'],
  ['certificatesigningrequests', 'create'],
  ['certificatesigningrequests/approval', 'update'],
  ['signers', 'approve', 'sign'],
  ['users', 'impersonate'],
  ['groups', 'impersonate'],
  ['tokenreviews', 'create'],
  ['subjectaccessreviews', 'create'],
  ['selfsubjectaccessreviews', 'create'],
  ['selfsubjectrulesreviews', 'create'],
  ['selfsubjectreviews', 'create'],
];

const paths = [
  '/',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/apps/v1',
  '/healthz',
  '/healthz/etcd',
  '/livez',
  '/readyz',
  '/version',
  '/version/',
  '/openapi/v2',
  '/openapi/v3/apis',
  '/metrics',
  '/logs',
  '/logs/kubelet',
  '/debug/pprof',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
];

/** Requests that everybody is to be asked about: in each namespace, in all of them at once. */
export function coreRequests(namespaces: readonly string[]): AccessRequest[] {
  return inEach(everywhere, [...namespaces, undefined]);
}

/** Every request of the long lists: about each namespace, about all of them at once, about the cluster, about paths. */
export function allRequests(namespaces: readonly string[]): AccessRequest[] {
  return [
    ...inEach(inNamespaces, [...namespaces, undefined]),
    ...clusterWide.flatMap(([resource, ...verbs]) => verbs.map((verb) => resourceRequest(resource, verb))),
    ...paths.flatMap((path) => ['get', 'post'].map((verb) => ({ verb, path }))),
  ];
}

/** Requests about all that custom roles name where they are bound, with the names that their rules name and without. */
export function customRoleRequests({ namespaces, accesses, roles }: ClusterAccess): AccessRequest[] {
  const bound = accesses.flatMap(({ role, scope }) =>
    role.kind !== 'ClusterRole' && scope.kind === 'Namespace' ? [scope] : [],
  );
  return namespaces
    .filter(({ name }) => bound.some(({ namespace }) => namespace === name))
    .flatMap((entry) =>
      entry.kind === 'Tenant' ? [...entry.tenant.roles, ...roles].map((role) => ({ entry, role })) : [],
    )
    .flatMap(({ entry, role }) => role.value.rules.flatMap((rule) => requestsOfRule(rule, entry.name)));
}

function requestsOfRule(
  { apiGroups, resources, verbs, resourceNames = [] }: CustomRole['rules'][number],
  namespace: string,
): AccessRequest[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((written) => {
      const [resource = written, subresource] = written.split('/');
      const place = { group, resource, ...(subresource !== undefined && { subresource }), namespace };
      return verbs.flatMap((verb) => [
        { ...place, verb },
        ...[...resourceNames, objectName].map((name) => ({ ...place, verb, name })),
      ]);
    }),
  );
}

/** Random requests about everything that Kubernetes serves, and some things that it does not. */
export function someRequests(namespaces: readonly string[]): fc.Arbitrary<AccessRequest> {
  const resource = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...servedResources) },
    { weight: 1, arbitrary: fc.constantFrom(...knownResources) },
  );
  const named = resource.chain(({ group, name, subresources }) =>
    fc.record({
      group: fc.oneof(
        { weight: 12, arbitrary: fc.constant(group) },
        { weight: 1, arbitrary: fc.constantFrom('', 'apps', 'extensions', '*', 'example.com') },
      ),
      resource: fc.constant(name),
      subresource: fc.option(fc.constantFrom(...subresources.map((s) => s.name), 'scale', 'status'), {
        nil: undefined,
        freq: 2,
      }),
    }),
  );
  return fc
    .record({
      place: named,
      verb: fc.constantFrom(...knownVerbs),
      name: fc.option(fc.constantFrom(objectName, 'red'), { nil: undefined }),
      namespace: fc.option(fc.constantFrom(...namespaces), { nil: undefined, freq: 8 }),
    })
    .map(({ place: { group, resource, subresource }, verb, name, namespace }) => ({
      verb,
      group,
      resource,
      ...(subresource !== undefined && { subresource }),
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
    }));
}

/** A request for people: `patch deployments.apps/scale blue in sun-n0`. */
export function describeRequest(request: AccessRequest): string {
  if ('path' in request) return `${request.verb} ${request.path}`;
  const { verb, group, resource, subresource, name, namespace } = request;
  const full = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  return `${verb} ${full}${name === undefined ? '' : ` ${name}`} in ${namespace ?? 'the whole cluster'}`;
}

function inEach(lists: typeof inNamespaces, namespaces: readonly (string | undefined)[]): AccessRequest[] {
  return namespaces.flatMap((namespace) =>
    lists.flatMap(([resource, ...verbs]) => verbs.map((verb) => inNamespace(resource, verb, namespace))),
  );
}

/** With a name, where the verb is about one object. One Namespace counts as an object in itself. */
function inNamespace(resource: string, verb: string, namespace: string | undefined): AccessRequest {
  const request = { ...resourceRequest(resource, verb), ...(namespace !== undefined && { namespace }) };
  if (request.resource === 'namespaces') return { ...request, ...(namespace !== undefined && { name: namespace }) };
  const isNamed = request.subresource !== undefined || !withoutName.has(verb);
  return isNamed ? { ...request, name: objectName } : request;
}

const withoutName = new Set(['list', 'watch', 'create', 'deletecollection', '*']);

function resourceRequest(written: string, verb: string): ResourceRequest {
  // Whatever the server runs: it is asked about what only newer ones have as well.
  const found = resolveResource(written, minorVersions().at(-1) ?? '');
  if (found.kind !== 'Resource') throw new Error(`no resource ${written}`);
  const { group, resource, subresource } = found;
  return { verb, group, resource, ...(subresource !== undefined && { subresource }) };
}
