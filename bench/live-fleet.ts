import { listedResources } from '../src/cluster/kept.ts';
import { readConfigFiles } from '../src/config/reading/files.ts';
import { resolve } from '../src/config/model/resolve.ts';
import type { ManifestObject } from '../src/manifests/manifest-file.ts';
import { kinds } from '../src/manifests/kinds.ts';
import { render } from '../src/manifests/render.ts';
import { memoryTree } from '../src/tree/tree.ts';
import { at, textAt } from '../src/values/json.ts';
import { groupedBy } from '../src/values/order.ts';
import type { FleetFiles } from './fleet.ts';

/** How large a fleet of live clusters is. */
export interface LiveSize {
  readonly clusters: number;
  /** On each cluster. */
  readonly namespaces: number;
}

/** Where a cluster of the fleet is. */
export interface LiveServer {
  readonly name: string;
  readonly url: string;
}

/** The day that the fleet is rendered on. */
const asOf = '2026-06-15';
const mostOfTenant = 10;

/** RoleBindings of each namespace: one for its owners, and one for each of two groups that it is shared with. */
export const bindingsOfNamespace = 3;
export const nodesOfCluster = 3;
const labelsOfNamespace = 10;

export function clusterNames({ clusters }: LiveSize): string[] {
  return Array.from({ length: clusters }, (_, i) => `c${number(i)}`);
}

/** The files of an organization that declares these servers, and on each of them as many namespaces. */
export function liveOrganization(
  { namespaces }: LiveSize,
  servers: readonly LiveServer[],
  certificateAuthority: string,
): FleetFiles {
  const perCluster = Math.ceil(namespaces / mostOfTenant);
  const tenants = servers.flatMap(({ name: cluster }, c) =>
    Array.from({ length: perCluster }, (_, i) => ({
      name: `t${number(c * perCluster + i)}`,
      cluster,
      count: Math.min(mostOfTenant, namespaces - i * mostOfTenant),
    })),
  );
  const byCluster = groupedBy(tenants, ({ cluster }) => cluster);
  return {
    'organization.yaml': organizationFile(tenants.map(({ name }) => name)),
    'clusters/ca.pem': certificateAuthority,
    ...Object.fromEntries(
      servers.map((server) => [
        `clusters/${server.name}.yaml`,
        clusterFile(
          server,
          (byCluster.get(server.name) ?? []).map(({ name }) => name),
        ),
      ]),
    ),
    ...Object.fromEntries(tenants.map((tenant) => [`tenants/${tenant.name}.yaml`, tenantFile(tenant)])),
  };
}

/** A kubeconfig with a context for each server, by its name; one user has them all. JSON is YAML. */
export function liveKubeconfig(servers: readonly LiveServer[], certificateAuthority: string): string {
  const authority = Buffer.from(certificateAuthority).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: servers.map(({ name, url }) => ({
      name,
      cluster: { server: url, 'certificate-authority-data': authority },
    })),
    users: [{ name: 'me', user: { token: 'a-token' } }],
    contexts: servers.map(({ name }) => ({ name, context: { cluster: name, user: 'me' } })),
    'current-context': servers[0]?.name ?? '',
  });
}

/** The lists of a cluster, by their paths; each object as JSON. */
export type Lists = ReadonlyMap<string, List>;

export interface List {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: readonly string[];
}

/** What each cluster has, once Argo CD has applied all that is rendered of the files. */
export async function liveLists(files: FleetFiles): Promise<ReadonlyMap<string, Lists>> {
  const noTypeScript = () => Promise.reject(new Error('no TypeScript here'));
  const { objects } = render(resolve(await readConfigFiles(memoryTree(files), noTypeScript)), asOf);
  const byCluster = groupedBy(objects, ({ cluster }) => cluster);
  return new Map(
    Array.from(byCluster, ([cluster, all]) => [cluster, listsOf(groupedBy(all, ({ kind }) => kind))] as const),
  );
}

