import { roleKey } from '../access/custom-roles.ts';
import type { DesiredState, Tenant } from '../config/model/desired-state.ts';
import { rulesCover } from '../kubernetes/rbac.ts';
import { builtInRoleHolds } from '../kubernetes/user-roles.ts';
import type { CustomRole } from '../settings/schema.ts';
import type { RoleRef } from '../access/graph.ts';
import { platformRoles } from '../access/graph.ts';

/** A role that a subject has in one scope, and until when. */
export interface Holding {
  readonly role: RoleRef;
  /** Last day (UTC); undefined when it has no end. */
  readonly until?: string;
}

/** A holding whose role may be any of a cluster's, also one that the config has no word for, such as a Role. */
export interface AnyHolding {
  readonly role: { readonly kind: string; readonly name: string };
  readonly until?: string;
}

/** Whether the first allows all that the second does, for as long. */
export type Covers<T extends AnyHolding> = (a: T, b: T) => boolean;

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
export function effective<T extends AnyHolding>(holdings: readonly T[], holds: Covers<T> = covers): T[] {
  return holdings.filter(
    (held, i) => !holdings.some((other, j) => i !== j && holds(other, held) && (j < i || !holds(held, other))),
  );
}

/** Whether `a` allows all that `b` does, for as long. */
export function covers(a: AnyHolding, b: AnyHolding): boolean {
  return roleCovers(a.role, b.role) && (a.until === undefined || (b.until !== undefined && b.until <= a.until));
}

/**
 * Whether one role holds all that another does: the built-in ones by their order, a custom role only itself. What a
 * custom role holds is compared where its rules change.
 */
function roleCovers(a: AnyHolding['role'], b: AnyHolding['role']): boolean {
  if (a.kind === b.kind && a.name === b.name) return true;
  if (a.kind !== 'ClusterRole' || b.kind !== 'ClusterRole') return false;
  if (a.name === platformRoles.clusterAdmins.name) return true;
  return builtInRoleHolds(a.name, b.name);
}

type Rules = CustomRole['rules'];

/** Which way the rules of a custom role change: `widens` when they allow all that they did and more. */
export function ruleDirection(before: Rules, after: Rules): Exclude<Direction, 'gains' | 'loses'> | undefined {
  const keepsAll = rulesCover(after, before);
  const hadAll = rulesCover(before, after);
  if (keepsAll && hadAll) return undefined;
  if (keepsAll === hadAll) return 'changes';
  return keepsAll ? 'widens' : 'narrows';
}

/** The custom roles of the tenants, and those of the organization, by `roleKey`. */
export function customRoles({ organization, tenants }: DesiredState): Map<string, Tenant['roles'][number]> {
  return new Map([
    ...organization.roles.map((role) => [roleKey(undefined, role.value.name), role] as const),
    ...tenants.flatMap((t) => t.roles.map((role) => [roleKey(t.name, role.value.name), role] as const)),
  ]);
}

/** The custom role that is held in a namespace of a tenant, by `roleKey`; undefined for a ClusterRole. */
export function roleKeyOf({ kind, name }: RoleRef, tenant: string | undefined): string | undefined {
  if (kind === 'ClusterRole') return undefined;
  return roleKey(kind === 'OrganizationRole' ? undefined : tenant, name);
}
