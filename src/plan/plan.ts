import { accessItems } from './access-items.ts';
import { entityItems, memberItems, roleItems } from './entity-items.ts';
import type { State } from './fact.ts';
import { diffFacts, factsOf } from './facts.ts';
import type { Plan } from './items.ts';
import { renamed, renamesBetween } from './renames.ts';

export type { AccessItem, EntityItem, Item, MembersItem, Place, Plan, RoleItem, SettingChange } from './items.ts';
/** What the graphs of both sides are made of, for those who look at a plan. */
export type { Access, ClusterNamespace } from '../access/graph.ts';

/** The plan that leads from one state to another. */
export function planOf(before: State, after: State): Plan {
  const renames = renamesBetween(before.landscape, after.landscape);
  const known = { before: renamed(factsOf(before), renames), after: factsOf(after) };
  const change = { before, after, facts: diffFacts(known.before, known.after), renames, known };
  const roles = roleItems(change);
  return {
    ...change,
    items: [...accessItems(change), ...roles, ...memberItems(change), ...entityItems(change, roles)],
  };
}