function listsOf(byKind: ReadonlyMap<string, readonly ManifestObject[]>): Lists {
  const empty = Object.entries(listedResources).map(([resource, { base }]): [string, List] => [
    `${base}/${resource}`,
    { apiVersion: base.replace(/^\/apis?\//, ''), kind: 'List', items: [] },
  ]);
  const nodes: List = {
    apiVersion: 'v1',
    kind: 'NodeList',
    items: Array.from({ length: nodesOfCluster }, (_, i) => JSON.stringify(node(i))),
  };
  const rendered = Object.entries(kinds).map(([kind, { group, version, resource }]): [string, List] => {
    const apiVersion = group === '' ? version : `${group}/${version}`;
    return [
      `${group === '' ? '/api' : '/apis'}/${apiVersion}/${resource}`,
      {
        apiVersion,
        kind: `${kind}List`,
        items: (byKind.get(kind) ?? []).map((object, i) => JSON.stringify(stored(kind, object, i))),
      },
    ];
  });
  return new Map([...empty, ['/api/v1/nodes', nodes], ...rendered]);
}

const createdAt = '2026-06-01T00:00:00Z';

/** An object as a server stores it: with what it fills in, and with who owns which field. */
function stored(kind: string, { name, namespace, manifest }: ManifestObject, i: number): object {
  const { apiVersion, metadata, ...all } = record(manifest());
  // Items of a list have neither a kind nor a version of their own.
  const rest = Object.fromEntries(Object.entries(all).filter(([key]) => key !== 'kind'));
  const own = record(metadata);
  const labels = record(own['labels']);
  const isNamespace = kind === 'Namespace';
  const owned = { metadata: pick(own, ['annotations', 'labels']), ...rest };
  return {
    metadata: {
      ...own,
      name,
      ...(namespace !== undefined && { namespace }),
      ...(isNamespace && {
        labels: { ...labels, ...moreLabels(name, labelsOfNamespace - Object.keys(labels).length) },
      }),
      uid: `5f1d7a3e-0000-4000-8000-${String(i).padStart(12, '0')}`,
      resourceVersion: String(1000 + i),
      creationTimestamp: createdAt,
      managedFields: [
        {
          manager: 'argocd-controller',
          operation: 'Apply',
          apiVersion,
          time: createdAt,
          fieldsType: 'FieldsV1',
          fieldsV1: fieldsOf(owned),
        },
      ],
    },
    ...rest,
    ...(isNamespace && { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }),
  };
}

/** What others put on a namespace, the API server among them. */
function moreLabels(name: string, count: number): Record<string, string> {
  const more = Array.from({ length: Math.max(0, count - 1) }, (_, i) => [
    `inventory.example.com/key-${i}`,
    `value-${i}`,
  ]);
  return { 'kubernetes.io/metadata.name': name, ...(Object.fromEntries(more) as Record<string, string>) };
}

/** Who owns which field, as server-side apply writes it down. */
function fieldsOf(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [`f:${key}`, fieldsOf(inner)]));
}

function node(i: number): object {
  const name = `node-${i}`;
  return {
    metadata: {
      name,
      uid: `5f1d7a3e-0000-4000-8001-${String(i).padStart(12, '0')}`,
      resourceVersion: String(900 + i),
      creationTimestamp: createdAt,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    },
    spec: { podCIDR: `10.244.${i}.0/24` },
    status: {
      capacity: { cpu: '8', memory: '32Gi', pods: '110' },
      conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
        type,
        status: type === 'Ready' ? 'True' : 'False',
        lastTransitionTime: createdAt,
      })),
      // A kubelet reports as many as fifty images.
      images: Array.from({ length: 50 }, (_, image) => ({
        names: [`registry.example.com/image-${image}:1.0`],
        sizeBytes: 100_000_000 + image,
      })),
    },
  };
}

/** Throws unless `status --format json` has told all of a fleet: an answer that is wrong may be fast. */
export function checkStatus({ clusters, namespaces }: LiveSize, text: string): void {
  const answer: unknown = JSON.parse(text);
  const rows = list(answer, 'namespaces');
  const right = rows.filter(
    (row) =>
      at(row, 'status') === 'Active' &&
      at(row, 'declared') === true &&
      list(row, 'sharedWith').length === bindingsOfNamespace &&
      list(row, 'sharedWith').every((share) => at(share, 'declared') === true),
  );
  const known = list(answer, 'clusters').filter(
    (cluster) => textAt(cluster, 'connection', 'state') === 'ok' && at(cluster, 'nodes', 'ready') === nodesOfCluster,
  );
  if (at(answer, 'complete') === true && known.length === clusters && right.length === clusters * namespaces) {
    if (rows.length === right.length) return;
  }
  throw new Error(
    `status tells of ${right.length} of ${clusters * namespaces} namespaces what is so, of ${rows.length} in all, ` +
      `and of ${known.length} of ${clusters} clusters`,
  );
}

function list(value: unknown, key: string): readonly unknown[] {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}

function number(i: number): string {
  return String(i).padStart(4, '0');
}

function organizationFile(tenants: readonly string[]): string {
  const groups = ['audit', ...tenants.flatMap((name) => [`${name}-leads`, `${name}-dev`])];
  return `apiVersion: tenantry.dev/v1
kind: Organization
metadata:
  name: bench
spec:
  issuer: https://platform.example.com/api/oidc
  admins: [alice, pat]
  groups:
${groups.map((name) => `    - { name: ${name}, members: [${name}-p0, ${name}-p1] }\n`).join('')}  limits:
    namespacesPerTenant: ${mostOfTenant}
`;
}

function clusterFile({ name, url }: LiveServer, tenants: readonly string[]): string {
  const groups = ['audit', ...tenants.flatMap((tenant) => [`${tenant}-leads`, `${tenant}-dev`])];
  return `apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: ${name}
spec:
  server: ${url}
  certificateAuthority: { file: ca.pem }
  kubernetesVersion: "1.36"
  sharedWith:
${groups.map((group) => `    - { group: ${group}, namespace: false }\n`).join('')}`;
}

function tenantFile({ name, cluster, count }: { name: string; cluster: string; count: number }): string {
  const namespaces = Array.from(
    { length: count },
    (_, i) => `    - name: n${i}\n      quota: { cpu: "4", memory: 8Gi }\n`,
  );
  return `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: ${name}
spec:
  owners:
    - { kind: Group, name: ${name}-leads }
  defaults:
    clusters: [${cluster}]
    sharedWith:
      - { group: audit, role: view }
      - { group: ${name}-dev, role: edit }
  namespaces:
${namespaces.join('')}`;
}
