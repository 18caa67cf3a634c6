import type { Namespace } from '../../../config/model/desired-state.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { listedClusters } from '../../wording.ts';
import { namespaceChanges } from '../namespace-changes.ts';
import { goneClusters, hasBase, namespaceItemsIn } from '../sides.ts';

export const namespaceLeftCluster: ChangeRule = {
  level: 'change',
  code: 'TEN503',
  name: 'namespace-left-cluster',
  severity: 'error',
  summary: 'A namespace leaves a cluster only after a change that marked it for deletion there was merged (S41).',
  why: "A namespace that leaves a cluster is deleted there with everything in it, as if its entry were gone. It does not take a line of its own for that: a change of the tenant's default clusters, or of the namespace that it inherits from, is enough.",
  *check(context) {
    if (!hasBase(context)) return;
    const itemsOf = namespaceItemsIn(context.plan);
    const gone = new Set(goneClusters(context).map(({ name }) => name));
    for (const { namespace, now, movedTo, leftUnmarked } of namespaceChanges(context)) {
      // Of a cluster that goes as well, TEN505 says it.
      const clusters = leftUnmarked.filter((name) => !gone.has(name));
      if (!now || movedTo || clusters.length === 0) continue;
      yield {
        message: `namespace \`${namespace.name}\` leaves ${listedClusters(clusters)}, where it was not marked for deletion before this change`,
        at: at(now.nameOrigin),
        related: [
          ...listNow(now),
          { location: at(inBase(originOn(namespace, clusters))), message: 'there in the base' },
        ],
        help: `put it back on ${listedClusters(clusters)} with \`markedForDeletionOn: [${clusters.join(', ')}]\`, merge that, and take it away in a later change`,
        items: itemsOf(namespace.name, clusters),
      };
    }
  },
};

/** The list that decides on which clusters it is now, where it is not in its own entry. */
function listNow({ clusters, origin }: Namespace): Label[] {
  const list = clusters[0]?.origin.parent;
  if (!list || list.parent === origin) return [];
  return [{ location: at(list), message: 'the clusters that it is on now' }];
}

function originOn(namespace: Namespace, clusters: readonly string[]) {
  return namespace.clusters.find(({ value }) => clusters.includes(value))?.origin ?? namespace.nameOrigin;
}
