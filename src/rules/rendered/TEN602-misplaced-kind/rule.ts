import { kindOf } from '../../../manifests/kinds.ts';
import type { DistPlace } from '../../../manifests/layout.ts';
import { placeOf } from '../../../manifests/layout.ts';
import { groupedBy } from '../../../values/order.ts';
import type { RenderedObject, RenderedRule } from '../../rule.ts';
import { describeObject } from '../objects.ts';

export const misplacedKind: RenderedRule = {
  level: 'rendered',
  code: 'TEN602',
  name: 'misplaced-kind',
  severity: 'error',
  summary:
    "Cluster-wide kinds have no namespace, namespaced kinds have one, and a namespace's file holds that Namespace and what is in it (S37).",
  why: "A namespace's file is reviewed as access to that namespace, by its owners. An object of another namespace in it, or one that holds in the whole cluster, would be access that nobody looked for there.",
  *check(objects) {
    for (const [path, inFile] of groupedBy(objects, (object) => object.path)) {
      const place = placeOf(path);
      for (const object of inFile) {
        const problem = problemOf(object, place);
        if (problem === undefined) continue;
        yield {
          message: `${describeObject(object)} in \`${path}\` ${problem}`,
          at: object.source,
          help: 'this is a mistake in tenantry, not in the config: please report it',
        };
      }
    }
  },
};

function problemOf(object: RenderedObject, place: DistPlace): string | undefined {
  const { cluster, kind, name, namespace } = object;
  const scope = kindOf(object)?.scope;
  if (scope === 'Cluster' && namespace !== undefined) return 'belongs to the whole cluster, but has a namespace';
  if (scope === 'Namespaced' && namespace === undefined) return 'belongs into a namespace, but has none';
  if (place.cluster !== undefined && place.cluster !== cluster) return `is for cluster \`${cluster}\``;
  if (place.folder !== 'namespaces') return undefined;
  if (scope === 'Cluster' && kind !== 'Namespace') return 'belongs to the whole cluster';
  return (namespace ?? name) === place.name ? undefined : `is not of namespace \`${place.name}\``;
}
