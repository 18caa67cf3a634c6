import { counted } from '../../text.ts';
import type { Finding, RenderedObject, RenderedRule } from '../rule.ts';
import { exampleBinding } from './examples.ts';
import { apiGroup } from './kinds.ts';

/** etcd takes 1.5 MiB (https://etcd.io/docs/latest/dev-guide/limit/). What is not about objects needs some room, too. */
const mostBytes = 1_300_000;

const many: RenderedObject[] = Array.from({ length: 4000 }, (_, index) => ({
  ...exampleBinding,
  name: `tenantry:group:team-${index}:view`,
}));

export const tooManyObjects: RenderedRule = {
  about: 'rendered',
  code: 'TEN604',
  name: 'too-many-objects',
  severity: 'error',
  summary:
    'An Application has no more objects than Argo CD can record in it, and some that do not go with a namespace.',
  why: 'Argo CD writes what became of each object into the Application. When that is more than etcd takes, the sync never ends: what is merged afterwards is not applied, revocations among it, and nobody is told. Nor does it sync an Application that has lost everything: the bindings of the last namespace in it would stay.',
  bad: many,
  good: many.slice(0, 2000),
  *check(objects) {
    const applications = new Map<string, { readonly first: RenderedObject; objects: number; bytes: number }>();
    for (const object of objects) {
      const key = applicationKey(object);
      if (key === undefined) continue;
      const one = applications.get(key) ?? { first: object, objects: 0, bytes: 0 };
      one.objects++;
      one.bytes += bytesOf(object);
      applications.set(key, one);
    }
    yield* withoutOwnFiles(objects);
    const reported = new Set<string>();
    for (const { first, objects: count, bytes } of applications.values()) {
      if (bytes <= mostBytes || reported.has(first.cluster)) continue;
      reported.add(first.cluster);
      yield {
        message: `an Application of cluster \`${first.cluster}\` would have ${count} objects, more than Argo CD can record in it`,
        at: first.source,
        help: `divide the cluster's namespaces among more Applications: \`applications\` in clusters/${first.cluster}.yaml`,
      };
    }
  },
};

/** Clusters some of whose Applications would have namespaces alone: those before Kubernetes 1.30 have no policies. */
function* withoutOwnFiles(objects: readonly RenderedObject[]): Iterable<Finding> {
  const clusters = new Map<string, { readonly first: RenderedObject; readonly own: Set<string>; most: number }>();
  for (const object of objects) {
    const [folder, part, third = '', ...rest] = object.path.split('/');
    if (folder !== object.cluster) continue;
    const one = clusters.get(folder) ?? { first: object, own: new Set(), most: 0 };
    clusters.set(folder, one);
    if (part === 'cluster') one.own.add(third);
    else if (rest.length > 0) one.most = Math.max(one.most, Number(third));
  }
  for (const [name, { first, own, most }] of clusters) {
    if (most === 0 || most < own.size) continue;
    yield {
      message: `cluster \`${name}\` has ${counted(own.size, 'file')} of its own to divide among its Applications`,
      at: first.source,
      help: `let \`applications\` be ${own.size} at most in clusters/${name}.yaml; a cluster has policies from Kubernetes 1.30 on`,
    };
  }
}

/** Tells Applications apart by where their namespaces' files are; undefined for what Argo CD does not apply so. */
function applicationKey({ path, cluster }: RenderedObject): string | undefined {
  const [folder, part = '', third = '', ...rest] = path.split('/');
  if (folder !== cluster) return undefined;
  return part === 'namespaces' && rest.length > 0 ? `${cluster}/${third}` : `${cluster}/`;
}

/** What Argo CD 3.5 writes of an object into an Application's status: how it stands, and what its last sync did. */
function bytesOf({ apiVersion, kind, name, namespace = '' }: RenderedObject): number {
  const bytes = bytesOfKind.get(`${apiVersion} ${kind}`) ?? nameless(apiVersion, kind);
  bytesOfKind.set(`${apiVersion} ${kind}`, bytes);
  // There is nothing in names that JSON would escape: TEN603.
  return bytes + 3 * name.length + 2 * namespace.length;
}

const bytesOfKind = new Map<string, number>();

/** What is written of an object whose name and namespace are empty. */
function nameless(apiVersion: string, kind: string): number {
  const group = apiGroup({ apiVersion });
  const where = { group, kind, name: '', namespace: '', version: 'v1' };
  const resource = { ...where, status: 'Synced' };
  const result = {
    ...where,
    hookPhase: 'Running',
    message: `${kind}.${group}/ serverside-applied`,
    status: 'Synced',
    syncPhase: 'Sync',
  };
  return JSON.stringify(resource).length + JSON.stringify(result).length;
}
