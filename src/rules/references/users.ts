import type { Cluster, DesiredState, Located, Organization, Tenant } from '../../config/model/desired-state.ts';
import { skeleton } from '../../values/lookalike.ts';
import { once, oncePer } from '../../values/once.ts';
import { addTo } from '../../values/order.ts';
import type { Platform } from '../rule.ts';
import type { SubjectList } from '../privilege/subjects.ts';
import { foreignSubjectLists, isLookalike, subjectLists } from '../privilege/subjects.ts';

/** A user's name where it is written, and whether that says who he is: a group's member, an admin, or nobody yet. */
export interface NamedUser extends Located<string> {
  readonly as: 'member' | 'admin' | 'subject';
}

/** Every place where the organization names a user: the members of its groups, then its admins. */
export const usersOfOrganization = oncePer(({ groups, admins }: Organization): readonly NamedUser[] => {
  const named = (as: 'member' | 'admin', users: Organization['admins']): NamedUser[] =>
    users.map(({ value, origin }) => ({ value, origin, as }));
  return [...groups.flatMap(({ members = [] }) => named('member', members)), ...named('admin', admins)];
});

/** The names of those users, each once. */
export const declaredUsers = oncePer(
  (organization: Organization): ReadonlySet<string> =>
    new Set(usersOfOrganization(organization).map(({ value }) => value)),
);

/** Every place where a tenant's file names a user: its owners and its shares. */
export const usersOfTenant = oncePer((tenant: Tenant): readonly NamedUser[] =>
  subjectLists(tenant).flatMap(usersOfList),
);

/** Every place where the files of clusters name a user: the shares of what others declare there. */
export const usersOfClusters = oncePer((clusters: readonly Cluster[]): readonly NamedUser[] =>
  foreignSubjectLists(clusters).flatMap(usersOfList),
);

function usersOfList({ entries }: SubjectList): NamedUser[] {
  return entries
    .filter(({ subject }) => subject.kind === 'User')
    .map(({ subject, at }) => ({ value: subject.name, origin: at, as: 'subject' }));
}

/** Each name once, where it is written first: members, admins, then owners and shares. */
export const usersIn = oncePer(({ organization, clusters, tenants }: DesiredState): ReadonlyMap<string, NamedUser> => {
  const first = new Map<string, NamedUser>();
  for (const users of [usersOfOrganization(organization), usersOfClusters(clusters), ...tenants.map(usersOfTenant)]) {
    for (const user of users) if (!first.has(user.value)) first.set(user.value, user);
  }
  return first;
});

/** In what two names differ that are easily taken for each other, in words that follow "differ". */
export type Difference =
  | 'only in letter case'
  | 'only in punctuation'
  | 'only in letters that look alike'
  | 'only in the order of two letters'
  | 'only by one letter';

/**
 * How near two names of users are: undefined where nobody would take one for the other. Slips of the hand are looked for
 * where one of the names is not that of a declared user. Another digit is how names are told apart, as is another letter
 * at an end of them or in a short one: `u1` and `u2`, `mario` and `maria`, `bob` and `rob` are two people.
 */
export function differenceOf(a: string, b: string, slips: boolean): Difference | undefined {
  const [small, other] = [a.toLowerCase(), b.toLowerCase()];
  if (small === other) return 'only in letter case';
  if (bare(small) === bare(other)) return 'only in punctuation';
  if (skeleton(a) === skeleton(b)) return 'only in letters that look alike';
  return slips ? slipBetween(small, other) : undefined;
}

function slipBetween(a: string, b: string): Difference | undefined {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  let end = 0;
  while (end < short.length - start && short.at(-1 - end) === long.at(-1 - end)) end++;
  const [was, is] = [short.slice(start, short.length - end), long.slice(start, long.length - end)];
  if (/\d/.test(was + is)) return undefined;
  if (was.length === 2 && is === `${was.charAt(1)}${was.charAt(0)}`)
    return short.length > 2 ? 'only in the order of two letters' : undefined;
  if (is.length !== 1 || was.length > 1) return undefined;
  if (was === '') {
    const isDoubled = is === long[start - 1] || is === long[start + 1];
    return long.length >= 5 || (isDoubled && short.length > 1) ? 'only by one letter' : undefined;
  }
  return long.length >= 5 && start > 0 && end > 0 ? 'only by one letter' : undefined;
}

