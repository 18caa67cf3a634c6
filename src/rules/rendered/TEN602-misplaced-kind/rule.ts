import { groupedBy } from '../../../values/order.ts';
import type { RenderedObject, RenderedRule } from '../../rule.ts';
import { exampleBinding, exampleNamespace } from '../examples.ts';
import { describeObject, kindOf } from '../kinds.ts';

export const misplacedKind: RenderedRule = {
  about: 'rendered',
  code: 'TEN602',
  name: 'misplaced-kind',
  severity: 'error',
  summary:
    "Cluster-wide kinds have no namespace, namespaced kinds have one, and a namespace's file holds that Namespace and what is in it (S37).",
  why: "A namespace's file is reviewed as access to that namespace, by its owners. An object of another namespace in it, or one that holds in the whole cluster, would be access that nobody looked for there.",
  bad: [exampleNamespace, { ...exampleBinding, namespace: 'green-prod' }],
  good: [exampleNamespace, exampleBinding],
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

/** `<cluster>/<part>/<file>.yaml`, the file in a folder of its Application where there are several; or `cluster-access/<cluster>/<file>.yaml`; what is for Argo CD itself has no part. */
const pathPattern = /^(?<first>[^/]+)\/(?<second>[^/]+)\/(?<file>.+)\.yaml$/;

/** What a path says of the objects in the file. */
interface DistFolder {
  readonly folder?: string | undefined;
  readonly part?: string | undefined;
  /** The file's name, without its ending. */
  readonly file?: string | undefined;
}

function placeOf(path: string): DistFolder {
  const { first, second, file } = pathPattern.exec(path)?.groups ?? {};
  const [folder, part] = first === 'cluster-access' ? [second, first] : [first, second];
  return { folder, part, file: file?.split('/').at(-1) };
}

function problemOf(object: RenderedObject, { folder, part, file }: DistFolder): string | undefined {
  const { cluster, kind, name, namespace } = object;
  const scope = kindOf(object)?.scope;
  if (scope === 'Cluster' && namespace !== undefined) return 'belongs to the whole cluster, but has a namespace';
  if (scope === 'Namespaced' && namespace === undefined) return 'belongs into a namespace, but has none';
  if (folder !== undefined && folder !== cluster) return `is for cluster \`${cluster}\``;
  if (part !== 'namespaces') return undefined;
  if (scope === 'Cluster' && kind !== 'Namespace') return 'belongs to the whole cluster';
  return (namespace ?? name) === file ? undefined : `is not of namespace \`${file ?? ''}\``;
}
