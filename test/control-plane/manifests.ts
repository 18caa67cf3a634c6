import { parseAllDocuments, stringify } from 'yaml';
import { at, listAt } from './client.ts';
import type { Answer, Caller, Client } from './client.ts';

export interface ApplyOptions {
  /** The manager that owns the applied fields, as `kubectl apply --server-side --field-manager` names it. */
  readonly fieldManager: string;
  /** Default: the administrator. */
  readonly as?: Caller;
  /** Let the server do all but store. */
  readonly dryRun?: boolean;
}

/** One object of a manifest, and what the API server answered to it. */
export interface Applied {
  /** Such as `RoleBinding solar-prod/audit-view`. */
  readonly name: string;
  /** The path of the object in the API. */
  readonly path: string;
  readonly answer: Answer;
}

/** An object as it stands in a manifest. */
interface Manifest {
  readonly object: unknown;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly wave: number;
}

/** What others stand on comes first, as in Argo CD; a kind that is not named here comes after all of them. */
const kindOrder = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
];

/**
 * Applies manifests (YAML, any number of documents) one after the other, by server-side apply with force: sync wave by
 * sync wave, in a wave by kind. Returns every answer; throws, once all are sent, if the server refused any.
 */
export async function applyManifests(client: Client, text: string, options: ApplyOptions): Promise<Applied[]> {
  const query = new URLSearchParams({ fieldManager: options.fieldManager, force: 'true' });
  if (options.dryRun === true) query.set('dryRun', 'All');
  const paths = createPaths(client);
  const applied: Applied[] = [];
  for (const manifest of inOrder(parseManifests(text))) {
    const path = await paths(manifest);
    const answer = await client.request('PATCH', `${path}?${query.toString()}`, {
      ...(options.as === undefined ? {} : { as: options.as }),
      body: stringify(manifest.object, { aliasDuplicateObjects: false }),
      contentType: 'application/apply-patch+yaml',
    });
    const { kind, namespace, name } = manifest;
    applied.push({ name: `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`, path, answer });
  }
  const refused = applied.filter(({ answer }) => answer.status >= 300);
  if (refused.length > 0) {
    const reasons = refused.map(({ name, answer }) => `${name}: ${answer.status} ${reasonOf(answer)}`);
    throw new Error(`the API server refused ${refused.length} of ${applied.length} objects\n${reasons.join('\n')}`);
  }
  return applied;
}

function reasonOf({ body }: Answer): string {
  const message = at(body, 'message');
  return typeof message === 'string' ? message : JSON.stringify(body);
}

function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    return object === null ? [] : [readManifest(object)];
  });
}

function readManifest(object: unknown): Manifest {
  const [apiVersion, kind, name, namespace, wave] = [
    at(object, 'apiVersion'),
    at(object, 'kind'),
    at(object, 'metadata', 'name'),
    at(object, 'metadata', 'namespace'),
    at(object, 'metadata', 'annotations', 'argocd.argoproj.io/sync-wave') ?? '0',
  ];
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') {
    throw new Error(`not a manifest, for want of apiVersion, kind or metadata.name: ${JSON.stringify(object)}`);
  }
  return {
    object,
    apiVersion,
    kind,
    name,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    wave: Number(wave),
  };
}

function inOrder(manifests: readonly Manifest[]): Manifest[] {
  const rank = ({ kind }: Manifest) => (kindOrder.includes(kind) ? kindOrder.indexOf(kind) : kindOrder.length);
  return manifests.toSorted((a, b) => a.wave - b.wave || rank(a) - rank(b));
}

/** Gives the path of a manifest's object, as the API server's own discovery says where its kind is. */
function createPaths(client: Client): (manifest: Manifest) => Promise<string> {
  const groups = new Map<string, readonly unknown[]>();
  return async ({ apiVersion, kind, namespace, name }) => {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const find = () =>
      groups.get(base)?.find((one) => at(one, 'kind') === kind && !String(at(one, 'name')).includes('/'));
    // A kind that is not there may come with a CustomResourceDefinition applied a moment ago.
    if (find() === undefined) groups.set(base, listAt((await client.request('GET', base)).body, 'resources'));
    const resource = find();
    if (resource === undefined) throw new Error(`the API server knows no ${kind} in ${apiVersion}`);
    const inNamespace = at(resource, 'namespaced') === true ? `/namespaces/${namespace ?? 'default'}` : '';
    return `${base}${inNamespace}/${String(at(resource, 'name'))}/${encodeURIComponent(name)}`;
  };
}
