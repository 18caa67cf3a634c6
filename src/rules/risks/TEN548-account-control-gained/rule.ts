import type { Access } from '../../../access/graph.ts';
import { accessKey } from '../../../access/graph.ts';
import { describeSubject } from '../../../config/model/desired-state.ts';
import type { AccessItem, Place, Plan } from '../../../plan/plan.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { oncePer } from '../../../values/once.ts';
import { groupedBy } from '../../../values/order.ts';
import type { ChangeRule } from '../../rule.ts';
import { listedWords, mostRelated } from '../../wording.ts';
import { givenBy, lines, whereText } from '../access.ts';
import { accessesOfAccounts, hasAll, isControl } from '../accounts.ts';

export const accountControlGained: ChangeRule = {
  level: 'change',
  code: 'TEN548',
  name: 'account-control-gained',
  severity: 'note',
  summary:
    'Nobody comes to control a namespace whose service accounts have access elsewhere that they have not themselves.',
  why: 'Who may create pods in the namespace of a CI system deploys wherever its accounts may. A share there reads as one of that namespace alone, and those into whose namespaces it leads are not asked: their files do not change.',
  *check({ plan }) {
    for (const { item, places } of givenBy(plan)) {
      if (!item.after.some(isControl) || item.before.some(isControl)) continue;
      const gained = reachedBy(plan, item, places);
      if (gained.length === 0) continue;
      const each = Array.from(
        groupedBy(gained, ({ subject, role }) => `${describeSubject(subject)} has \`${role.name}\``),
        ([account, all]) =>
          `${account} ${whereText(all.map((access) => ({ ...access, production: false, tenant: undefined })))}`,
      );
      const { at: location, related } = lines(places);
      const given = new Set(gained.flatMap(({ because }) => because.map(({ origin }) => origin)));
      yield {
        message: `${describeSubject(item.subject)} comes to act as service accounts: ${listedWords(each, 3)}`,
        at: location,
        related: [
          ...Array.from(given, (origin): Label => ({ location: at(origin), message: 'gives it to the account' })),
          ...related,
        ].slice(0, mostRelated),
        items: [item.id],
      };
    }
  },
};

/** What the accounts of the namespaces had elsewhere before, and still have, and the subject has not. */
function reachedBy({ before, after }: Plan, { subject }: AccessItem, places: readonly Place[]): Access[] {
  const found = new Map<string, Access>();
  for (const { cluster, scope } of places) {
    if (scope.kind !== 'Namespace') continue;
    const had = keysOf(accessesOfAccounts(before, cluster, scope.namespace));
    for (const access of accessesOfAccounts(after, cluster, scope.namespace)) {
      // What is new to the account, TEN547 says.
      if (!had.has(accessKey(access)) || hasAll(after, subject, access, [access])) continue;
      found.set(accessKey(access), access);
    }
  }
  return Array.from(found.values());
}

const keysOf = oncePer((accesses: readonly Access[]): ReadonlySet<string> => new Set(accesses.map(accessKey)));
