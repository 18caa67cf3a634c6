import type { ConfigFiles } from '../../config/reading/files.ts';
import type { Location } from '../../source/diagnostic.ts';
import { at, atFile } from '../../source/diagnostic.ts';
import { fileOrigin, originAt } from '../../source/source.ts';

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
