import type { ManifestObject } from '../manifests/manifest-file.ts';
import { at, listAt, textAt } from '../values/json.ts';
import type { NotKnown } from './answers.ts';
import { isNoSuchPath, listIn, nameText } from './answers.ts';
import type { Answer } from './http.ts';

type Get = (path: string) => Promise<Answer>;

/**
 * Gives the path of an object in the API; undefined for a kind that the server lacks, and why where the server does not say
 * which kinds it has.
 */
export type PathFinder = (
  object: Pick<ManifestObject, 'apiVersion' | 'kind' | 'namespace' | 'name'>,
) => Promise<string | NotKnown | undefined>;

/** Finds paths as the server's own discovery has them, which is asked once for each API group. */
export function pathFinder(get: Get): PathFinder {
  const groups = new Map<string, Promise<readonly unknown[] | string>>();
  const resourcesOf = async (base: string): Promise<readonly unknown[] | string> => {
    const answer = await get(base);
    return isNoSuchPath(answer) ? [] : listIn(answer, 'resources');
  };
  return async ({ apiVersion, kind, namespace, name }) => {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const asked = groups.get(base) ?? resourcesOf(base);
    groups.set(base, asked);
    const resources = await asked;
    if (typeof resources === 'string') return { what: apiVersion, why: resources };
    // Subresources are listed with their own kinds: `namespaces/finalize` is a Namespace too.
    const resource = resources.find((r) => at(r, 'kind') === kind && textAt(r, 'name')?.includes('/') === false);
    const plural = textAt(resource, 'name');
    if (plural === undefined) return undefined;
    const inNamespace = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    return `${base}${inNamespace}/${plural}/${encodeURIComponent(name)}`;
  };
}

/** A resource of namespaces that can be listed. */
export interface ListedResource {
  /** As `/apis/apps/v1`. */
  readonly base: string;
  /** As `deployments`. */
  readonly name: string;
  /** As `deployments.apps`. */
  readonly resource: string;
}

/**
 * All resources of namespaces that can be listed, each in its group's preferred version, or in the first that has it; and
 * what the server did not tell.
 */
export async function namespacedResources(get: Get): Promise<{
  readonly resources: readonly ListedResource[];
  readonly unknown: readonly NotKnown[];
}> {
  const unknown: NotKnown[] = [];
  const groups = listIn(await get('/apis'), 'groups');
  if (typeof groups === 'string') unknown.push({ what: 'the API groups', why: groups });
  const versions = [{ version: 'v1', base: '/api/v1', suffix: '' }];
  for (const group of typeof groups === 'string' ? [] : groups) {
    const found = versionsOf(group);
    if (found.length === 0)
      unknown.push({ what: nameText(textAt(group, 'name') ?? 'an API group'), why: 'it has no versions' });
    versions.push(...found);
  }
  const resources = new Map<string, ListedResource>();
  for (const { version, base, suffix } of versions) {
    const entries = listIn(await get(base), 'resources');
    if (typeof entries === 'string') {
      unknown.push({ what: nameText(version), why: entries });
      continue;
    }
    for (const entry of entries) {
      const name = textAt(entry, 'name');
      if (name === undefined || !/^[a-zA-Z0-9.-]+(?:\/[a-zA-Z0-9.-]+)*$/.test(name)) {
        unknown.push({ what: nameText(version), why: 'a resource has no name' });
        continue;
      }
      const isListed = at(entry, 'namespaced') === true && listAt(entry, 'verbs').includes('list');
      const resource = nameText(name + suffix);
      if (isListed && !name.includes('/') && !resources.has(resource))
        resources.set(resource, { base, name, resource });
    }
  }
  return { resources: Array.from(resources.values()), unknown };
}

/** The versions of an API group, the preferred one first; none where they cannot be read. */
function versionsOf(group: unknown): { version: string; base: string; suffix: string }[] {
  const name = textAt(group, 'name');
  const all = [at(group, 'preferredVersion'), ...listAt(group, 'versions')].map((v) => textAt(v, 'groupVersion'));
  const versions = new Set(all.filter((version) => version !== undefined));
  return Array.from(versions).flatMap((version) =>
    name !== undefined && /^[a-z0-9.-]+\/v[a-z0-9]+$/.test(version)
      ? [{ version, base: `/apis/${version}`, suffix: `.${name}` }]
      : [],
  );
}
