import type { Access, Sight } from '../access/graph.ts';
import { isOwnAuthentication, rbacName } from '../access/names-on.ts';
import type { DesiredState, Located } from '../config/model/desired-state.ts';
import type { LocatedValues } from '../config/model/located.ts';
import { permits } from '../settings/order.ts';
import type { Told, ValueKeys } from '../settings/setting.ts';
import { keysOf } from '../settings/setting.ts';
import { valueText } from '../settings/value.ts';
import type { Origin } from '../source/source.ts';
import { groupedBy } from '../values/order.ts';

/** What `explain` says, as facts with the lines that decide them. */

/** One thing that holds, and the line that decides it; without a line it is tenantry's own default. */
export interface Fact {
  readonly about: string;
  readonly value: string;
  readonly origin?: Origin;
}

/** What is said of something with a name: what it is, and the access that has to do with it. */
export interface Explanation {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly accesses: readonly { readonly access: Access; readonly group?: string }[];
}

export function fact(about: string, { value, origin, byDefault }: Located<string>): Fact {
  return { about, value, ...(!byDefault && { origin }) };
}

/** What the table of settings says of values: every key that has one. */
export function valueFacts<V>(keys: ValueKeys<V>, values: LocatedValues<V>): Fact[] {
  const factOf = (key: keyof V): Fact[] => {
    const located = values[key];
    if (!located) return [];
    const { name, told, order } = keys[key];
    return [fact(name, { ...located, value: toldText(told(located.value), order === permits) })];
  };
  return keysOf(keys).flatMap(factOf);
}

/** All that a value says, in one line: `cpu=20 memory=64Gi`, `a.example.com/ b.example.com/`. */
function toldText(told: readonly Told[], isAllowList: boolean): string {
  const [only, ...more] = told;
  if (only === undefined || (isAllowList && more.length === 0)) return 'nothing';
  if (more.length === 0 && only.part === undefined && only.item === undefined) {
    return only.value.type === 'flag' ? (only.value.flag ? 'yes' : 'no') : valueText(only.value);
  }
  return told
    .flatMap(({ part, item, value }) => {
      const name = part ?? item;
      if (name === undefined) return [];
      return [valueText(value) === '' ? name : `${name}=${valueText(value)}`];
    })
    .join(' ');
}

/** That a group sees a cluster because of what it has there, a fact for each line that is enough; at most a few. */
export function derivedFacts(say: (group: string) => readonly [string, string]): (sight: Sight) => Fact[] {
  return ({ group, isDerived, until, because }) => {
    if (!isDerived) return [];
    const [about, whom] = say(group);
    const end = until === undefined ? '' : ` until ${until}`;
    return because
      .slice(0, mostReasons)
      .map(({ origin }) => ({ about, value: `${whom}${end}, by what it has`, origin }));
  };
}

/** So many lines say why a group sees a cluster. */
const mostReasons = 3;

/** The names by which the clusters know a user: of one identity, all have the same. */
export function subjectFacts(clusters: DesiredState['clusters'], name: string): Fact[] {
  const byName = groupedBy(clusters, (cluster) => rbacName(cluster, { kind: 'User', name }));
  if (byName.size === 0) return [{ about: 'subject', value: `user:${name}` }];
  return Array.from(byName, ([subject, on]): Fact => {
    const [first] = on;
    const isOwn = first !== undefined && isOwnAuthentication(first);
    return {
      about: byName.size === 1 ? 'subject' : `subject on ${on.map((cluster) => cluster.name).join(', ')}`,
      value: subject,
      ...(isOwn && { origin: first.authentication.userPrefix.origin }),
    };
  });
}
