import type { Meaning } from '../../src/access/graph.ts';
import type {
  ClusterSnapshot,
  LiveBinding,
  LiveClusterRole,
  LiveMetadata,
  LiveNamespace,
  LiveObject,
  LiveRule,
  LiveSubject,
  Snapshot,
} from '../../src/cluster/snapshot.ts';
import { builtIn } from '../../src/kubernetes/built-in-roles.ts';
import { formatQuantity, parseQuantity } from '../../src/kubernetes/quantity.ts';
import type { ManifestObject } from '../../src/manifests/manifest-file.ts';
import { argoCDCluster, argoCDFolder } from '../../src/manifests/layout.ts';
import { at, listAt, textAt } from '../../src/values/json.ts';

/** When these snapshots were taken. */
export const takenAt = '2026-01-15T08:00:00Z';

/**
 * What clusters hold on which all that is rendered was applied by Argo CD: as a server stores it, with what it fills in,
 * what Argo CD writes itself, and what Kubernetes and kubeadm bring.
 */
export function liveSnapshot({ desired, graph }: Meaning, objects: readonly ManifestObject[]): Snapshot {
  const argoCDOn = desired.organization.argoCD?.cluster?.value;
  const clusters = graph.clusters.map(({ cluster, namespaces }): ClusterSnapshot => {
    const { name } = cluster;
    const forArgoCD = argoCDOn === name ? [argoCDCluster, argoCDFolder] : [];
    const here = objects.filter((o) => o.cluster === name || forArgoCD.includes(o.cluster));
    const of = (kind: string): readonly ManifestObject[] => here.filter((object) => object.kind === kind);
    const foreign = namespaces.filter(({ kind }) => kind === 'Foreign').map((entry) => entry.name);
    const { roles, bindings } = builtIn(cluster.kubernetesVersion.value);
    return {
      cluster: name,
      server: cluster.server.value,
      state: { kind: 'ok' },
      readAt: takenAt,
      version: `v${cluster.kubernetesVersion.value}.3`,
      objects: {
        nodes: [],
        namespaces: [
          ...of('Namespace').map((object) => namespaceOf(metadataOf(object))),
          ...['default', 'kube-system', 'kube-public', 'kube-node-lease', 'argocd', ...foreign].map((named) =>
            namespaceOf(liveMetadata(named)),
          ),
        ],
        rolebindings: [
          ...of('RoleBinding').map(bindingOf),
          liveBinding(
            'system:controller:bootstrap-signer',
            'Role/system:controller:bootstrap-signer',
            [{ kind: 'ServiceAccount', name: 'bootstrap-signer', namespace: 'kube-system' }],
            'kube-system',
          ),
          liveBinding(
            'kubeadm:bootstrap-signer-clusterinfo',
            'Role/kubeadm:bootstrap-signer-clusterinfo',
            [{ kind: 'User', name: 'system:anonymous' }],
            'kube-public',
          ),
          liveBinding(
            'kubeadm:nodes-kubeadm-config',
            'Role/kubeadm:nodes-kubeadm-config',
            [
              { kind: 'Group', name: 'system:bootstrappers:kubeadm:default-node-token' },
              { kind: 'Group', name: 'system:nodes' },
            ],
            'kube-system',
          ),
          liveBinding(
            'argocd-server',
            'Role/argocd-server',
            [{ kind: 'ServiceAccount', name: 'argocd-server', namespace: 'argocd' }],
            'argocd',
          ),
        ],
        clusterrolebindings: [
          ...of('ClusterRoleBinding').map(bindingOf),
          ...bindings.map(({ group, role }) =>
            liveBinding(role === 'cluster-admin' ? role : `${role}-${group}`, `ClusterRole/${role}`, [
              { kind: 'Group', name: group },
            ]),
          ),
          liveBinding('kubeadm:cluster-admins', 'ClusterRole/cluster-admin', [
            { kind: 'Group', name: 'kubeadm:cluster-admins' },
          ]),
          liveBinding('kubeadm:get-nodes', 'ClusterRole/kubeadm:get-nodes', [
            { kind: 'Group', name: 'system:bootstrappers:kubeadm:default-node-token' },
          ]),
          liveBinding('system:kube-scheduler', 'ClusterRole/system:kube-scheduler', [
            { kind: 'User', name: 'system:kube-scheduler' },
          ]),
          liveBinding('cert-manager-controller', 'ClusterRole/cert-manager-controller', [
            { kind: 'ServiceAccount', name: 'cert-manager', namespace: 'cert-manager' },
          ]),
        ],
        clusterroles: [
          ...of('ClusterRole').map((object) => clusterRoleOf(metadataOf(object), rulesIn(object.manifest()))),
          ...Array.from(roles.values(), (role) => clusterRoleOf(liveMetadata(role.name), role.rules)),
          ...desired.organization.clusterRoles.map(({ value }) => clusterRoleOf(liveMetadata(value), [])),
        ],
        roles: [],
        resourcequotas: of('ResourceQuota').map(objectOf),
        limitranges: of('LimitRange').map(objectOf),
        networkpolicies: of('NetworkPolicy').map(objectOf),
        validatingadmissionpolicies: of('ValidatingAdmissionPolicy').map(objectOf),
        validatingadmissionpolicybindings: of('ValidatingAdmissionPolicyBinding').map(objectOf),
        ...(argoCDOn === name && {
          appprojects: of('AppProject').map(objectOf),
          applications: of('Application').map((one) => ({ ...objectOf(one), refused: [], errors: [] })),
        }),
      },
    };
  });
  return { formatVersion: 1, takenAt, clusters };
}

