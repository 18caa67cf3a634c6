import { apiGroupOf } from '../../../manifests/kinds.ts';
import type { RenderedObject, RenderedRule } from '../../rule.ts';
import { describeObject } from '../objects.ts';

export const duplicateObject: RenderedRule = {
  level: 'rendered',
  code: 'TEN601',
  name: 'duplicate-object',
  severity: 'error',
  summary: 'On a cluster, a name is unique for its kind in its namespace (S38).',
  why: 'Of two objects of one name the cluster keeps the one that is applied last, and each sync writes one over the other: whoever is in the other has access now and then.',
  *check(objects) {
    const first = new Map<string, RenderedObject>();
    for (const object of objects) {
      const { cluster, kind, name, namespace = '', source, path } = object;
      const key = `${cluster}\n${apiGroupOf(object.apiVersion)}\n${kind}\n${namespace}\n${name}`;
      const earlier = first.get(key);
      if (!earlier) {
        first.set(key, object);
        continue;
      }
      const where = earlier.path === path ? `twice in \`${path}\`` : `in \`${earlier.path}\` and in \`${path}\``;
      yield {
        message: `${describeObject(object)} would be rendered ${where}`,
        at: source,
        related: [{ location: earlier.source, message: 'the first one comes from here' }],
        help: 'rename one of the two; if the names differ in the config, this is a mistake in tenantry: please report it',
      };
    }
  },
};
