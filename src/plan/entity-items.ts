import type { Subject } from '../config/model/desired-state.ts';
import { subjectKey } from '../config/model/desired-state.ts';
import type { CustomRole } from '../settings/schema.ts';
import { once } from '../values/once.ts';
import { addTo, groupedBy, sortedBy } from '../values/order.ts';
import { existence, membersDeclared } from '../settings/derived.ts';
import { group as groupTable, organization } from '../settings/organization.ts';
import type { FactChange } from './fact.ts';
import type { Meaning } from '../access/graph.ts';
import type { Production } from '../access/production.ts';
import { productionOf } from '../access/production.ts';
import type { Change, EntityItem, MembersItem, RoleItem, SettingChange } from './items.ts';
import { rightsBeyond } from '../kubernetes/rbac.ts';
import { holderOf } from '../access/holder.ts';
import { namespaceItems } from './namespace-items.ts';
import { customRoles, roleKeyOf, ruleDirection } from './roles.ts';
import { changedEntities } from './setting-changes.ts';

/** The custom roles that change for those who have them. One that comes or goes is an entity like others. */
export function roleItems({ before, after, facts }: Change): RoleItem[] {
  const old = customRoles(before.desired);
  const now = customRoles(after.desired);
  const holders = once(() => holdersByRole(after, productionOf(before, after)));
  return changesByName(facts, 'role').flatMap(([name, changes]): RoleItem[] => {
    const was = old.get(name)?.value;
    const is = now.get(name)?.value;
    if (!was || !is) return [];
    const direction = ruleDirection(was.rules, is.rules);
    if (!direction) return [];
    const [tenant = '', role = ''] = name.split('/');
    const places = holders().get(name) ?? [];
    return [
      {
        kind: 'role',
        id: `role/${name}`,
        tenant,
        role,
        direction,
        added: rights(is.rules, was.rules),
        removed: rights(was.rules, is.rules),
        holders: uniqueSubjects(places.map(({ subject }) => subject)),
        ...(tenant === '' && { heldIn: heldIn(places) }),
        production: places.some(({ production }) => production),
        settings: changes,
      },
    ];
  });
}

/** Where a role of the organization is held: no line of the tenants' files changes, and it is theirs that changes. */
function heldIn(places: readonly Holder[]): NonNullable<RoleItem['heldIn']> {
  return {
    tenants: sortedBy(new Set(places.map(({ tenant }) => tenant)), (name) => name),
    namespaces: new Set(places.map(({ tenant, namespace }) => `${tenant}/${namespace}`)).size,
  };
}

const rights = (rules: CustomRole['rules'], others: CustomRole['rules']): string[] =>
  sortedBy(rightsBeyond(rules, others), (right) => right);

/** Who joins and leaves the groups that are there on both sides; and, as `cluster-admins`, the organization's admins. */
export function memberItems(change: Change): MembersItem[] {
  const { facts, before, after, renames } = change;
  const production = productionOf(before, after);
  const held = {
    before: once(() => accessByGroup(before, production)),
    after: once(() => accessByGroup(after, production)),
  };
  const accessWith = (group: string, isJoined: boolean): MembersItem['access'] => {
    const old = renames.find(({ to }) => to.name === group)?.from.name;
    return (isJoined ? held.after().get(group) : held.before().get(old ?? group)) ?? [];
  };
  const admins = settingsOf(facts, 'organization').filter(({ setting }) => setting === organization.admins);
  const items: MembersItem[] = [];
  const add = (group: string, settings: readonly SettingChange[], declared: MembersItem['declared']): void => {
    const joined = settings.flatMap(({ before: was, after: is }) => (is && !was ? [is] : []));
    const left = settings.flatMap(({ before: was, after: is }) => (was && !is ? [was] : []));
    if (joined.length + left.length === 0 && declared === 'still') return;
    const access = accessWith(group, joined.length > 0);
    items.push({ kind: 'members', id: `members/${group}`, group, joined, left, declared, access });
  };
  add('cluster-admins', admins, 'still');
  for (const [group, settings] of changesByName(facts, 'group')) {
    if (settings.some(({ setting }) => setting === existence)) continue;
    const declaration = settings.find(({ setting }) => setting === membersDeclared);
    const declared = declaration ? (declaration.after ? 'newly' : 'no longer') : 'still';
    add(
      group,
      settings.filter(({ setting }) => setting === groupTable.members),
      declared,
    );
  }
  return items;
}

