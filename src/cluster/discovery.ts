import type { ManifestObject } from '../manifests/manifest-file.ts';
import type { Answer } from './http.ts';
import { at, listAt, textAt } from '../values/json.ts';

/** Gives the path of an object in the API; undefined for a kind that the server lacks. */
export type PathFinder = (
  object: Pick<ManifestObject, 'apiVersion' | 'kind' | 'namespace' | 'name'>,
) => Promise<string | undefined>;

/** Finds paths as the server's own discovery has them, which is asked once for each API group. */
export function pathFinder(get: (path: string) => Promise<Answer>): PathFinder {
  const groups = new Map<string, Promise<readonly unknown[]>>();
  const resourcesOf = async (base: string): Promise<readonly unknown[]> => listAt((await get(base)).body, 'resources');
  return async ({ apiVersion, kind, namespace, name }) => {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const asked = groups.get(base) ?? resourcesOf(base);
    groups.set(base, asked);
    // Subresources are listed with their own kinds: `namespaces/finalize` is a Namespace too.
    const resource = (await asked).find((r) => at(r, 'kind') === kind && textAt(r, 'name')?.includes('/') === false);
    const plural = textAt(resource, 'name');
    if (plural === undefined) return undefined;
    const inNamespace = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    return `${base}${inNamespace}/${plural}/${encodeURIComponent(name)}`;
  };
}
