import type { Reason, RoleRef, Scope } from '../access/graph.ts';
import type { Subject } from '../config/model/desired-state.ts';
import type { Origin } from '../source/source.ts';

/** What a setting belongs to. The name of a role is `tenant/role`; that of the organization is not compared. */
export interface Entity {
  readonly kind: 'organization' | 'cluster' | 'tenant' | 'namespace' | 'group' | 'role';
  readonly name: string;
}

/** A subject's effective role in one scope of one cluster. */
export interface AccessFact {
  readonly kind: 'access';
  readonly cluster: string;
  readonly scope: Scope;
  readonly subject: Subject;
  readonly role: RoleRef;
  readonly until?: string;
  readonly because: readonly Reason[];
}

/** A setting of an entity, or one element of a list of it. `about: ''` says that the entity exists. */
export interface SettingFact {
  readonly kind: 'setting';
  readonly entity: Entity;
  /** In the words of the config: `quota cpu`, `member`. */
  readonly about: string;
  /** The element, where the setting is a list: the member's name. */
  readonly item?: string;
  readonly value: string;
  /** The limit that the value counts against; no part of the fact itself. */
  readonly limit?: string;
  readonly origin: Origin;
}

/**
 * One thing that the config means, as far as plans compare it. Two facts with the same key are about the same thing;
 * where they came from makes no difference between them.
 */
export type Fact = AccessFact | SettingFact;

/** What became of one fact. At least one side is there, and the two differ. */
export type FactChange =
  | { readonly kind: 'access'; readonly before?: AccessFact; readonly after?: AccessFact }
  | { readonly kind: 'setting'; readonly before?: SettingFact; readonly after?: SettingFact };
