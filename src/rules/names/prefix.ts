import type { ConfigFiles } from '../../config/reading/files.ts';
import type { Location } from '../../source/diagnostic.ts';
import { at, atFile } from '../../source/diagnostic.ts';
import { fileOrigin, originAt } from '../../source/source.ts';

/**
 * The tenant that a namespace's name points to (S70): of the tenants whose name and a hyphen it begins with, the one
 * with the longest name.
 */
export function tenantByName(
  tenants: { readonly has: (name: string) => boolean },
  namespace: string,
): string | undefined {
  for (let end = namespace.lastIndexOf('-'); end > 0; end = namespace.lastIndexOf('-', end - 1)) {
    const tenant = namespace.slice(0, end);
    if (tenants.has(tenant)) return tenant;
  }
  return undefined;
}

/** All tenants that have a file, even one that cannot be read, and where each says its name. */
export function tenantNames(files: ConfigFiles): Map<string, Location> {
  return new Map(
    files.tenants.map(({ path, stem, checked }) => [stem, nameLocation(path, stem, checked?.file?.metadata.name)]),
  );
}

/** Where a file says the name of its resource: in itself or, if it says another one there or nothing, by its own name. */
export function nameLocation(path: string, stem: string, name: string | undefined): Location {
  return name === stem ? at(originAt(fileOrigin(path), 'metadata', 'name')) : atFile(path);
}
