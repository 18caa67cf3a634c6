import { declaredMembers, groupsOf } from '../access/queries.ts';
import type { ClusterAccess, Meaning } from '../access/graph.ts';
import { productionOf } from '../access/production.ts';
import { isExisting } from '../access/graph.ts';
import type { DesiredState } from '../config/model/desired-state.ts';
import { subjectKey } from '../config/model/desired-state.ts';
import { oncePer } from '../values/once.ts';
import { compareCodeUnits, groupedBy, sortedBy } from '../values/order.ts';
import type { AccessFact, Fact } from './fact.ts';
import { placeKey } from './facts.ts';
import type { AccessItem, Change, Place } from './items.ts';
import type { Rename } from './renames.ts';
import type { Direction, Holding } from './roles.ts';
import { covers, directionOf } from './roles.ts';

/**
 * What happens to whom, the most dangerous first: one item for each subject, tenant and change of roles, with all the
 * places where that is so.
 */
export function accessItems(change: Change): AccessItem[] {
  const { before, after } = change;
  const affected = new Set<string>();
  for (const { kind, before: old, after: now } of change.facts) {
    const fact = now ?? old;
    if (kind === 'access' && fact?.kind === 'access') affected.add(placeKey(fact));
  }
  if (affected.size === 0) return [];
  const sides = { before: holdingsIn(change.known.before, affected), after: holdingsIn(change.known.after, affected) };
  const both = { before: sideOf(before), after: sideOf(after) };
  const production = productionOf(before, after);

  const single = Array.from(affected).flatMap((key): AccessItem[] => {
    const had = sides.before.get(key) ?? [];
    const has = sides.after.get(key) ?? [];
    const [first] = [...has, ...had];
    if (!first || isPlatformOfWholeCluster(first, both)) return [];
    const tenant = tenantOf(first, both);
    const place: Place = {
      cluster: first.cluster,
      scope: first.scope,
      production: production.isPlace(first.cluster, first.scope),
      namespace: lifeOf(first, both),
      because: {
        before: had.flatMap(({ because }) => because),
        after: has.flatMap(({ because }) => because),
      },
    };
    const members = membersOf(first, has.length > 0 ? after.desired : before.desired, change.renames);
    return [
      {
        kind: 'access',
        id: '',
        subject: first.subject,
        ...(members && { members }),
        direction: directionOf(had, has),
        before: had.map(holding),
        after: has.map(holding),
        heldThrough: heldThrough(first, has.length > 0 && directionOf(had, has) !== 'narrows' ? has : had, after),
        ...(tenant !== undefined && { tenant }),
        places: [place],
      },
    ];
  });

  const grouped = groupedBy(single, (item) =>
    [
      'access',
      subjectKey(item.subject),
      item.tenant ?? (item.places[0]?.scope.kind === 'Cluster' ? 'whole cluster' : ''),
      item.direction,
      describeHoldings(item.before),
      describeHoldings(item.after),
      ...(item.heldThrough.length > 0 ? [`as ${item.heldThrough.join('+')}`] : []),
    ].join('/'),
  );
  const items = Array.from(grouped, ([id, [first, ...rest]]): AccessItem[] =>
    first === undefined
      ? []
      : [
          {
            ...first,
            id,
            places: sortedBy(
              [first, ...rest].flatMap(({ places }) => places),
              (p) => [p.cluster, p.scope.kind === 'Namespace' ? p.scope.namespace : ''],
            ),
          },
        ],
  ).flat();
  return sortedBy(items, (item) => item.id).sort(
    (a, b) =>
      dangerOf(a) - dangerOf(b) ||
      compareCodeUnits(a.places[0]?.cluster ?? '', b.places[0]?.cluster ?? '') ||
      compareCodeUnits(a.tenant ?? '', b.tenant ?? ''),
  );
}

/** How dangerous it is, 0 the most: what is given before what is taken, whole clusters, then production, then admin. */
function dangerOf({ direction, places, after }: AccessItem): number {
  const given: Record<Direction, boolean> = {
    gains: true,
    widens: true,
    changes: true,
    narrows: false,
    loses: false,
  };
  if (!given[direction]) return direction === 'loses' ? 6 : 7;
  if (places.some(({ scope }) => scope.kind === 'Cluster')) return 0;
  // Of a ClusterRole that somebody else made nobody knows how little it is.
  const admin = after.some(({ role }) => (role.kind === 'ClusterRole' && role.name === 'admin') || isExisting(role));
  if (places.some(({ production }) => production)) return admin ? 1 : 2;
  return admin ? 3 : direction === 'gains' ? 4 : 5;
}

