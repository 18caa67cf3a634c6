import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import { namespaceChanges } from '../../change/namespace-changes.ts';
import { hasBase, itemsIn, namespaceItemsIn } from '../../change/sides.ts';
import type { ChangeRule } from '../../rule.ts';

export const cordonedByAdmins: ChangeRule = {
  level: 'change',
  code: 'TEN710',
  name: 'cordoned-by-admins',
  severity: 'error',
  summary: 'What the admins have cordoned is neither marked for deletion nor removed, until they lift it (S73).',
  why: 'Admins cordon what they look into: a suspect, an incident, a bill that nobody understands. Whose namespace it is must not be able to take it from under their eyes.',
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const itemsOf = namespaceItemsIn(context.plan);
    const { cordons } = context.after.desired.organization;
    for (const { tenant, namespace, now, newlyMarked, left } of namespaceChanges(context)) {
      const cordon = cordons.find(
        (one) => one.tenant === tenant.name && (one.namespace === undefined || one.namespace === namespace.identifier),
      );
      if (!cordon || (newlyMarked.length === 0 && left.length === 0)) continue;
      yield {
        message: `namespace \`${namespace.name}\` is ${left.length > 0 ? 'removed' : 'marked for deletion'}, but the admins have cordoned it`,
        at: at(now?.nameOrigin ?? cordon.origin),
        related: [
          { location: at(cordon.origin), message: 'cordoned' },
          { location: at(inBase(namespace.nameOrigin)), message: 'in the base' },
        ],
        help: 'leave it as it is, or ask the admins to lift the cordon, under `cordons` in organization.yaml',
        items: [...itemsOf(namespace.name, [...left, ...newlyMarked]), ...known(`tenant/${tenant.name}`)],
      };
    }
  },
};
