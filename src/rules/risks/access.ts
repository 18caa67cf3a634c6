import type { Subject } from '../../config/model/desired-state.ts';
import { describeSubject, fullSubjectName, subjectKey } from '../../config/model/desired-state.ts';
import type { Label, Location } from '../../source/diagnostic.ts';
import { at, atFile, formatPath } from '../../source/diagnostic.ts';
import { gatherPlaces } from '../../values/gathered-places.ts';
import { oncePer } from '../../values/once.ts';
import type { Meaning } from '../../access/graph.ts';
import { isExisting } from '../../access/graph.ts';
import type { AccessItem, Item, Place, Plan } from '../../plan/plan.ts';
import type { Holding } from '../../plan/roles.ts';
import { covers, customRoles, roleKeyOf, ruleDirection } from '../../plan/roles.ts';
import type { Origin } from '../../source/source.ts';
import { inBase } from '../../source/source.ts';
import { listedClusters, mostRelated } from '../wording.ts';

/** What is given, and where that deserves a second look. */
export interface GivenAccess {
  readonly item: AccessItem;
  /** Never empty. */
  readonly places: readonly Place[];
}

/**
 * Access that a change gives. Not by a custom role that only has another name. And not in a namespace that is new, to those who have as much in another namespace of the same
 * tenant on the same cluster: the namespace is empty, and they are who works there.
 */
export const givenBy: (plan: Plan) => readonly GivenAccess[] = oncePer((plan) =>
  accessItems(plan.items).flatMap((item) => {
    if (item.direction === 'loses' || item.direction === 'narrows') return [];
    if (holdsAll(plan, item, heldBefore(plan, item))) return [];
    const clusters = new Set(item.places.map(({ cluster }) => cluster));
    const homes = new Set(Array.from(clusters).filter((cluster) => isAtHome(plan, item, cluster)));
    const places = item.places.filter(({ namespace, cluster }) => namespace !== 'new' || !homes.has(cluster));
    return places.length === 0 ? [] : [{ item, places }];
  }),
);

export function accessItems(items: readonly Item[]): AccessItem[] {
  return items.flatMap((item) => (item.kind === 'access' ? [item] : []));
}

/** Whether nothing is given but time: the same roles, for longer. */
export function isLonger({ direction, before, after }: AccessItem): boolean {
  const had = new Set(before.map(roleKey));
  return direction === 'widens' && before.length === after.length && after.every((held) => had.has(roleKey(held)));
}

/** The roles that are given by an item, under whatever name, of which not everybody knows what they allow. */
export function newCustomRoles(plan: Plan, item: AccessItem): readonly Holding[] {
  const held = heldBefore(plan, item);
  return newRoles(item).filter(
    (given) =>
      (given.role.kind !== 'ClusterRole' || isExisting(given.role)) &&
      !held.some((had) => allows(plan, item, had, given)),
  );
}

