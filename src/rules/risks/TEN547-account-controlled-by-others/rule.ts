import type { Subject } from '../../../config/model/desired-state.ts';
import { describeSubject, subjectKey } from '../../../config/model/desired-state.ts';
import type { AccessItem, Place, Plan } from '../../../plan/plan.ts';
import { sortedBy } from '../../../values/order.ts';
import type { ChangeRule } from '../../rule.ts';
import { listedWords } from '../../wording.ts';
import { givenBy, lines, placesText, sentence } from '../access.ts';
import type { Account } from '../accounts.ts';
import { accessesIn, hasAll, isControl } from '../accounts.ts';

export const accountControlledByOthers: ChangeRule = {
  level: 'change',
  code: 'TEN547',
  name: 'account-controlled-by-others',
  severity: 'note',
  summary: 'A service account gets nothing that those who control its namespace do not have as well.',
  why: 'Whoever may create pods in a namespace runs them as its service accounts, so that what is given to one is given to them: to the CI team that runs the pipelines, or to all who may deploy to `dev`. The line that gives it does not name them. The plan does, as far as they are declared.',
  *check({ plan }) {
    for (const { item, places } of givenBy(plan)) {
      const { subject } = item;
      if (subject.kind !== 'ServiceAccount') continue;
      const { people, unknown } = behind(plan, item, subject, places);
      if (people.length === 0 && !unknown) continue;
      const nobody = `whoever controls namespace \`${subject.namespace}\`, which is not declared here`;
      const who = [...people.map(describeSubject), ...(unknown ? [nobody] : [])];
      yield {
        message: `${sentence(subject, item)} ${placesText([{ item, places }])}, and with it ${listedWords(who)}: who controls its namespace acts as it`,
        ...lines(places),
        items: [item.id],
      };
    }
  },
};

/** Who controls the account's namespace on the clusters, and has not as much where it is given. */
function behind(
  { after }: Plan,
  item: AccessItem,
  { namespace }: Account,
  places: readonly Place[],
): { readonly people: readonly Subject[]; readonly unknown: boolean } {
  const people = new Map<string, Subject>();
  let unknown = false;
  for (const place of places) {
    const there = accessesIn(after, place.cluster, namespace);
    if (!there) unknown = true;
    for (const access of there ?? []) {
      const { subject } = access;
      // An account of the same namespace is controlled by the same people.
      if (!isControl(access) || (subject.kind === 'ServiceAccount' && subject.namespace === namespace)) continue;
      if (!hasAll(after, subject, place, item.after)) people.set(subjectKey(subject), subject);
    }
  }
  return { people: sortedBy(people.values(), subjectKey), unknown };
}
