import type { Reason, RoleRef, Scope } from '../access/graph.ts';
import type { Subject } from '../config/model/desired-state.ts';
import type { Setting } from '../settings/setting.ts';
import type { SettingValue } from '../settings/value.ts';
import { valueText } from '../settings/value.ts';
import type { Origin } from '../source/source.ts';

/**
 * What a setting belongs to. The name of a role is `tenant/role`, of one of the organization `/role`; that of the organization is not compared. A namespace is
 * one on a cluster: of the same name on another it is another one, and may be another tenant's.
 */
export interface Entity {
  readonly kind: 'organization' | 'cluster' | 'tenant' | 'namespace' | 'group' | 'role';
  readonly name: string;
  /** Of a namespace, and of nothing else. */
  readonly cluster?: string;
}

/** One string for an entity, the same for equal entities and only for those. */
export function entityKey({ kind, name, cluster }: Entity): string {
  return [kind, name, cluster ?? ''].join('\n');
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

/** A setting of an entity, or a part of it, or one element of a list of it. */
export interface SettingFact {
  readonly kind: 'setting';
  readonly entity: Entity;
  readonly setting: Setting;
  /** The part, where it has parts with names of their own: `cpu` of a quota. */
  readonly part?: string;
  /** The element, where the setting is a list: the member's name. */
  readonly item?: string;
  readonly value: SettingValue;
  /** The limit that the value counts against; no part of the fact itself. */
  readonly limit?: number;
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

/** What a fact is about, in words: `quota cpu`, `member`; empty for that an entity exists. */
export function aboutOf({ setting, part }: Pick<SettingFact, 'setting' | 'part'>): string {
  return part === undefined ? setting.name : `${setting.name} ${part}`;
}

/** What a fact says, in words; undefined where there is none. */
export function textOf(fact: SettingFact | undefined): string | undefined {
  return fact && valueText(fact.value);
}