/** A name without what stands between its words. */
function bare(name: string): string {
  return name.replace(/[-_. ]+/g, '');
}

/** The same for names that differ in letter case, in punctuation, or in letters that look alike. */
function likeness(name: string): string {
  return skeleton(name).replaceAll('-', '');
}

/** Names that have something in common with each of those that `differenceOf` finds near: for looking them up. */
function nearKeys(name: string): string[] {
  return [`like ${likeness(name)}`, ...slipKeys(name)];
}

/** What two names have in common of which one is a slip of the other: the name without one of its letters, or all of it. */
function slipKeys(name: string): string[] {
  const small = name.toLowerCase();
  if (small.length > longest) return [small];
  return [small, ...Array.from({ length: small.length }, (_, i) => small.slice(0, i) + small.slice(i + 1))];
}

/** Names longer than this are compared as a whole alone: what is left out of each would take too much room. */
const longest = 64;

/**
 * The declared user whose name somebody is likely to have meant who wrote one that nobody has, as a function; undefined
 * for a name that is declared, or near to none.
 */
export const declaredLike = oncePer(({ organization }: Platform) => {
  const declared = declaredUsers(organization);
  let index: Map<string, string[]> | undefined;
  return (name: string): string | undefined => {
    if (declared.has(name)) return undefined;
    index ??= indexOf(declared);
    const near = new Set(nearKeys(name).flatMap((key) => index?.get(key) ?? []));
    return Array.from(near).find((other) => differenceOf(name, other, true) !== undefined && !isLookalike(name, other));
  };
});

/** Names by what they have in common with those that are near to them. */
function indexOf(names: Iterable<string>, keysOf = nearKeys): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const name of names) for (const key of new Set(keysOf(name))) addTo(index, key, name);
  return index;
}

/** A user, and the others that it may be taken for. */
export interface NearUsers {
  readonly name: string;
  readonly user: NamedUser;
  readonly near: Iterable<string>;
}

/**
 * The users that may be taken for others, in their order: those that look alike; and of those that are no members, also
 * what they may be slips of. In a large organization nearly all users are members that look like nobody else.
 */
export function nearUsers(users: ReadonlyMap<string, NamedUser>): NearUsers[] {
  const alike = new Map<string, string[]>();
  for (const name of users.keys()) addTo(alike, likeness(name), name);
  const candidates = new Map<string, readonly string[]>();
  for (const names of alike.values()) if (names.length > 1) for (const name of names) candidates.set(name, names);
  const slipping = Array.from(users.values()).filter(({ as }) => as !== 'member');
  const slips = once(() => indexOf(users.keys(), slipKeys));
  const slipsOf = (name: string): readonly string[] => {
    // A few names are compared with all others; many are looked up.
    if (slipping.length > fewSlipping) return slipKeys(name).flatMap((key) => slips().get(key) ?? []);
    const own = name.toLowerCase();
    return Array.from(users.keys()).filter((other) => {
      const small = other.toLowerCase();
      return Math.abs(small.length - own.length) < 2 && slipBetween(own, small) !== undefined;
    });
  };
  const found: NearUsers[] = [];
  for (const [name, user] of users) {
    const lookAlikes = candidates.get(name);
    if (user.as !== 'member') found.push({ name, user, near: new Set([...(lookAlikes ?? []), ...slipsOf(name)]) });
    else if (lookAlikes) found.push({ name, user, near: lookAlikes });
  }
  return found;
}

/** So many names are compared one by one. */
const fewSlipping = 20;
