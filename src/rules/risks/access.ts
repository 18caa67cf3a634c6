import type { Namespace, Subject } from '../../config/landscape.ts';
import { describeSubject, subjectKey } from '../../config/landscape.ts';
import type { Label, Location } from '../../diagnostic.ts';
import { at, atFile, formatPath } from '../../diagnostic.ts';
import type { AccessItem, Item, Place, Plan } from '../../plan/plan.ts';
import type { Holding } from '../../plan/roles.ts';
import { covers } from '../../plan/roles.ts';
import type { Origin } from '../../source.ts';
import { inBase } from '../../source.ts';
import { listedClusters, mostRelated } from '../wording.ts';

/** What is given, and where that deserves a second look. */
export interface Given {
  readonly item: AccessItem;
  /** Never empty. */
  readonly places: readonly Place[];
}

/**
 * Access that a change gives. Not in a namespace that is new, to those who have as much in another namespace of the same
 * tenant on the same cluster: the namespace is empty, and they are who works there.
 */
export function givenBy(plan: Plan): Given[] {
  return accessItems(plan.items).flatMap((item) => {
    if (item.direction === 'loses' || item.direction === 'narrows') return [];
    const places = item.places.filter((place) => place.namespace !== 'new' || !isAtHome(plan, item, place));
    return places.length === 0 ? [] : [{ item, places }];
  });
}

export function accessItems(items: readonly Item[]): AccessItem[] {
  return items.flatMap((item) => (item.kind === 'access' ? [item] : []));
}

/** Whether nothing is given but time: the same roles, for longer. */
export function isLonger({ direction, before, after }: AccessItem): boolean {
  const had = new Set(before.map(roleKey));
  return direction === 'widens' && before.length === after.length && after.every((held) => had.has(roleKey(held)));
}

/** The roles that count now and did not before. */
export function newRoles({ before, after }: AccessItem): readonly Holding[] {
  const had = new Set(before.map(roleKey));
  return after.filter((held) => !had.has(roleKey(held)));
}

/** Whether it is all that a tenant, or a whole cluster, has to give. */
export function isAdmin({ role: { kind, name } }: Holding): boolean {
  return kind === 'ClusterRole' && (name === 'admin' || name === 'cluster-admin');
}

function roleKey({ role: { kind, name } }: Holding): string {
  return `${kind}/${name}`;
}

function isAtHome({ before }: Plan, { subject, tenant, after }: AccessItem, { cluster }: Place): boolean {
  if (tenant === undefined) return false;
  const there = before.graph.clusters.find((c) => c.cluster.name === cluster);
  const siblings = new Map<string, Namespace>(
    (there?.namespaces ?? []).flatMap((entry) =>
      entry.kind === 'Tenant' && entry.tenant.name === tenant ? [[entry.name, entry.namespace]] : [],
    ),
  );
  const key = subjectKey(subject);
  return Array.from(siblings.keys()).some((name) => {
    const held = (there?.accesses ?? []).filter(
      ({ scope, subject: holder }) =>
        scope.kind === 'Namespace' && scope.namespace === name && subjectKey(holder) === key,
    );
    return after.every((given) => held.some((had) => covers(had, given)));
  });
}

/** `group `a` gains `admin` until 2026-12-31`, `user `b` goes from `view` to `edit``. */
export function sentence(subject: Subject, { direction, before, after }: AccessItem): string {
  const who = describeSubject(subject);
  if (direction === 'gains') return `${who} gains ${rolesText(after)}`;
  return `${who} goes from ${rolesText(before)} to ${rolesText(after)}`;
}

function rolesText(holdings: readonly Holding[]): string {
  return holdings
    .map(({ role, until }) => `\`${role.name}\`${until === undefined ? '' : ` until ${until}`}`)
    .join(' and ');
}

/** `in namespace `solar-prod` on clusters `a` and `b``, `in 3 namespaces on cluster `a``. */
export function placesText(places: readonly Place[]): string {
  const clusters = listedClusters([...new Set(places.map(({ cluster }) => cluster))]);
  const names = new Set(places.flatMap(({ scope }) => (scope.kind === 'Namespace' ? [scope.namespace] : [])));
  const [only] = names;
  if (only === undefined) return `on the whole of ${clusters}`;
  return `${names.size === 1 ? `in namespace \`${only}\`` : `in ${names.size} namespaces`} on ${clusters}`;
}

/** The lines that give it, those first that are new; and the line that gave what there was before. */
export function lines(places: readonly Place[]): { readonly at: Location; readonly related: readonly Label[] } {
  const [first] = places;
  const old = distinct(places.flatMap(({ because }) => because.before.map(({ origin }) => origin)));
  const now = distinct(places.flatMap(({ because }) => because.after.map(({ origin }) => origin)));
  const fresh = Array.from(now).flatMap(([key, origin]) => (old.has(key) ? [] : [origin]));
  const [primary, ...others] = fresh.length > 0 ? fresh : now.values();
  const related = [
    ...others.map((origin) => ({ location: at(origin), message: 'and here' })),
    ...Array.from(old.values(), (origin) => ({ location: at(inBase(origin)), message: 'before' })),
  ];
  return {
    at: primary ? at(primary) : atFile(`clusters/${first?.cluster ?? ''}.yaml`),
    related: related.slice(0, mostRelated),
  };
}

/** Origins by where they are: two reads of one file give two objects for one place. */
function distinct(origins: readonly Origin[]): Map<string, Origin> {
  return new Map(origins.map((origin) => [placeOf(origin), origin]));
}

/** One string for a place in a file. */
export function placeOf(origin: Origin): string {
  return `${origin.file} ${formatPath(origin)}`;
}
