import { fileOrigin, parseYaml } from '../source/source.ts';
import { at, textAt } from '../values/json.ts';
import { documentsOf } from './kept-bindings.ts';
import { argoCDFolder, distFolder, placeOf } from './layout.ts';
import type { ManifestObject } from './manifest-file.ts';

/**
 * The objects in a file of `dist/`, as whatever version of tenantry has written it; `path` begins below `dist/`. What has no
 * kind and name is none: `synth --check` reports it.
 */
export function objectsIn(path: string, text: string): ManifestObject[] {
  const { folder, cluster } = placeOf(path);
  const of = folder === argoCDFolder ? argoCDFolder : cluster;
  if (of === undefined || folder === undefined) return [];
  return documentsOf(text).flatMap((document): ManifestObject[] => {
    const value = parseYaml(path, document).value;
    const [kind, name] = [textAt(value, 'kind'), textAt(value, 'metadata', 'name')];
    if (kind === undefined || name === undefined) return [];
    return [
      {
        apiVersion: textAt(value, 'apiVersion') ?? '',
        kind,
        name,
        namespace: textAt(value, 'metadata', 'namespace'),
        labels: textsOf(at(value, 'metadata', 'labels')),
        path,
        cluster: of,
        manifest: () => value,
        source: { origin: fileOrigin(`${distFolder}/${path}`), target: 'value' },
        because: [],
      },
    ];
  });
}

function textsOf(map: unknown): Record<string, string> {
  if (typeof map !== 'object' || map === null) return {};
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]: [string, unknown]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}
