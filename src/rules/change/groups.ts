import type { Group, DesiredState } from '../../config/model/desired-state.ts';
import { groupReferences } from '../../config/model/desired-state.ts';
import type { Origin } from '../../source/source.ts';
import { groupedBy, sortedBy } from '../../values/order.ts';
import type { ChangeContext } from '../rule.ts';

/** A group that the base declares and uses, and that the head neither declares nor says to have renamed. */
export interface GoneGroup {
  readonly group: Group;
  /** Where the base uses it. */
  readonly uses: readonly Origin[];
  /** A new group that seems to be the same under another name. */
  readonly successor?: Group;
}

export function goneGroups({ before, after, plan }: ChangeContext): GoneGroup[] {
  const head = after.desired.organization;
  // Groups that could not be read may well be among those that are gone.
  if (!head.complete) return [];
  const there = new Set(head.groups.map(({ name }) => name));
  const renamed = new Set(plan.renames.flatMap(({ from, to }) => [from.name, to.name]));
  const gone = before.desired.organization.groups.filter(({ name }) => !there.has(name) && !renamed.has(name));
  if (gone.length === 0) return [];

  const known = new Set(before.desired.organization.groups.map(({ name }) => name));
  const candidates = head.groups.filter(({ name }) => !known.has(name) && !renamed.has(name));
  const uses = groupedBy(groupReferences(before.desired), ({ value }) => value);
  const [placesBefore, placesAfter] = [placesOf(before.desired), placesOf(after.desired)];
  return gone.flatMap((group): GoneGroup[] => {
    const used = uses.get(group.name);
    if (!used) return [];
    const places = placesBefore.get(group.name) ?? new Set();
    const isSame = (other: Group): boolean =>
      haveSameMembers(group, other) || takesOver(places, placesAfter.get(other.name) ?? new Set());
    const successor = candidates.find(isSame);
    return [{ group, uses: used.map(({ origin }) => origin), ...(successor && { successor }) }];
  });
}

function haveSameMembers(a: Group, b: Group): boolean {
  const [old = [], now = []] = [a, b].map(({ members = [] }) =>
    sortedBy(new Set(members.map((m) => m.value)), (m) => m),
  );
  return old.length > 0 && old.join('\n') === now.join('\n');
}

/** Whether nearly all of the old places are among the new ones. */
function takesOver(old: ReadonlySet<string>, now: ReadonlySet<string>): boolean {
  const kept = Array.from(old).filter((place) => now.has(place)).length;
  return kept > 0 && kept >= old.size * nearlyAll;
}

const nearlyAll = 0.75;

/** Where groups are used, by what is given to them there, whatever the role. */
function placesOf({ clusters, tenants }: DesiredState): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  const add = (group: string, place: string): void => {
    const there = places.get(group);
    if (there) there.add(place);
    else places.set(group, new Set([place]));
  };
  for (const { name, sharedWith, foreignNamespaces } of clusters) {
    for (const { group } of sharedWith) add(group, `cluster ${name}`);
    for (const { name: namespace, shares } of foreignNamespaces) {
      for (const { subject } of shares) if (subject.kind === 'Group') add(subject.name, `${namespace} on ${name}`);
    }
  }
  for (const { name, owners, defaultShares, namespaces } of tenants) {
    for (const { subject } of owners) if (subject.kind === 'Group') add(subject.name, `owner of ${name}`);
    for (const { subject } of defaultShares) if (subject.kind === 'Group') add(subject.name, `default of ${name}`);
    for (const { name: namespace, ownShares } of namespaces) {
      for (const { subject } of ownShares) if (subject.kind === 'Group') add(subject.name, `${namespace} of ${name}`);
    }
  }
  return places;
}
