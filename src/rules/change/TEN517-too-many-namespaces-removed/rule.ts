import { stateOn } from '../../../config/model/desired-state.ts';
import type { Location } from '../../../source/diagnostic.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { inBase, originAt } from '../../../source/source.ts';
import { counted } from '../../../source/text.ts';
import type { ChangeRule } from '../../rule.ts';
import { mostRelated } from '../../wording.ts';
import type { NamespaceChange } from '../namespace-changes.ts';
import { namespaceChanges } from '../namespace-changes.ts';
import { namespaceNames } from '../namespace-names.ts';
import { hasBase, namespaceItemsIn, removalLimits, waiverHelp } from '../sides.ts';

const code = 'TEN517';

export const tooManyNamespacesRemoved: ChangeRule = {
  level: 'change',
  code,
  name: 'too-many-namespaces-removed',
  severity: 'error',
  summary:
    'One change takes away, or marks for deletion, at most `changes.removals.namespaces` namespaces, 5 unless set.',
  why: 'A loop that went wrong, a merge that dropped half a file or a change of defaults takes away more than anybody means to, and each line of it looks right. A number that must be passed on purpose stops it. A namespace counts once: with the change that marks it for deletion, and not again with the one that deletes what was marked.',
  waivable: true,
  *check(context) {
    if (!hasBase(context)) return;
    const itemsOf = namespaceItemsIn(context.plan);
    const { before, after } = context;
    const limit = removalLimits(context).namespaces;
    const there = new Set(
      after.desired.tenants.flatMap((tenant) =>
        tenant.namespaces.flatMap(({ name, clusters }) => clusters.map((cluster) => `${cluster.value}/${name}`)),
      ),
    );
    // A namespace that another tenant has now is not away; TEN501 is about it. One that was marked has been counted: by the
    // change that marked it, which is where somebody said that it is meant.
    const touched = namespaceChanges(context).filter(
      ({ namespace, leftUnmarked, newlyMarked }) =>
        newlyMarked.length > 0 || leftUnmarked.some((cluster) => !there.has(`${cluster}/${namespace.name}`)),
    );
    if (touched.length <= limit) return;
    const target = before.desired.organization.name || after.desired.organization.name;
    const { origin } = after.desired.organization;
    const place = touched.flatMap(placeNow)[0] ?? atKey(originAt(origin, 'spec', 'changes', 'removals', 'namespaces'));
    yield {
      message: `this change takes ${counted(touched.length, 'namespace')} away from organization \`${target}\` or marks ${touched.length === 1 ? 'it' : 'them'} for deletion, and the limit is ${limit}: ${namespaceNames(context, touched)}`,
      at: place,
      label: 'one of them',
      related: touched
        .slice(0, mostRelated)
        .map(({ namespace }) => ({ location: at(inBase(namespace.nameOrigin)), message: 'one of them, in the base' })),
      help: `split the change, or ${waiverHelp(code, target)}; raising the limit counts from the next change on`,
      target,
      items: touched.flatMap(({ namespace, left, newlyMarked }) => itemsOf(namespace.name, [...left, ...newlyMarked])),
    };
  },
};

/** Where the head says what becomes of it: at its mark, or at what is left of its tenant's namespaces. */
function placeNow({ tenantNow, now, newlyMarked: [marked] }: NamespaceChange): Location[] {
  if (now) return [at(marked === undefined ? now.nameOrigin : stateOn(now, marked).origin)];
  return tenantNow ? [atKey(originAt(tenantNow.origin, 'spec', 'namespaces'))] : [];
}
