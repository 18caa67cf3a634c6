import type { Namespace, Tenant } from '../../../config/model/desired-state.ts';
import { subjectKey } from '../../../config/model/desired-state.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { listedClusters } from '../../wording.ts';
import { namespaceChanges } from '../namespace-changes.ts';
import { clustersOf, hasBase, namespaceItemsIn } from '../sides.ts';

export const namespaceRemovedUnmarked: ChangeRule = {
  level: 'change',
  code: 'TEN502',
  name: 'namespace-removed-unmarked',
  severity: 'error',
  summary:
    "A namespace leaves its tenant's file only after a change that marked it for deletion was merged (S15, S41).",
  why: 'Removing the entry deletes the namespace and everything in it, and nothing brings it back. So it takes two merged changes: whoever reads the second one knows that the first was meant, and a slip of an editor, a bad merge or a rename stops here. A namespace cannot be renamed: one of another name is a new, empty one.',
  *check(context) {
    if (!hasBase(context)) return;
    const itemsOf = namespaceItemsIn(context.plan);
    const gone = namespaceChanges(context).filter(
      ({ tenantNow, now, movedTo, leftUnmarked }) => tenantNow && !now && !movedTo && leftUnmarked.length > 0,
    );
    const siblings = groupedBy(gone, (fate) => fate.tenant.name);
    for (const { tenant, tenantNow, namespace, left, leftUnmarked } of gone) {
      if (!tenantNow) continue;
      const renamedTo = renameOf(namespace, tenant, tenantNow, siblings.get(tenant.name)?.length ?? 1);
      const where = leftUnmarked.length < left.length ? ` on ${listedClusters(leftUnmarked)}` : '';
      const related: Label[] = [
        { location: at(inBase(namespace.nameOrigin)), message: `not marked for deletion${where} in the base` },
      ];
      yield {
        message: `namespace \`${namespace.name}\` is removed, but was not marked for deletion${where} before this change`,
        at: renamedTo ? at(renamedTo.nameOrigin) : atKey(originAt(tenantNow.origin, 'spec', 'namespaces')),
        ...(renamedTo && { label: 'takes its place' }),
        related,
        help: renamedTo
          ? `it looks like it was renamed to \`${renamedTo.name}\`, but Kubernetes cannot rename a namespace: \`${renamedTo.name}\` would be a new, empty one; keep the entry of \`${namespace.name}\``
          : 'put the entry back with `state: MarkedForDeletion`, merge that, and remove the entry in a later change',
        items: itemsOf(namespace.name, left),
      };
    }
  },
};

/** The new namespace of the tenant that seems to be the old one under another name. */
function renameOf(old: Namespace, before: Tenant, now: Tenant, gone: number): Namespace | undefined {
  const known = new Set(before.namespaces.map(({ name }) => name));
  const added = now.namespaces.filter(({ name }) => !known.has(name));
  const alike = added.filter((other) => shape(other) === shape(old));
  const candidates = alike.length > 0 ? alike : added;
  return gone === 1 || alike.length > 0 ? (candidates.length === 1 ? candidates[0] : undefined) : undefined;
}

function shape(namespace: Namespace): string {
  const shares = namespace.ownShares.map(({ subject, role }) => `${subjectKey(subject)} ${role}`);
  return JSON.stringify([clustersOf(namespace).sort(), shares.sort(), namespace.allocation?.value]);
}
