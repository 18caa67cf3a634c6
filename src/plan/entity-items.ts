import type { Subject } from '../config/model/desired-state.ts';
import { isProduction, subjectKey } from '../config/model/desired-state.ts';
import type { CustomRole } from '../settings/schema.ts';
import { once } from '../values/once.ts';
import { addTo, groupedBy, sortedBy } from '../values/order.ts';
import { existence, membersDeclared } from '../settings/derived.ts';
import { group as groupTable, organization } from '../settings/organization.ts';
import type { FactChange } from './fact.ts';
import type { Meaning } from '../access/graph.ts';
import type { Change, EntityItem, MembersItem, RoleItem, SettingChange } from './items.ts';
import { rightsBeyond } from '../kubernetes/rbac.ts';
import { customRoles, ruleDirection } from './roles.ts';

/** The custom roles that change for those who have them. One that comes or goes is an entity like others. */
export function roleItems({ before, after, facts }: Change): RoleItem[] {
  const old = customRoles(before.desired.tenants);
  const now = customRoles(after.desired.tenants);
  const holders = once(() => holdersByRole(after));
  return entityChanges(facts, 'role').flatMap(([name, changes]): RoleItem[] => {
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
        production: places.some(({ production }) => production),
        settings: changes,
      },
    ];
  });
}

const rights = (rules: CustomRole['rules'], others: CustomRole['rules']): string[] =>
  sortedBy(rightsBeyond(rules, others), (right) => right);

/** Who joins and leaves the groups that are there on both sides; and, as `cluster-admins`, the organization's admins. */
export function memberItems(change: Change): MembersItem[] {
  const { facts, before, after, renames } = change;
  const held = { before: once(() => accessByGroup(before)), after: once(() => accessByGroup(after)) };
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
  for (const [group, settings] of entityChanges(facts, 'group')) {
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
  const { before, after, facts, renames } = change;
  const kinds = ['namespace', 'tenant', 'role', 'cluster', 'group', 'organization'] as const;
  const changedRoles = new Set(roles.map(({ tenant, role }) => `${tenant}/${role}`));
  const names = new Set(
    facts.flatMap(({ kind, before: was, after: is }) => (kind === 'setting' ? ((is ?? was)?.entity.name ?? []) : [])),
  );
  const production = productionNames(change, names);
  const there = { before: namespacesNamed(before, names), after: namespacesNamed(after, names) };
  const tenants = new Map([...there.before, ...there.after].filter(([, tenant]) => tenant !== undefined));

  return kinds.flatMap((kind) => {
    const changed = new Map(entityChanges(facts, kind));
    if (kind === 'group') for (const { to } of renames) if (!changed.has(to.name)) changed.set(to.name, []);
    return sortedBy(changed, ([name]) => name).flatMap(([name, all]): EntityItem[] => {
      if (kind === 'role' && changedRoles.has(name)) return [];
      const existing = all.find(({ setting }) => setting === existence);
      const settings = all.filter((one) => one !== existing && !isMembership(one, existing));
      const from = kind === 'group' ? renames.find(({ to }) => to.name === name)?.from.name : undefined;
      if (!existing && settings.length === 0 && from === undefined) return [];
      const tenant = kind === 'namespace' ? tenants.get(name) : kind === 'role' ? name.split('/')[0] : undefined;
      return [
        {
          kind: 'entity',
          id: `${kind}/${name}`,
          entity: { kind, name },
          change: from !== undefined ? 'renamed' : changeOf(kind, name, existing, there),
          ...(from !== undefined && { from }),
          ...(tenant !== undefined && { tenant }),
          production: production.has(`${kind}/${name}`),
          settings,
        },
      ];
    });
  });
}

/** A membership has an item of its own, unless the whole group is new or gone. */
function isMembership({ setting }: SettingChange, existing: SettingChange | undefined): boolean {
  return (
    setting === organization.admins || (!existing && (setting === groupTable.members || setting === membersDeclared))
  );
}

function changeOf(
  kind: EntityItem['entity']['kind'],
  name: string,
  existing: SettingChange | undefined,
  { before, after }: Record<'before' | 'after', ReadonlyMap<string, string | undefined>>,
): EntityItem['change'] {
  if (kind === 'namespace') return before.has(name) ? (after.has(name) ? 'changed' : 'removed') : 'added';
  if (!existing) return 'changed';
  return existing.after ? 'added' : 'removed';
}

/** The namespaces that have one of the names, with the last tenant that has it; undefined for those of no tenant. */
function namespacesNamed({ graph }: Meaning, names: ReadonlySet<string>): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const { namespaces } of graph.clusters) {
    for (const entry of namespaces) {
      if (!names.has(entry.name)) continue;
      found.set(entry.name, entry.kind === 'Tenant' ? entry.tenant.name : found.get(entry.name));
    }
  }
  return found;
}