/** What is held in the places, by place. */
function holdingsIn(facts: ReadonlyMap<string, Fact>, places: ReadonlySet<string>): Map<string, AccessFact[]> {
  const held = Array.from(facts.values()).flatMap((fact) =>
    fact.kind === 'access' && places.has(placeKey(fact)) ? [fact] : [],
  );
  return groupedBy(held, placeKey);
}

/** The groups by which a user has as much in a place, each by itself. */
function heldThrough(
  { subject, cluster, scope }: AccessFact,
  held: readonly Holding[],
  { desired: { organization }, graph }: Meaning,
): string[] {
  if (subject.kind !== 'User' || scope.kind !== 'Namespace') return [];
  const groups = groupsOf(organization, subject.name).map(({ name }) => name);
  const there = graph.clusters.find((one) => one.cluster.name === cluster);
  if (groups.length === 0 || !there) return [];
  const accesses = accessesByNamespace(there).get(scope.namespace) ?? [];
  return groups.filter((group) => {
    const ofGroup = accesses.filter((one) => one.subject.kind === 'Group' && one.subject.name === group);
    return held.every((one) => ofGroup.some((other) => covers(other, one)));
  });
}

const accessesByNamespace = oncePer(({ accesses }: ClusterAccess) =>
  groupedBy(accesses, ({ scope }) => (scope.kind === 'Namespace' ? scope.namespace : '')),
);

interface Side {
  readonly clusters: ReadonlyMap<string, ClusterAccess>;
  readonly desired: DesiredState;
}

interface Sides {
  readonly before: Side;
  readonly after: Side;
}

function sideOf({ desired, graph }: Meaning): Side {
  return { desired, clusters: new Map(graph.clusters.map((entry) => [entry.cluster.name, entry])) };
}

/** The tenants (`''` for none) of a cluster's namespaces, by name. */
const tenantsOn = oncePer(
  ({ namespaces }: ClusterAccess) =>
    new Map(namespaces.map((entry) => [entry.name, entry.kind === 'Tenant' ? entry.tenant.name : ''])),
);

/** The tenant of a namespace (`''` for none); undefined where there is no such namespace. */
function tenantIn({ clusters }: Side, cluster: string, namespace: string): string | undefined {
  const there = clusters.get(cluster);
  return there && tenantsOn(there).get(namespace);
}

/** The namespaces of a cluster that others declare. */
const foreignOn = oncePer(
  ({ namespaces }: ClusterAccess) =>
    new Set(namespaces.flatMap(({ kind, name }) => (kind === 'Foreign' ? [name] : []))),
);

function isForeign({ clusters }: Side, cluster: string, namespace: string): boolean {
  const there = clusters.get(cluster);
  return there !== undefined && foreignOn(there).has(namespace);
}

/** What the platform gives on every cluster comes and goes with the cluster, which has an item of its own. */
function isPlatformOfWholeCluster({ cluster, scope }: AccessFact, { before, after }: Sides): boolean {
  return scope.kind === 'Cluster' && before.clusters.has(cluster) !== after.clusters.has(cluster);
}

function tenantOf({ cluster, scope }: AccessFact, { before, after }: Sides): string | undefined {
  if (scope.kind === 'Cluster') return undefined;
  const name = tenantIn(after, cluster, scope.namespace) ?? tenantIn(before, cluster, scope.namespace);
  return name === '' ? undefined : name;
}

function lifeOf({ cluster, scope }: AccessFact, { before, after }: Sides): Place['namespace'] {
  if (scope.kind === 'Cluster') return 'kept';
  // What others declare is there before a file names it, and stays when none does any more.
  if ([before, after].some((side) => isForeign(side, cluster, scope.namespace))) return 'kept';
  if (tenantIn(before, cluster, scope.namespace) === undefined) return 'new';
  return tenantIn(after, cluster, scope.namespace) === undefined ? 'gone' : 'kept';
}

function membersOf(
  { subject }: AccessFact,
  { organization }: DesiredState,
  renames: readonly Rename[],
): readonly string[] | undefined {
  if (subject.kind !== 'Group') return undefined;
  const old = renames.find(({ to }) => to.name === subject.name)?.from.name;
  return declaredMembers(organization, subject.name) ?? (old === undefined ? old : declaredMembers(organization, old));
}

function holding({ role, until }: AccessFact): Holding {
  return { role, ...(until !== undefined && { until }) };
}

function describeHoldings(holdings: readonly Holding[]): string {
  return holdings.map(({ role, until }) => `${role.kind} ${role.name} ${until ?? ''}`).join('+');
}
