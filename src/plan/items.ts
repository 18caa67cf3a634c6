import type { Meaning, Reason, Scope } from '../access/graph.ts';
import type { Subject } from '../config/model/desired-state.ts';
import type { Entity, Fact, FactChange, SettingFact } from './fact.ts';
import type { Setting } from '../settings/setting.ts';
import type { Rename } from './renames.ts';
import type { Direction, Holding } from './roles.ts';

/** What a change means for people: the difference between two states of the config. */
export interface Plan {
  readonly before: Meaning;
  readonly after: Meaning;
  /** Every fact that changes; leads from the base to the head once the groups have their new names. */
  readonly facts: readonly FactChange[];
  readonly renames: readonly Rename[];
  readonly items: readonly Item[];
}

/** One thing to read: the same change, wherever it holds. `id` is the same for the same change. */
export type Item = AccessItem | MembersItem | RoleItem | EntityItem;

/** What a subject may do, in places where the same happens to it. */
export interface AccessItem {
  readonly kind: 'access';
  readonly id: string;
  readonly subject: Subject;
  /** The declared members of a group, on the side where it has more; undefined where the organization does not say. */
  readonly members?: readonly string[];
  readonly direction: Direction;
  /** The roles that count, before and after. */
  readonly before: readonly Holding[];
  readonly after: readonly Holding[];
  /**
   * Groups by which a user has all that he is given here, or loses, after the change anyway, as far as the organization says
   * who is in them: it gives nothing new, or takes nothing away, for as long as he is a member.
   */
  readonly heldThrough: readonly string[];
  /** Of the namespaces; undefined for group namespaces and whole clusters. */
  readonly tenant?: string;
  readonly places: readonly Place[];
}

/** Where something holds. */
export interface Place {
  readonly cluster: string;
  readonly scope: Scope;
  readonly production: boolean;
  /** Whether the namespace comes or goes with this change. */
  readonly namespace: 'new' | 'kept' | 'gone';
  readonly because: { readonly before: readonly Reason[]; readonly after: readonly Reason[] };
}

/** Who is in a group, as far as the organization says; for `cluster-admins`, its admins. */
export interface MembersItem {
  readonly kind: 'members';
  readonly id: string;
  readonly group: string;
  readonly joined: readonly SettingFact[];
  readonly left: readonly SettingFact[];
  /** Whether the organization begins or ceases to say who is in it. */
  readonly declared: 'still' | 'newly' | 'no longer';
  /** What the group has, by role: after the change where somebody joins, before it where all leave. */
  readonly access: readonly HeldRole[];
}

/** A role that a group has somewhere. */
export interface HeldRole {
  readonly role: string;
  /** In how many namespaces; 0 for a role on whole clusters. One that its holder has on several clusters counts once. */
  readonly namespaces: number;
  readonly clusters: number;
  readonly production: boolean;
}

/** A custom role that changes for those who have it. */
export interface RoleItem {
  readonly kind: 'role';
  readonly id: string;
  /** Empty for a role of the organization. */
  readonly tenant: string;
  readonly role: string;
  readonly direction: 'widens' | 'narrows' | 'changes';
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly holders: readonly Subject[];
  /** Of a role of the organization, where it is held. */
  readonly heldIn?: { readonly tenants: readonly string[]; readonly namespaces: number };
  readonly production: boolean;
  readonly settings: readonly SettingChange[];
}

/**
 * A namespace, tenant, cluster, group, custom role, or the organization. A namespace that its holder has on several
 * clusters is one item where the same happens to it; of another holder, it is another item.
 */
export interface EntityItem {
  readonly kind: 'entity';
  readonly id: string;
  /** Of a namespace, on the first of its clusters. */
  readonly entity: Entity;
  /** Of a namespace, the clusters on which this happens to it, in their order; empty for all else. */
  readonly clusters: readonly OnCluster[];
  readonly change: 'added' | 'removed' | 'changed' | 'renamed';
  /** Of a group that is renamed. */
  readonly from?: string;
  readonly tenant?: string;
  readonly production: boolean;
  readonly settings: readonly SettingChange[];
}

/** A cluster, and whether it is, or was, one of production; of a namespace, whether that is on it. */
export interface OnCluster {
  readonly name: string;
  readonly production: boolean;
}

/** One setting: added, removed or changed. */
export interface SettingChange {
  readonly setting: Setting;
  /** The part, where the setting has parts with names of their own. */
  readonly part?: string;
  readonly item?: string;
  readonly before?: SettingFact;
  readonly after?: SettingFact;
  /** Whether people may do more by it, or less; undefined where that is no question, or has no answer. */
  readonly effect?: 'loosens' | 'tightens';
}

/** What items are made from. */
export interface Change extends Omit<Plan, 'items'> {
  /** The facts of all that differs, by key; those of the base with the groups' new names. */
  readonly known: { readonly before: ReadonlyMap<string, Fact>; readonly after: ReadonlyMap<string, Fact> };
}