/** What to ask of whoever gives `admin`. A service account that owns a tenant can have less by a share. */
export function adminHelp({ subject }: AccessItem): string {
  const help = '`admin` reads and writes secrets and gives access to others: is a lesser role enough?';
  return subject.kind === 'ServiceAccount'
    ? `${help} A share gives one: \`{ serviceAccount: ${fullSubjectName(subject)}, role: edit }\``
    : help;
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

/** Whether an item's subject has as much in another namespace of the same tenant on the same cluster, in the base. */
function isAtHome(plan: Plan, item: AccessItem, cluster: string): boolean {
  if (item.tenant === undefined) return false;
  const there = clustersIn(plan.before).get(cluster);
  const held = there && heldInTenants(there).get(homeKey(item.tenant, item.subject));
  return Array.from(held?.values() ?? []).some((holdings) => holdsAll(plan, item, holdings));
}

/** The roles that counted before. Where a namespace was another tenant's, its custom roles were others. */
function heldBefore({ before }: Plan, { before: held, tenant, places }: AccessItem): readonly Holding[] {
  const isOfTenant = places.every(({ cluster, scope }) => {
    const there = clustersIn(before).get(cluster);
    return scope.kind === 'Namespace' && (there && tenantsOn(there).get(scope.namespace)) === tenant;
  });
  return isOfTenant ? held : held.filter(({ role }) => role.kind !== 'CustomRole');
}

type ClusterAccess = Meaning['graph']['clusters'][number];

const clustersIn = oncePer(({ graph }: Meaning) => new Map(graph.clusters.map((entry) => [entry.cluster.name, entry])));

/** The tenants of a cluster's namespaces, by name. */
const tenantsOn = oncePer(
  ({ namespaces }: ClusterAccess) =>
    new Map(namespaces.flatMap((entry) => (entry.kind === 'Tenant' ? [[entry.name, entry.tenant.name] as const] : []))),
);

/** What everybody has in each namespace of a cluster, by tenant and subject. */
const heldInTenants = oncePer((cluster: ClusterAccess) => {
  const held = new Map<string, Map<string, Holding[]>>();
  for (const access of cluster.accesses) {
    if (access.scope.kind !== 'Namespace') continue;
    const { namespace } = access.scope;
    const tenant = tenantsOn(cluster).get(namespace);
    if (tenant === undefined) continue;
    const key = homeKey(tenant, access.subject);
    const there = held.get(key) ?? new Map<string, Holding[]>();
    held.set(key, there.set(namespace, [...(there.get(namespace) ?? []), access]));
  }
  return held;
});

function homeKey(tenant: string, subject: Subject): string {
  return [tenant, subjectKey(subject)].join('\n');
}

function holdsAll(plan: Plan, item: AccessItem, held: readonly Holding[]): boolean {
  return item.after.every((given) => held.some((had) => allows(plan, item, had, given)));
}

/** Whether what somebody had allows all that is given: a custom role by its rights, whatever it is called now. */
function allows({ before, after }: Plan, { tenant }: AccessItem, had: Holding, given: Holding): boolean {
  if (covers(had, given)) return true;
  if (!covers({ ...had, role: given.role }, given)) return false;
  const was = rolesOf(before).get(roleKeyOf(had.role, tenant) ?? '')?.value;
  const is = rolesOf(after).get(roleKeyOf(given.role, tenant) ?? '')?.value;
  if (!was || !is) return false;
  const direction = ruleDirection(was.rules, is.rules);
  return direction === undefined || direction === 'narrows';
}

/** The custom roles of tenants and the organization, by `roleKey`. */
export const rolesOf = oncePer(({ desired }: Meaning) => customRoles(desired));

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

/** A message names so many namespaces of production: it has to fit into annotations. */
const mostOfProduction = 40;

/** Where access that is given holds. */
export function placesText(given: readonly GivenAccess[]): string {
  return whereText(given.flatMap(({ item: { tenant }, places }) => places.map((place) => ({ ...place, tenant }))));
}

/**
 * `in namespace `solar-prod` on clusters `a` and `b``, `in 28 namespaces of 19 tenants on cluster `a`: `*-dev` of 18
 * tenants, and `solar-prod``: what a plan shows is not hidden where rules say it alone.
 */
export function whereText(
  places: readonly (Pick<Place, 'cluster' | 'scope' | 'production'> & { readonly tenant: string | undefined })[],
): string {
  const clusters = listedClusters([...new Set(places.map(({ cluster }) => cluster))]);
  const named = places.flatMap(({ scope, ...place }) =>
    scope.kind === 'Namespace' ? [{ ...place, namespace: scope.namespace }] : [],
  );
  if (named.length === 0) return `on the whole of ${clusters}`;
  const { namespaces, tenants, groups, isShort } = gatherPlaces(named, mostOfProduction);
  const told = groups.map(({ names, clusters: on }) => ({
    names: names.map((word) => (typeof word === 'string' ? word : `\`${word.name}\``)).join(''),
    on: listedClusters(on.map(({ name }) => name)),
  }));
  const list = (
    told.length === 1 ? told.map(({ names }) => names) : told.map(({ names, on }) => `${names} on ${on}`)
  ).join('; ');
  if (!isShort)
    return `in ${namespaces} namespaces${tenants.length > 1 ? ` of ${tenants.length} tenants` : ''} on ${clusters}: ${list}`;
  return `in ${namespaces === 1 ? 'namespace' : 'namespaces'} ${list}${told.length === 1 ? ` on ${clusters}` : ''}`;
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
