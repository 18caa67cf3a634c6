import type { DesiredState, Tenant } from '../../../config/model/desired-state.ts';
import { subjectKey } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import { inBase, originAt } from '../../../source/source.ts';
import { counted } from '../../../source/text.ts';
import type { ChangeRule } from '../../rule.ts';
import { namespaceChanges } from '../namespace-changes.ts';
import { namespaceNames } from '../namespace-names.ts';
import { hasBase, itemsIn, namespaceItemsIn } from '../sides.ts';

export const tenantRemoved: ChangeRule = {
  level: 'change',
  code: 'TEN504',
  name: 'tenant-removed',
  severity: 'error',
  summary: "A tenant's file goes only after a change that marked all its namespaces for deletion was merged (S63).",
  why: 'Deleting one file would delete all namespaces of the tenant, on every cluster, with everything in them. A tenant cannot be renamed either: its namespaces bear its name, and under another one they would be new and empty.',
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const itemsOf = namespaceItemsIn(context.plan);
    const gone = namespaceChanges(context).filter(
      ({ tenantNow, movedTo, leftUnmarked }) => !tenantNow && !movedTo && leftUnmarked.length > 0,
    );
    const { before, after } = context;
    const old = new Set(before.desired.tenants.map(({ name }) => name));
    const added = after.desired.tenants.filter(({ name }) => !old.has(name));
    for (const unmarked of groupedBy(gone, ({ tenant }) => tenant.name).values()) {
      const [first] = unmarked;
      if (!first) continue;
      const { tenant } = first;
      const renamedTo = added.find((other) => looksLike(tenant, other));
      const names = unmarked.map(({ namespace }) => namespace.name);
      const all = names.length === tenant.namespaces.length;
      const which = all
        ? counted(names.length, 'namespace')
        : `${names.length} of its ${tenant.namespaces.length} namespaces`;
      yield {
        message: `tenant \`${tenant.name}\` is removed, but ${which} ${names.length === 1 ? 'was' : 'were'} not marked for deletion before this change: ${namespaceNames(context, unmarked)}`,
        at: at(renamedTo ? originAt(renamedTo.origin, 'metadata', 'name') : organizationOf(after.desired)),
        ...(renamedTo && { label: 'takes its place' }),
        related: unmarked.slice(0, 3).map(({ namespace }) => ({
          location: at(inBase(namespace.nameOrigin)),
          message: 'not marked for deletion in the base',
        })),
        help: renamedTo
          ? `it looks like it was renamed to \`${renamedTo.name}\`, but Kubernetes cannot rename namespaces: those of \`${renamedTo.name}\` would be new, empty ones; put ${tenant.origin.file} back`
          : `put ${tenant.origin.file} back with \`state: MarkedForDeletion\` on each namespace, merge that, and remove the file in a later change`,
        items: [
          ...known(`tenant/${tenant.name}`),
          ...unmarked.flatMap(({ namespace, left }) => itemsOf(namespace.name, left)),
        ],
      };
    }
  },
};

/** What stands for a file that is gone: the organization's. */
function organizationOf({ organization }: DesiredState) {
  return organization.origin;
}

/** Whether the other has the same owners, or at least half of the identifiers. */
function looksLike(tenant: Tenant, other: Tenant): boolean {
  const owners = (of: Tenant): string => JSON.stringify(of.owners.map(({ subject }) => subjectKey(subject)).sort());
  if (tenant.owners.length > 0 && owners(tenant) === owners(other)) return true;
  const identifiers = new Set(other.namespaces.map(({ identifier }) => identifier));
  const same = tenant.namespaces.filter(({ identifier }) => identifiers.has(identifier)).length;
  return same > 0 && same * 2 >= tenant.namespaces.length;
}
