import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { at, listAt, textAt } from '../src/values/json.ts';
import type { ManifestObject } from '../src/manifests/manifest-file.ts';
import type { Rendered } from '../src/manifests/render.ts';

/**
 * What the peers get: everything worked out already (defaults, inheritance, names of bindings), so that all they have to
 * do is to print it. Their objects are those of `dist/<cluster>/namespaces/`; the policies and bindings of clusters, a
 * third of the bytes of `dist/`, are left out for them.
 */
export interface PeerNamespace {
  readonly name: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  /** The ResourceQuota, with the annotations that it has; there is a LimitRange beside it. */
  readonly quota?: { readonly annotations: Texts; readonly hard: Texts };
  /** The labels of the namespaces that may connect; without them, only the namespace itself may. */
  readonly peers?: Texts;
  readonly roles?: readonly { readonly name: string; readonly rules: PeerRule[] }[];
  /** Name, kind and name of the subject, kind and name of the role. */
  readonly bindings: readonly (readonly [string, string, string, string, string])[];
}

type Texts = Readonly<Record<string, string>>;

interface PeerRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

export interface PeerCluster {
  readonly name: string;
  readonly namespaces: readonly PeerNamespace[];
}

/** The values of the peers, taken from what tenantry renders. */
export function peerValues({ objects }: Pick<Rendered, 'objects'>): PeerCluster[] {
  const clusters = new Map<string, Map<string, ManifestObject[]>>();
  for (const object of objects) {
    if (!object.path.includes('/namespaces/')) continue;
    const namespaces = clusters.get(object.cluster) ?? new Map<string, ManifestObject[]>();
    clusters.set(object.cluster, namespaces);
    const name = object.namespace ?? object.name;
    namespaces.set(name, [...(namespaces.get(name) ?? []), object]);
  }
  return Array.from(clusters, ([name, namespaces]) => ({
    name,
    namespaces: Array.from(namespaces, ([namespace, inIt]) => peerNamespace(namespace, inIt)),
  }));
}

function peerNamespace(name: string, objects: readonly ManifestObject[]): PeerNamespace {
  const of = (kind: string): unknown[] =>
    objects.filter((object) => object.kind === kind).map(({ manifest }) => manifest());
  const texts = (value: unknown, ...path: string[]): Texts => (at(value, ...path) ?? {}) as Texts;
  const needed = (value: unknown, ...path: string[]): string => textAt(value, ...path) ?? '';
  const optional = <T>(key: string, value: T | undefined): Partial<Record<string, T>> =>
    value === undefined ? {} : { [key]: value };
  const [quota] = of('ResourceQuota');
  const roles = of('Role').map((role) => ({
    name: needed(role, 'metadata', 'name'),
    rules: listAt(role, 'rules') as PeerRule[],
  }));
  return {
    name,
    labels: texts(of('Namespace')[0], 'metadata', 'labels'),
    annotations: texts(of('Namespace')[0], 'metadata', 'annotations'),
    ...(quota !== undefined && {
      quota: { annotations: texts(quota, 'metadata', 'annotations'), hard: texts(quota, 'spec', 'hard') },
    }),
    ...optional(
      'peers',
      at(of('NetworkPolicy')[0], 'spec', 'ingress', 0, 'from', 0, 'namespaceSelector', 'matchLabels'),
    ),
    ...(roles.length > 0 && { roles }),
    bindings: of('RoleBinding').map((binding) => {
      const [subject] = listAt(binding, 'subjects');
      return [
        needed(binding, 'metadata', 'name'),
        needed(subject, 'kind'),
        needed(subject, 'name'),
        needed(binding, 'roleRef', 'kind'),
        needed(binding, 'roleRef', 'name'),
      ];
    }),
  };
}

/** Writes a Helm chart that prints the objects with loops, and its values beside it: within a chart, they may have 5 MB. */
export function writeChart(folder: string, clusters: readonly PeerCluster[]): void {
  mkdirSync(join(folder, 'chart/templates'), { recursive: true });
  writeFileSync(join(folder, 'chart/Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 1.0.0\n');
  writeFileSync(join(folder, 'chart/templates/all.yaml'), template);
  writeFileSync(
    join(folder, 'values.yaml'),
    stringify({ clusters }, { aliasDuplicateObjects: false, collectionStyle: 'flow' }),
  );
}

const meta = (name: string): string => `metadata:
  labels:
    app.kubernetes.io/managed-by: tenantry
  name: ${name}
  namespace: {{ $n.name }}`;

const template = `{{- range $c := .Values.clusters }}
{{- range $n := $c.namespaces }}
---
apiVersion: v1
kind: Namespace
metadata:
  annotations:
{{- range $k, $v := $n.annotations }}
    {{ $k }}: {{ $v | quote }}
{{- end }}
  labels:
{{- range $k, $v := $n.labels }}
    {{ $k }}: {{ $v | quote }}
{{- end }}
  name: {{ $n.name }}
{{- with $n.quota }}
---
apiVersion: v1
kind: ResourceQuota
metadata:
  annotations:
{{- range $k, $v := .annotations }}
    {{ $k }}: {{ $v | quote }}
{{- end }}
  labels:
    app.kubernetes.io/managed-by: tenantry
  name: tenantry
  namespace: {{ $n.name }}
spec:
  hard:
{{- range $k, $v := .hard }}
    {{ $k }}: {{ $v | quote }}
{{- end }}
---
apiVersion: v1
kind: LimitRange
${meta('tenantry')}
spec:
  limits:
    - defaultRequest:
        cpu: 100m
        memory: 128Mi
      type: Container
{{- end }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
${meta('tenantry')}
spec:
  ingress:
    - from:
{{- if $n.peers }}
        - namespaceSelector:
            matchLabels:
{{- range $k, $v := $n.peers }}
              {{ $k }}: {{ $v }}
{{- end }}
{{- else }}
        - podSelector: {}
{{- end }}
  podSelector: {}
  policyTypes:
    - Ingress
{{- range $r := $n.roles }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
${meta('{{ $r.name }}')}
rules:
{{- toYaml $r.rules | nindent 2 }}
{{- end }}
{{- range $b := $n.bindings }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
${meta('{{ index $b 0 }}')}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ index $b 3 }}
  name: {{ index $b 4 }}
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: {{ index $b 1 }}
    name: {{ index $b 2 }}
{{- end }}
{{- end }}
{{- end }}
`;