/** The metadata of an object that nobody labelled. */
export function liveMetadata(name: string, labels: Readonly<Record<string, string>> = {}): LiveMetadata {
  return {
    name,
    uid: `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').slice(0, 12).padStart(12, '0')}`,
    createdAt: '2026-01-01T00:00:00Z',
    resourceVersion: '4711',
    labels,
    annotations: {},
    finalizers: [],
  };
}

/** A binding of a role such as `ClusterRole/admin`; without a namespace, a ClusterRoleBinding. */
export function liveBinding(
  name: string,
  role: string,
  subjects: readonly LiveSubject[],
  namespace?: string,
): LiveBinding {
  const [kind = '', ...rest] = role.split('/');
  return {
    ...liveMetadata(name),
    ...(namespace !== undefined && { namespace }),
    role: { kind, name: rest.join('/') },
    subjects,
  };
}

function namespaceOf(metadata: LiveMetadata): LiveNamespace {
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  return { ...metadata, labels, phase: 'Active', conditions: [] };
}

/** The Namespace of a name, with labels. */
export function liveNamespace(name: string, labels: Readonly<Record<string, string>> = {}): LiveNamespace {
  return namespaceOf(liveMetadata(name, labels));
}

function bindingOf(object: ManifestObject): LiveBinding {
  const manifest = object.manifest();
  const subjects = listAt(manifest, 'subjects').map((subject): LiveSubject => {
    const namespace = textAt(subject, 'namespace');
    return {
      kind: textAt(subject, 'kind') ?? '',
      name: textAt(subject, 'name') ?? '',
      ...(namespace !== undefined && { namespace }),
    };
  });
  return {
    ...metadataOf(object),
    ...(object.namespace !== undefined && { namespace: object.namespace }),
    role: { kind: textAt(manifest, 'roleRef', 'kind') ?? '', name: textAt(manifest, 'roleRef', 'name') ?? '' },
    subjects,
  };
}

function clusterRoleOf(metadata: LiveMetadata, rules: readonly LiveRule[]): LiveClusterRole {
  return { ...metadata, rules, isAggregated: false };
}

function rulesIn(manifest: unknown): LiveRule[] {
  return listAt(manifest, 'rules').map((rule): LiveRule => {
    const texts = (key: string): string[] => listAt(rule, key).map(String);
    const some = (key: string) => (at(rule, key) === undefined ? {} : { [key]: texts(key) });
    return {
      verbs: texts('verbs'),
      ...some('apiGroups'),
      ...some('resources'),
      ...some('resourceNames'),
      ...some('nonResourceURLs'),
    };
  });
}

function objectOf(object: ManifestObject): LiveObject {
  return {
    ...metadataOf(object),
    ...(object.namespace !== undefined && { namespace: object.namespace }),
    spec: stored(object.kind, at(object.manifest(), 'spec')),
  };
}

function metadataOf(object: ManifestObject): LiveMetadata {
  const { apiVersion, kind, name, namespace, labels } = object;
  const manifest = object.manifest();
  const annotations = recordAt(manifest, 'metadata', 'annotations');
  const slash = apiVersion.indexOf('/');
  return {
    ...liveMetadata(name),
    labels: { ...labels, 'app.kubernetes.io/instance': 'tenantry' },
    annotations: {
      ...annotations,
      'argocd.argoproj.io/tracking-id': `tenantry:${slash === -1 ? '' : apiVersion.slice(0, slash)}/${kind}:${namespace ?? ''}/${name}`,
    },
  };
}

function recordAt(value: unknown, ...path: string[]): Record<string, string> {
  const found = at(value, ...path);
  return typeof found === 'object' && found !== null
    ? Object.fromEntries(Object.entries(found).map(([key, text]) => [key, String(text)]))
    : {};
}

/** A spec with what the server fills in, written as it writes it. */
function stored(kind: string, spec: unknown): unknown {
  switch (kind) {
    case 'ResourceQuota':
      return { hard: canonical(recordAt(spec, 'hard')) };
    case 'LimitRange':
      return { limits: listAt(spec, 'limits').map(storedLimit) };
    case 'ValidatingAdmissionPolicy':
      return {
        ...asObject(spec),
        failurePolicy: 'Fail',
        matchConstraints: storedConstraints(at(spec, 'matchConstraints')),
      };
    default:
      return spec;
  }
}

function storedConstraints(constraints: unknown): unknown {
  const withScope = (key: string) => listAt(constraints, key).map((rule) => ({ scope: '*', ...asObject(rule) }));
  const except = withScope('excludeResourceRules');
  return {
    namespaceSelector: {},
    objectSelector: {},
    matchPolicy: 'Equivalent',
    ...asObject(constraints),
    resourceRules: withScope('resourceRules'),
    ...(except.length > 0 && { excludeResourceRules: except }),
  };
}

function storedLimit(item: unknown): unknown {
  const max = canonical(recordAt(item, 'max'));
  const limit = { ...max, ...canonical(recordAt(item, 'default')) };
  const request = { ...limit, ...canonical(recordAt(item, 'defaultRequest')) };
  const some = (key: string, map: Record<string, string>) => (Object.keys(map).length === 0 ? {} : { [key]: map });
  return { type: 'Container', ...some('max', max), ...some('default', limit), ...some('defaultRequest', request) };
}

/** As Kubernetes writes quantities: `1000m` as `1`, `1000` as `1k`. */
function canonical(quantities: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(quantities).map(([key, text]) => {
      const amount = parseQuantity(text);
      return [key, amount === undefined ? text : formatQuantity(amount, text.endsWith('i') ? text : 'k')];
    }),
  );
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
