import type { Group, DesiredState } from '../config/model/desired-state.ts';
import { cluster } from '../settings/cluster.ts';
import type { Fact } from './fact.ts';
import { factKey } from './facts.ts';

/** A group that goes on under another name. */
export interface Rename {
  readonly from: Group;
  readonly to: Group;
}

/**
 * The renames that the head declares and that are what they say: the old name was there and is gone, the new one was
 * not there.
 */
export function renamesBetween(before: DesiredState, after: DesiredState): Rename[] {
  const old = new Map(before.organization.groups.map((group) => [group.name, group]));
  const now = new Set(after.organization.groups.map(({ name }) => name));
  const taken = new Set<string>();
  return after.organization.groups.flatMap((to) => {
    const from = to.renamedFrom && old.get(to.renamedFrom.value);
    if (!from || now.has(from.name) || old.has(to.name) || taken.has(from.name)) return [];
    taken.add(from.name);
    return [{ from, to }];
  });
}

/** The facts as they would be if the groups had had their new names already. */
export function renamed(facts: ReadonlyMap<string, Fact>, renames: readonly Rename[]): ReadonlyMap<string, Fact> {
  if (renames.length === 0) return facts;
  const names = new Map(renames.map(({ from, to }) => [from.name, to.name]));
  const current = (name: string): string => names.get(name) ?? name;
  return new Map(
    Array.from(facts.values(), (fact) => {
      const changed = withGroups(fact, current);
      return [factKey(changed), changed];
    }),
  );
}

function withGroups(fact: Fact, current: (name: string) => string): Fact {
  if (fact.kind === 'access') {
    const { subject } = fact;
    return subject.kind === 'Group' ? { ...fact, subject: { ...subject, name: current(subject.name) } } : fact;
  }
  const { entity, setting, item, value } = fact;
  if (entity.kind === 'group') return { ...fact, entity: { ...entity, name: current(entity.name) } };
  if (setting === cluster.sharedWith && item !== undefined) {
    return { ...fact, item: current(item) };
  }
  // The group's namespace may keep its name, and stays the group's.
  if (value.type === 'group') return { ...fact, value: { ...value, group: current(value.group) } };
  return fact;
}