/** Everything else that changes, by what it belongs to: organization, clusters, tenants, namespaces, groups, roles. */
export function entityItems(change: Change, roles: readonly RoleItem[]): EntityItem[] {
  const { facts, renames } = change;
  const kinds = ['tenant', 'role', 'cluster', 'group', 'organization'] as const;
  const changedRoles = new Set(roles.map(({ tenant, role }) => `${tenant}/${role}`));
  const production = once(() => productionNames(change));

  const others = kinds.flatMap((kind) => {
    const changed = new Map(changesByName(facts, kind));
    if (kind === 'group') for (const { to } of renames) if (!changed.has(to.name)) changed.set(to.name, []);
    return sortedBy(changed, ([name]) => name).flatMap(([name, all]): EntityItem[] => {
      if (kind === 'role' && changedRoles.has(name)) return [];
      const existing = all.find(({ setting }) => setting === existence);
      const settings = all.filter((one) => one !== existing && !isMembership(one, existing));
      const from = kind === 'group' ? renames.find(({ to }) => to.name === name)?.from.name : undefined;
      if (!existing && settings.length === 0 && from === undefined) return [];
      const tenant = kind === 'role' && !name.startsWith('/') ? name.split('/')[0] : undefined;
      return [
        {
          kind: 'entity',
          id: `${kind}/${name}`,
          entity: { kind, name },
          clusters: [],
          change: from !== undefined ? 'renamed' : existing ? (existing.after ? 'added' : 'removed') : 'changed',
          ...(from !== undefined && { from }),
          ...(tenant !== undefined && { tenant }),
          production: production().has(`${kind}/${name}`),
          settings,
        },
      ];
    });
  });
  return [...namespaceItems(change), ...others];
}

/** A membership has an item of its own, unless the whole group is new or gone. */
function isMembership({ setting }: SettingChange, existing: SettingChange | undefined): boolean {
  return (
    setting === organization.admins || (!existing && (setting === groupTable.members || setting === membersDeclared))
  );
}

/** The changed settings of all entities of a kind, by name. Not of namespaces, whose names say too little. */
function changesByName(
  facts: readonly FactChange[],
  kind: Exclude<EntityItem['entity']['kind'], 'namespace'>,
): [string, readonly SettingChange[]][] {
  return changedEntities(facts, kind).map(({ entity, settings }) => [entity.name, settings]);
}

function settingsOf(facts: readonly FactChange[], kind: EntityItem['entity']['kind']): SettingChange[] {
  return changedEntities(facts, kind).flatMap(({ settings }) => settings);
}

/** What each group has, by role. Its namespaces are counted once, on however many clusters they are. */
function accessByGroup({ graph }: Meaning, production: Production): Map<string, MembersItem['access']> {
  const held = graph.clusters.flatMap(({ cluster, namespaces, accesses }) => {
    const holders = new Map(namespaces.map((entry) => [entry.name, `${holderOf(entry)} ${entry.name}`]));
    return accesses
      .filter(({ subject }) => subject.kind === 'Group')
      .map(({ subject, role, scope }) => ({
        group: subject.name,
        role: role.name,
        cluster: cluster.name,
        namespace: scope.kind === 'Namespace' ? holders.get(scope.namespace) : undefined,
        production: production.isPlace(cluster.name, scope),
      }));
  });
  const byRole = (all: typeof held): MembersItem['access'] =>
    Array.from(
      groupedBy(all, ({ role }) => role),
      ([role, there]) => ({
        role,
        namespaces: new Set(there.flatMap(({ namespace }) => namespace ?? [])).size,
        clusters: new Set(there.map(({ cluster }) => cluster)).size,
        production: there.some(({ production }) => production),
      }),
    );
  return new Map(
    Array.from(
      groupedBy(held, ({ group }) => group),
      ([group, all]) => [group, byRole(all)],
    ),
  );
}

interface Holder {
  readonly subject: Subject;
  readonly tenant: string;
  readonly namespace: string;
  readonly production: boolean;
}

/** Who has each custom role, by `roleKey`. */
function holdersByRole({ graph }: Meaning, production: Production): Map<string, Holder[]> {
  const holders = new Map<string, Holder[]>();
  for (const { cluster, namespaces, accesses } of graph.clusters) {
    const tenants = new Map(
      namespaces.flatMap((entry) => (entry.kind === 'Tenant' ? [[entry.name, entry.tenant.name] as const] : [])),
    );
    for (const { subject, role, scope } of accesses) {
      if (scope.kind !== 'Namespace') continue;
      const { namespace } = scope;
      const tenant = tenants.get(namespace) ?? '';
      const key = roleKeyOf(role, tenant);
      if (key === undefined) continue;
      addTo(holders, key, { subject, tenant, namespace, production: production.isPlace(cluster.name, scope) });
    }
  }
  return holders;
}

function uniqueSubjects(subjects: readonly Subject[]): Subject[] {
  return sortedBy(new Map(subjects.map((subject) => [subjectKey(subject), subject])).values(), subjectKey);
}

/** The clusters of production, and the tenants that have, or had, a namespace of it: `cluster/prodcluster01`, `tenant/solar`. */
function productionNames({ before, after }: Change): Set<string> {
  const found = new Set<string>();
  const { isCluster, isPlace } = productionOf(before, after);
  for (const { graph } of [before, after]) {
    for (const { cluster, namespaces } of graph.clusters) {
      if (isCluster(cluster.name)) found.add(`cluster/${cluster.name}`);
      for (const entry of namespaces) {
        const scope = { kind: 'Namespace', namespace: entry.name } as const;
        if (entry.kind === 'Tenant' && isPlace(cluster.name, scope)) found.add(`tenant/${entry.tenant.name}`);
      }
    }
  }
  return found;
}
