import { protectionOf } from '../../../config/model/protected-names.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { hasBase, namespaceItemsIn, unread } from '../sides.ts';

export const foreignNamespaceLeft: ChangeRule = {
  level: 'change',
  code: 'TEN554',
  name: 'foreign-namespace-left',
  severity: 'error',
  summary:
    'A foreign namespace of a protected name leaves `foreignNamespaces` only after a change that took away what was given in it.',
  why: "Argo CD's project lets it reach a protected namespace, such as `default`, for as long as a file names it. When the entry goes, the project leaves the namespace out again, and Argo CD takes nothing away there: it no longer sees the bindings, says that all is in sync, and everybody keeps what they had.",
  *check(context) {
    if (!hasBase(context)) return;
    const { after, plan } = context;
    const itemsOf = namespaceItemsIn(plan);
    const unknown = unread(after).clusters;
    const head = new Map(plan.after.graph.clusters.map((entry) => [entry.cluster.name, entry.cluster]));
    for (const entry of plan.before.graph.clusters) {
      const { cluster: old } = entry;
      const now = head.get(old.name);
      // Of a cluster that goes as well, TEN505 says it.
      if (!now || unknown.has(old.name)) continue;
      const kept = new Set(now.foreignNamespaces.map(({ name }) => name));
      for (const { name, origin } of old.foreignNamespaces) {
        if (kept.has(name) || !protectionOf(after.desired, name)) continue;
        if (!entry.accesses.some(({ scope }) => scope.kind === 'Namespace' && scope.namespace === name)) continue;
        yield {
          message: `foreign namespace \`${name}\` leaves \`foreignNamespaces\` of cluster \`${old.name}\` with what is given in it`,
          at: atKey(originAt(now.origin, 'spec', 'foreignNamespaces')),
          related: [{ location: at(inBase(originAt(origin, 'name'))), message: 'shared in the base' }],
          help: `put the entry back with \`sharedWith: []\`, merge that and let Argo CD sync it, and remove the entry in a later change`,
          items: itemsOf(name, [old.name]),
        };
      }
    }
  },
};
