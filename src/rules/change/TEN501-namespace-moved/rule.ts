import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { namespaceChanges } from '../namespace-changes.ts';
import { clustersOf, hasBase, namespaceItemsIn } from '../sides.ts';

export const namespaceMoved: ChangeRule = {
  level: 'change',
  code: 'TEN501',
  name: 'namespace-moved',
  severity: 'error',
  summary: 'A namespace stays with its tenant (S62).',
  why: "Whoever gets a namespace gets all that is in it: its Secrets, its volumes, and the identities that run there. Kubernetes cannot move what is in a namespace, and the policy in the cluster refuses another tenant's label on it. Neither is a mark for deletion by another tenant's file a decision of those who own the namespace.",
  *check(context) {
    if (!hasBase(context)) return;
    const itemsOf = namespaceItemsIn(context.plan);
    for (const { tenant: from, namespace, movedTo } of namespaceChanges(context)) {
      if (!movedTo) continue;
      const isOthers = movedTo.kind === 'others';
      const to = isOthers ? 'the foreign ones' : `${movedTo.kind} \`${movedTo.name}\``;
      yield {
        message: `namespace \`${namespace.name}\` is tenant \`${from.name}\`'s and cannot move to ${to}`,
        at: at(movedTo.origin),
        related: [{ location: at(inBase(namespace.nameOrigin)), message: `\`${from.name}\`'s in the base` }],
        help: isOthers
          ? `leave its entry in \`${from.name}\`, and take it out of \`foreignNamespaces\`; who is to declare it instead gets one of another name, or this one after it has been deleted in two steps`
          : `leave its entry in \`${from.name}\`; give ${to} a namespace of another name, copy into it what is to move, and then delete \`${namespace.name}\` in two steps`,
        items: itemsOf(namespace.name, clustersOf(namespace)),
      };
    }
  },
};
