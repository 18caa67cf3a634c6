import type { CustomRole, Located } from '../../config/model/desired-state.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';

/** One rule of a role, with the role's name and the place where it is written. */
export interface RoleRule {
  readonly role: string;
  readonly rule: CustomRole['rules'][number];
  readonly origin: Origin;
}

/** All rules of some roles, a tenant's or the organization's. */
export function rulesOf(roles: readonly Located<CustomRole>[]): RoleRule[] {
  return roles.flatMap(({ value, origin }) =>
    value.rules.map((rule, i) => ({ role: value.name, rule, origin: originAt(origin, 'rules', i) })),
  );
}
