import { sortedBy } from '../values/order.ts';
import type { Api } from './api.ts';
import { at, listAt, textAt } from '../values/json.ts';

/** What is in a namespace of a live cluster. */
export interface Contents {
  /** Whether the namespace is there. */
  readonly found: boolean;
  /** How many objects of each resource, as `persistentvolumeclaims` or `deployments.apps`; those without any are left out. */
  readonly counts: readonly { readonly resource: string; readonly count: number }[];
  /** Resources that the caller may not list. */
  readonly hidden: readonly string[];
}

/** Objects that come by themselves and say nothing about what people have put there. */
const ordinary: ReadonlySet<string> = new Set([
  'events',
  'events.events.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'leases.coordination.k8s.io',
]);

/** Counts what a namespace holds (S16), resource by resource as the API server's discovery lists them. */
export async function contentsOf(api: Pick<Api, 'get'>, namespace: string): Promise<Contents> {
  const path = `/namespaces/${encodeURIComponent(namespace)}`;
  if ((await api.get(`/api/v1${path}`)).status === 404) return { found: false, counts: [], hidden: [] };
  const counts: Contents['counts'][number][] = [];
  const hidden: string[] = [];
  for (const { base, name, resource } of await namespacedResources(api)) {
    if (ordinary.has(resource)) continue;
    const { status, body } = await api.get(`${base}${path}/${name}?limit=1`);
    if (status !== 200) {
      // A resource that went away in between, or that cannot be listed, has nothing to hide.
      if (status === 401 || status === 403) hidden.push(resource);
      continue;
    }
    const remaining = at(body, 'metadata', 'remainingItemCount');
    const count = listAt(body, 'items').length + (typeof remaining === 'number' ? remaining : 0);
    if (count > 0) counts.push({ resource, count });
  }
  return { found: true, counts: sortedBy(counts, ({ resource }) => resource), hidden };
}

interface Resource {
  readonly base: string;
  readonly name: string;
  readonly resource: string;
}

/** All resources of namespaces that can be listed, in each group's preferred version. */
async function namespacedResources({ get }: Pick<Api, 'get'>): Promise<Resource[]> {
  const groups = listAt((await get('/apis')).body, 'groups').flatMap((group) => {
    const version = textAt(group, 'preferredVersion', 'groupVersion');
    return version === undefined ? [] : [{ base: `/apis/${version}`, suffix: `.${textAt(group, 'name') ?? ''}` }];
  });
  const found: Resource[] = [];
  for (const { base, suffix } of [{ base: '/api/v1', suffix: '' }, ...groups]) {
    for (const entry of listAt((await get(base)).body, 'resources')) {
      const name = textAt(entry, 'name');
      const isListed = at(entry, 'namespaced') === true && listAt(entry, 'verbs').includes('list');
      if (name !== undefined && isListed && !name.includes('/')) found.push({ base, name, resource: name + suffix });
    }
  }
  return found;
}
