import { keys } from '../manifests/labels.ts';
import { atMost } from '../values/concurrency.ts';
import { at, textAt } from '../values/json.ts';
import { once } from '../values/once.ts';
import { sortedBy } from '../values/order.ts';
import type { NotKnown } from './answers.ts';
import { countIn, isNoSuchPath, isNotFound, nameText, statusText } from './answers.ts';
import type { Api } from './api.ts';
import { namespacedResources } from './discovery.ts';

/** What is in a namespace of a live cluster. */
export interface Contents {
  /** Whether the namespace is there; undefined where the server does not say. */
  readonly found: boolean | undefined;
  /** Whose it is by its labels, as `tenant solar`; undefined where the platform does not know it. */
  readonly owner?: string;
  /** Whom a cluster admin lets have it, as the annotation says. */
  readonly allowAdopt?: string;
  /** How many objects of each resource, as `persistentvolumeclaims` or `deployments.apps`; those without any are left out. */
  readonly counts: readonly { readonly resource: string; readonly count: number }[];
  /** Resources that the caller may not list. */
  readonly hidden: readonly string[];
  /** What else the server did not tell: nobody knows what is there. */
  readonly unknown: readonly NotKnown[];
}

/** Objects that come by themselves and say nothing about what people have put there. */
const ordinary: ReadonlySet<string> = new Set([
  'events',
  'events.events.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'leases.coordination.k8s.io',
]);

/** Requests at a time: an API server gives each client a share of what it can do at once. */
const mostAtATime = 8;

/** Counts what namespaces hold (S16), resource by resource as the API server's discovery lists them. */
export function contentsFinder(
  { get }: Pick<Api, 'get'>,
  labelDomain: string,
): (namespace: string) => Promise<Contents> {
  const discovered = once(() => namespacedResources(get));
  const inTurn = atMost(mostAtATime);
  return async (namespace) => {
    const path = `/namespaces/${encodeURIComponent(namespace)}`;
    const answer = await get(`/api/v1${path}`);
    if (isNotFound(answer, namespace)) return { found: false, counts: [], hidden: [], unknown: [] };
    if (answer.status !== 200 || textAt(answer.body, 'metadata', 'name') !== namespace) {
      const why = answer.status === 200 ? 'the answer is no namespace' : statusText(answer.status);
      return { found: undefined, counts: [], hidden: [], unknown: [{ what: `namespaces/${namespace}`, why }] };
    }
    const { resources, unknown } = await discovered();
    const lists = await Promise.all(
      resources
        .filter(({ resource }) => !ordinary.has(resource))
        .map(({ base, name, resource }) =>
          inTurn(async () => ({ resource, listed: await get(`${base}${path}/${name}?limit=1`) })),
        ),
    );
    const counted = lists
      // A resource that went away in between holds nothing.
      .filter(({ listed }) => !isNoSuchPath(listed))
      .map(({ resource, listed }) => ({ resource, status: listed.status, count: countIn(listed) }));
    return {
      found: true,
      ...ownerOf(answer.body, labelDomain),
      counts: sortedBy(
        counted.flatMap(({ resource, count }) => (typeof count === 'number' && count > 0 ? [{ resource, count }] : [])),
        ({ resource }) => resource,
      ),
      hidden: counted.flatMap(({ resource, status }) => (status === 403 ? [resource] : [])),
      unknown: [
        ...unknown,
        ...counted.flatMap(({ resource, status, count }) =>
          typeof count === 'string' && status !== 403 ? [{ what: resource, why: count }] : [],
        ),
      ],
    };
  };
}

/** Whose a Namespace is, and whom it may go to, by its labels and annotations. */
function ownerOf(namespace: unknown, labelDomain: string): Pick<Contents, 'owner' | 'allowAdopt'> {
  const key = keys(labelDomain);
  const kind = textAt(namespace, 'metadata', 'labels', key.kind);
  const annotations = at(namespace, 'metadata', 'annotations');
  const tenant = textAt(namespace, 'metadata', 'labels', key.tenant);
  const owner =
    tenant !== undefined
      ? `tenant ${tenant}`
      : kind === 'Group'
        ? `group ${textAt(annotations, key.group) ?? ''}`.trim()
        : kind === 'Retained'
          ? 'retained'
          : undefined;
  const allowAdopt = textAt(annotations, key.allowAdopt);
  return { ...(owner !== undefined && { owner: nameText(owner) }), ...(allowAdopt !== undefined && { allowAdopt }) };
}
