import type { ClusterNamespace } from '../../../plan/plan.ts';
import type { Location } from '../../../source/diagnostic.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { hasBase, namespaceItemsIn, unread } from '../sides.ts';

export const groupNamespaceDropped: ChangeRule = {
  level: 'change',
  code: 'TEN507',
  name: 'group-namespace-dropped',
  severity: 'error',
  summary:
    'A namespace of a group stays with its group, or among the `retainedNamespaces` of its cluster, and from there goes to nobody (S23).',
  why: "Taking a cluster away from a group takes its access, never its data. A namespace that no file names is out of everybody's sight: nobody sees that it is there, nobody is asked before it goes, and whoever is given its name next finds what was left in it.",
  *check(context) {
    if (!hasBase(context)) return;
    const itemsOf = namespaceItemsIn(context.plan);
    const { before, after, plan } = context;
    // Which namespace a group gets is said by the organization.
    if (!after.desired.organization.complete) return;
    const unknown = unread(after).clusters;
    const head = new Map(plan.after.graph.clusters.map((entry) => [entry.cluster.name, entry]));
    const newNames = new Map(plan.renames.map(({ from, to }) => [from.name, to.name]));
    const groups = new Map(after.desired.organization.groups.map((group) => [group.name, group]));
    // Retained, and shared with the group again whose namespace it is by the organization of the base.
    const owners = new Map(
      before.desired.organization.groups.map(({ name, namespace }) => [
        newNames.get(name) ?? name,
        namespace?.value ?? name,
      ]),
    );
    const isBack = ({ name, share }: Taken & { readonly kind: 'Group' }): boolean =>
      before.desired.organization.complete && owners.get(share.group) === name;
    for (const entryBefore of plan.before.graph.clusters) {
      const { cluster: old, namespaces } = entryBefore;
      const now = head.get(old.name);
      // The same value on both sides: all in it stays whose it was.
      if (!now || now === entryBefore || unknown.has(old.name)) continue;
      const there = new Map(now.namespaces.map((entry) => [entry.name, entry]));
      for (const entry of namespaces) {
        const found = there.get(entry.name);
        if (entry.kind === 'Retained') {
          if (!found || found.kind === 'Retained' || (found.kind === 'Group' && isBack(found))) continue;
          yield {
            message: `namespace \`${entry.name}\`, which cluster \`${old.name}\` retains, would be ${newOwners(found)}`,
            at: placeOf(found),
            related: [{ location: at(inBase(entry.origin)), message: 'retained in the base' }],
            help: `${leaveIt(found)}; if all that is in \`${entry.name}\` may be had by whoever gets it, take it out of \`retainedNamespaces\` in a change of its own before`,
            items: itemsOf(entry.name, [old.name]),
          };
        }
        if (entry.kind !== 'Group') continue;
        const name = newNames.get(entry.share.group) ?? entry.share.group;
        if (found?.kind === 'Retained' || (found?.kind === 'Group' && found.share.group === name)) continue;
        const group = groups.get(name);
        // The base may have given another one: nobody could read it.
        if (!before.desired.organization.complete && (group?.namespace?.value ?? name) !== entry.name) continue;
        const share = now.cluster.sharedWith.find((other) => other.group === name);
        yield {
          message: `namespace \`${entry.name}\` of group \`${entry.share.group}\` on cluster \`${old.name}\` would be ${
            found ? newOwners(found) : 'in no file any more'
          }`,
          at: found
            ? placeOf(found)
            : share
              ? at(share.origin)
              : atKey(originAt(now.cluster.origin, 'spec', 'sharedWith')),
          related: [{ location: at(inBase(entry.share.origin)), message: 'given to the group in the base' }],
          help: found
            ? `leave it to the group; ${leaveIt(found)}`
            : `add \`${entry.name}\` to \`retainedNamespaces\` in ${now.cluster.origin.file}${
                share?.namespace !== undefined && share.namespace !== entry.name
                  ? `, or keep it for the group with \`namespace: ${entry.name}\` on \`${name}\` in organization.yaml`
                  : ''
              }`,
          items: itemsOf(entry.name, [old.name]),
        };
      }
    }
  },
};

type Taken = Exclude<ClusterNamespace, { readonly kind: 'Retained' }>;

function placeOf(entry: Taken): Location {
  switch (entry.kind) {
    case 'Tenant':
      return at(entry.namespace.nameOrigin);
    case 'Group':
      return at(entry.share.origin);
    case 'Foreign':
      return at(entry.foreign.origin);
  }
}

/** Whose namespace it would be, with what is in it. */
function newOwners(entry: Taken): string {
  switch (entry.kind) {
    case 'Tenant':
      return `tenant \`${entry.tenant.name}\`'s`;
    case 'Group':
      return `group \`${entry.share.group}\`'s`;
    case 'Foreign':
      return 'a foreign one';
  }
}

/** What to do instead. */
function leaveIt(entry: Taken): string {
  switch (entry.kind) {
    case 'Tenant':
      return `give tenant \`${entry.tenant.name}\` a namespace of another name`;
    case 'Group':
      return `give group \`${entry.share.group}\` a namespace of another name`;
    case 'Foreign':
      return 'take it out of `foreignNamespaces`';
  }
}
