import type { Tenant } from '../config/model/desired-state.ts';
import { builtInRoles } from '../config/model/desired-state.ts';
import type { CustomRole } from '../settings/schema.ts';
import type { RoleRef } from '../access/graph.ts';
import { platformRoles } from '../access/graph.ts';

/** A role that a subject has in one scope, and until when. */
export interface Holding {
  readonly role: RoleRef;
  /** Last day (UTC); undefined when it has no end. */
  readonly until?: string;
}

/** What a change does to what somebody may do; `changes` where neither side holds all of the other. */
export type Direction = 'gains' | 'loses' | 'widens' | 'narrows' | 'changes';

/** Which way it goes from one set of holdings to another that differs from it. */
export function directionOf(before: readonly Holding[], after: readonly Holding[]): Direction {
  if (before.length === 0) return 'gains';
  if (after.length === 0) return 'loses';
  const keepsAll = before.every((held) => after.some((other) => covers(other, held)));
  const hadAll = after.every((held) => before.some((other) => covers(other, held)));
  if (keepsAll === hadAll) return 'changes';
  return keepsAll ? 'widens' : 'narrows';
}

/** Without the holdings that add nothing to another one: `view` beside an `admin` that lasts as long. */
export function effective<T extends Holding>(holdings: readonly T[]): T[] {
  return holdings.filter(
    (held, i) => !holdings.some((other, j) => i !== j && covers(other, held) && (j < i || !covers(held, other))),
  );
}

/** Whether `a` allows all that `b` does, for as long. */
export function covers(a: Holding, b: Holding): boolean {
  return roleCovers(a.role, b.role) && (a.until === undefined || (b.until !== undefined && b.until <= a.until));
}

/**
 * Whether one role holds all that another does: the built-in ones by their order, a custom role only itself. What a
 * custom role holds is compared where its rules change.
 */
function roleCovers(a: RoleRef, b: RoleRef): boolean {
  if (a.kind === b.kind && a.name === b.name) return true;
  if (a.kind !== 'ClusterRole' || b.kind !== 'ClusterRole') return false;
  if (a.name === platformRoles.clusterAdmins.name) return true;
  const rank = ({ name }: RoleRef): number => builtInRoles.findIndex((role) => role === name);
  return rank(a) >= 0 && rank(b) >= 0 && rank(a) <= rank(b);
}

type Rules = CustomRole['rules'];

/**
 * Which way the rules of a custom role change: `widens` when they allow all that they did and more. Each rule is taken
 * apart into verb, group, resource and name, as the API server does when it looks for escalation.
 */
export function ruleDirection(before: Rules, after: Rules): Exclude<Direction, 'gains' | 'loses'> | undefined {
  const keepsAll = allows(after, before);
  const hadAll = allows(before, after);
  if (keepsAll && hadAll) return undefined;
  if (keepsAll === hadAll) return 'changes';
  return keepsAll ? 'widens' : 'narrows';
}

/** All that rules allow, one right each: the same for the same rights, in whatever rules they are written. */
export function rightsOf(rules: Rules): string[] {
  return [...new Set(rules.flatMap(rightsOfRule).map(describeRight))];
}

/** What `rules` allow that `others` do not, one right each: `create pods/exec`, `get deployments.apps/web`. */
export function rightsBeyond(rules: Rules, others: Rules): string[] {
  const beyond = rules
    .flatMap(rightsOfRule)
    .filter((right) => !others.some((rule) => rightsOfRule(rule).some((o) => covered(right, o))));
  return [...new Set(beyond.map(describeRight))];
}

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name?: string;
}

function allows(rules: Rules, wanted: Rules): boolean {
  const rights = rules.flatMap(rightsOfRule);
  return wanted.flatMap(rightsOfRule).every((right) => rights.some((other) => covered(right, other)));
}

function rightsOfRule({ verbs, apiGroups, resources, resourceNames }: Rules[number]): Right[] {
  return verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource): Right[] =>
        resourceNames ? resourceNames.map((name) => ({ verb, group, resource, name })) : [{ verb, group, resource }],
      ),
    ),
  );
}

function covered(right: Right, by: Right): boolean {
  const same = (a: string, b: string): boolean => b === '*' || a === b;
  const [, subresource] = right.resource.split('/');
  return (
    same(right.verb, by.verb) &&
    same(right.group, by.group) &&
    (same(right.resource, by.resource) || (subresource !== undefined && by.resource === `*/${subresource}`)) &&
    (by.name === undefined || by.name === right.name)
  );
}

/** A right in words, another for each: `create pods/exec`, `get deployments.apps`, `get secrets "web"`. */
function describeRight({ verb, group, resource, name }: Right): string {
  // The resource `deployments.apps` of no group is not the resource `deployments` of the group `apps`.
  const word = (text: string): string => (/^[A-Za-z0-9*/_-]+$/.test(text) ? text : JSON.stringify(text));
  const suffix = group === '' ? '' : `.${/^[A-Za-z0-9*._-]+$/.test(group) ? group : JSON.stringify(group)}`;
  return `${word(verb)} ${word(resource)}${suffix}${name === undefined ? '' : ` ${JSON.stringify(name)}`}`;
}

/** The tenants' custom roles, by `tenant/role`. */
export function customRoles(tenants: readonly Tenant[]): Map<string, Tenant['roles'][number]> {
  return new Map(tenants.flatMap((t) => t.roles.map((role) => [`${t.name}/${role.value.name}`, role] as const)));
}
