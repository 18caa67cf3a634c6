import { accessItems } from './access-items.ts';
import { entityItems, memberItems, roleItems } from './entity-items.ts';
import type { Meaning } from '../access/graph.ts';
import { diffFacts, factsOfParts } from './facts.ts';
import type { Plan } from './items.ts';
import { differingParts, partsOf } from './parts.ts';
import { renamed, renamesBetween } from './renames.ts';

export type { AccessItem, EntityItem, Item, MembersItem, Place, Plan, RoleItem, SettingChange } from './items.ts';
/** What the graphs of both sides are made of, for those who look at a plan. */
export type { Access, ClusterNamespace } from '../access/graph.ts';

/** The plan that leads from one state to another. */
export function planOf(before: Meaning, after: Meaning): Plan {
  const renames = renamesBetween(before.desired, after.desired);
  // What both sides share is under the groups' old names all the same.
  const parts =
    renames.length === 0 ? differingParts(before, after) : { before: partsOf(before), after: partsOf(after) };
  const known = { before: renamed(factsOfParts(parts.before), renames), after: factsOfParts(parts.after) };
  const plan = { before, after, facts: diffFacts(known.before, known.after), renames };
  const change = { ...plan, known };
  const roles = roleItems(change);
  return {
    ...plan,
    items: [...accessItems(change), ...roles, ...memberItems(change), ...entityItems(change, roles)],
  };
}