/** The changed settings of all entities of a kind, by name. */
function entityChanges(facts: readonly FactChange[], kind: EntityItem['entity']['kind']): [string, SettingChange[]][] {
  const byName = new Map<string, SettingChange[]>();
  for (const change of facts) {
    if (change.kind !== 'setting') continue;
    const { before, after } = change;
    const fact = after ?? before;
    if (fact?.entity.kind !== kind) continue;
    const { setting, part, item, entity } = fact;
    const effect = setting.order({ item, before: before?.value, after: after?.value });
    const one = {
      setting,
      ...(part !== undefined && { part }),
      ...(item !== undefined && { item }),
      ...(before && { before }),
      ...(after && { after }),
      ...(effect && { effect }),
    };
    addTo(byName, entity.name, one);
  }
  return Array.from(byName, ([name, settings]) => [name, settings.map((one) => withoutEffectInList(one, settings))]);
}

/** Whether there is a list at all says more than its elements: a list that goes allows all, not less by each of them. */
function withoutEffectInList(change: SettingChange, others: readonly SettingChange[]): SettingChange {
  const { effect, ...rest } = change;
  const isWithList = others.some(({ setting, item }) => setting === change.setting && item === undefined);
  return effect === undefined || (change.item !== undefined && isWithList) ? rest : change;
}

function settingsOf(facts: readonly FactChange[], kind: EntityItem['entity']['kind']): SettingChange[] {
  return entityChanges(facts, kind).flatMap(([, settings]) => settings);
}

/** What each group has, by role. */
function accessByGroup({ graph, desired }: Meaning): Map<string, MembersItem['access']> {
  const held = graph.clusters.flatMap(({ cluster, accesses }) =>
    accesses
      .filter(({ subject }) => subject.kind === 'Group')
      .map(({ subject, role }) => ({
        group: subject.name,
        role: role.name,
        production: isProduction(desired.organization, cluster),
      })),
  );
  return new Map(
    Array.from(
      groupedBy(held, ({ group }) => group),
      ([group, all]) => [
        group,
        Array.from(
          groupedBy(all, ({ role }) => role),
          ([role, places]) => ({ role, places: places.length, production: places.some((place) => place.production) }),
        ),
      ],
    ),
  );
}

interface Holder {
  readonly subject: Subject;
  readonly production: boolean;
}

/** Who has each custom role, by `tenant/role`. */
function holdersByRole({ graph, desired }: Meaning): Map<string, Holder[]> {
  const holders = new Map<string, Holder[]>();
  for (const { cluster, namespaces, accesses } of graph.clusters) {
    const production = isProduction(desired.organization, cluster);
    const tenants = new Map(
      namespaces.flatMap((entry) => (entry.kind === 'Tenant' ? [[entry.name, entry.tenant.name] as const] : [])),
    );
    for (const { subject, role, scope } of accesses) {
      if (role.kind !== 'CustomRole' || scope.kind !== 'Namespace') continue;
      const key = `${tenants.get(scope.namespace) ?? ''}/${role.name}`;
      addTo(holders, key, { subject, production });
    }
  }
  return holders;
}

function uniqueSubjects(subjects: readonly Subject[]): Subject[] {
  return sortedBy(new Map(subjects.map((subject) => [subjectKey(subject), subject])).values(), subjectKey);
}

/** The entities with one of the names that are, or were, on a production cluster: `namespace/solar-prod`, `tenant/solar`. */
function productionNames({ before, after }: Change, names: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const add = (kind: EntityItem['entity']['kind'], name: string): void => {
    if (names.has(name)) found.add(`${kind}/${name}`);
  };
  for (const { graph, desired } of [before, after]) {
    for (const { cluster, namespaces } of graph.clusters) {
      if (!isProduction(desired.organization, cluster)) continue;
      add('cluster', cluster.name);
      for (const entry of namespaces) {
        add('namespace', entry.name);
        if (entry.kind === 'Tenant') add('tenant', entry.tenant.name);
      }
    }
  }
  return found;
}
