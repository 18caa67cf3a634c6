import type { Meaning } from '../access/graph.ts';
import { holderOf } from '../access/holder.ts';
import type { Production } from '../access/production.ts';
import { productionOf } from '../access/production.ts';
import { namespace as namespaceTable } from '../settings/namespace.ts';
import { groupedBy, sortedBy } from '../values/order.ts';
import type { Entity } from './fact.ts';
import { aboutOf, textOf } from './fact.ts';
import type { Change, EntityItem, SettingChange } from './items.ts';
import type { ChangedEntity } from './setting-changes.ts';
import { changedEntities } from './setting-changes.ts';

/**
 * The namespaces that change. A namespace is one on a cluster (S38), so each is compared with itself there. What happens in
 * the same way to those of one name and one holder is one item with their clusters; another holder's is never in it.
 */
export function namespaceItems(change: Change): EntityItem[] {
  const changed = changedEntities(change.facts, 'namespace');
  if (changed.length === 0) return [];
  const names = new Set(changed.map(({ entity }) => entity.name));
  const newNames = new Map(change.renames.map(({ from, to }) => [from.name, to.name]));
  const before = standing(change.before, names, (group) => newNames.get(group) ?? group);
  const production = productionOf(change.before, change.after);
  const after = standing(change.after, names, (group) => group);
  const fates = changed.map((one) => fateOf(one, before, after, production));
  const items = Array.from(groupedBy(fates, likeness).values()).flatMap(itemOf);
  return sortedBy(items, ({ entity: { name, cluster = '' } }) => [name, cluster]);
}

/** Where the namespaces of some names stand on one side of the change. */
interface Standing {
  /** Who has each, by `cluster/name`. */
  readonly holders: ReadonlyMap<string, string>;
  /** The tenants of those that have one, by `cluster/name`. */
  readonly tenants: ReadonlyMap<string, string>;
  /** Who has one of the name anywhere, as `holder/name`. */
  readonly anywhere: ReadonlySet<string>;
}

function standing({ graph }: Meaning, names: ReadonlySet<string>, nameOf: (group: string) => string): Standing {
  const holders = new Map<string, string>();
  const tenants = new Map<string, string>();
  const anywhere = new Set<string>();
  for (const { cluster, namespaces } of graph.clusters) {
    for (const entry of namespaces) {
      if (!names.has(entry.name)) continue;
      const holder = holderOf(entry, nameOf);
      holders.set(`${cluster.name}/${entry.name}`, holder);
      anywhere.add(`${holder}/${entry.name}`);
      if (entry.kind === 'Tenant') tenants.set(`${cluster.name}/${entry.name}`, entry.tenant.name);
    }
  }
  return { holders, tenants, anywhere };
}

/** What becomes of a namespace on one cluster. */
interface Fate {
  readonly name: string;
  readonly cluster: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Who has it before and after; of one that comes or goes, who has it on the one side. */
  readonly holders: readonly [string, string];
  readonly tenant?: string;
  readonly production: boolean;
  readonly settings: readonly SettingChange[];
}

/**
 * Of a namespace that comes to a cluster, or leaves one, while its holder has it elsewhere on the other side, only that is
 * told: it is not new, and all else is as it is there.
 */
function fateOf({ entity, settings }: ChangedEntity, before: Standing, after: Standing, production: Production): Fate {
  const { name, cluster = '' } = entity;
  const key = `${cluster}/${name}`;
  const [was, is] = [before.holders.get(key), after.holders.get(key)];
  const isKept = was !== undefined && is !== undefined;
  const isElsewhere = !isKept && (is === undefined ? after : before).anywhere.has(`${is ?? was ?? ''}/${name}`);
  const tenant = after.tenants.get(key) ?? before.tenants.get(key);
  return {
    name,
    cluster,
    change: isKept || isElsewhere ? 'changed' : is === undefined ? 'removed' : 'added',
    holders: [was ?? is ?? '', is ?? was ?? ''],
    ...(tenant !== undefined && { tenant }),
    production: production.isPlace(cluster, { kind: 'Namespace', namespace: name }),
    settings: isElsewhere ? settings.filter(isOnCluster) : settings,
  };
}

function isOnCluster({ setting }: SettingChange): boolean {
  return setting === namespaceTable.clusters;
}

/** The same for what may stand in one item: which cluster it is, is told of each. */
function likeness({ name, change, holders, settings }: Fate): string {
  const others = settings.flatMap((one) =>
    isOnCluster(one) ? [] : [[aboutOf(one), one.item, textOf(one.before), textOf(one.after)]],
  );
  return JSON.stringify([name, change, holders, others]);
}

/** One item of those that are alike. Its id is that of the first, which is in no other item. */
function itemOf(fates: readonly Fate[]): EntityItem[] {
  const [first, ...rest] = sortedBy(fates, ({ cluster }) => cluster);
  if (!first) return [];
  const { name, cluster, change, tenant, settings } = first;
  const all = [...settings, ...rest.flatMap((fate) => fate.settings.filter(isOnCluster))];
  return [
    {
      kind: 'entity',
      id: namespaceId(cluster, name),
      entity: { kind: 'namespace', name, cluster } satisfies Entity,
      clusters: [first, ...rest].map((fate) => ({ name: fate.cluster, production: fate.production })),
      change,
      ...(tenant !== undefined && { tenant }),
      production: [first, ...rest].some(({ production }) => production),
      settings: rest.length === 0 ? all : sortedBy(all, (one) => [aboutOf(one), one.item ?? '']),
    },
  ];
}

/** The id of the item about a namespace whose first cluster it is. */
function namespaceId(cluster: string, name: string): string {
  return `namespace/${cluster}/${name}`;
}
