import type { Namespace, Tenant } from '../../../config/model/desired-state.ts';
import { stateOn } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { Origin } from '../../../source/source.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import type { NamespaceChange } from '../namespace-changes.ts';
import { namespaceChanges } from '../namespace-changes.ts';
import { namespaceNames } from '../namespace-names.ts';
import { hasBase, itemsIn, namespaceItemsIn } from '../sides.ts';

export const deletionNeverLifted: ChangeRule = {
  level: 'change',
  code: 'TEN510',
  name: 'deletion-never-lifted',
  severity: 'error',
  summary:
    'A namespace of a tenant with `deletion: Never` is marked only after a change that deactivated the tenant was merged (S53).',
  why: 'A tenant says `Never` because its data must outlive any single change to its file. A change that lifts it and marks a namespace is a single change.',
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const itemsOf = namespaceItemsIn(context.plan);
    const { organization } = context.after.desired;
    const touched = namespaceChanges(context).filter(
      (change) => isProtected(change.tenant) && (isMarked(change) || isTaken(change)),
    );
    for (const all of groupedBy(touched, ({ tenant }) => tenant.name).values()) {
      const [first] = all;
      if (!first) continue;
      const { tenant, tenantNow } = first;
      const names = all.map(({ namespace }) => namespace.name);
      const place = all.flatMap(markOf)[0] ?? (tenantNow && originAt(tenantNow.origin, 'spec', 'namespaces'));
      const verb = all.every(isMarked) ? 'marked for deletion' : all.some(isMarked) ? 'marked or removed' : 'removed';
      yield {
        message: `${names.length === 1 ? 'namespace' : 'namespaces'} ${namespaceNames(context, all)} ${names.length === 1 ? 'is' : 'are'} ${verb}, but in the base tenant \`${tenant.name}\` is active and never deletes namespaces`,
        at: at(place ?? organization.origin),
        related: [{ location: at(inBase(tenant.deletion.origin)), message: 'in the base' }],
        help: 'deactivate the tenant in a change of its own, with `state: Deactivated` in its `spec`, and mark the namespaces in a later one',
        items: [
          ...known(`tenant/${tenant.name}`),
          ...all.flatMap(({ namespace, left, newlyMarked }) => itemsOf(namespace.name, [...left, ...newlyMarked])),
        ],
      };
    }
  },
};

function isProtected({ deletion, state }: Tenant): boolean {
  return deletion.value === 'Never' && state.value === 'Active';
}

function isMarked({ newlyMarked }: NamespaceChange): boolean {
  return newlyMarked.length > 0;
}

/** Whether it goes from where it was marked. Where it was not, TEN502, TEN503 and TEN504 say so. */
function isTaken({ left, leftUnmarked, movedTo }: NamespaceChange): boolean {
  return !movedTo && left.length > 0 && leftUnmarked.length === 0;
}

function markOf({ now, newlyMarked: [cluster] }: NamespaceChange): Origin[] {
  return now && cluster !== undefined ? [markOn(now, cluster)] : now ? [now.nameOrigin] : [];
}

function markOn(namespace: Namespace, cluster: string): Origin {
  return stateOn(namespace, cluster).origin;
}
