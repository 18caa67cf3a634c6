import type { ReportItem } from '../../plan/report.ts';
import { counted } from '../../source/text.ts';
import type { NamedPlace } from '../../values/gathered-places.ts';
import { gatherPlaces, listWords } from '../../values/gathered-places.ts';
import type { Piece } from './piece.ts';

type AccessItem = Extract<ReportItem, { kind: 'access' }>;

interface OnCluster {
  readonly name: string;
  readonly production: boolean;
}

/** Where something holds: in the sentence, and in lines of their own where there is much to name. */
export interface Where {
  readonly pieces: readonly Piece[];
  readonly details: readonly (readonly Piece[])[];
}

/** Names beside a sentence before the rest becomes a number. */
const mostNames = 8;

/** Of those whom a sentence is about, none is left out as long as anybody reads on. */
export const mostAbout = 60;

/** Where: namespaces and their clusters, in lines of their own where there are many. */
export function placePieces(items: readonly AccessItem[]): Where {
  const places = items.flatMap(({ tenant, places: all }) => all.map((place) => ({ ...place, tenant })));
  const named = places.flatMap(({ namespace, tenant, ...place }) =>
    namespace === null ? [] : [{ ...place, namespace, tenant: tenant ?? undefined }],
  );
  if (named.length === 0) return { pieces: ['on the whole of ', ...clusterList(onTheirClusters(places))], details: [] };
  const states = new Set(places.map(({ state }) => state));
  const [state] = states;
  const life = states.size > 1 || state === 'kept' ? '' : state === 'new' ? 'the new ' : 'what was ';
  const there = namespacesThere(named);
  return there.details.length === 0
    ? { pieces: [`on ${life}`, ...there.pieces], details: [] }
    : { pieces: [life === 'the new ' ? 'on new: ' : 'on ', ...there.pieces], details: there.details };
}

/** Namespaces with their clusters: by name in a line, or counted, with their names or patterns in lines of their own. */
export function namespacesThere(places: readonly NamedPlace[]): Where {
  const { namespaces, tenants, groups, isShort } = gatherPlaces(places);
  const told = groups.map(({ names, clusters }): Piece[] => [...names, ' on ', ...clusterList(clusters)]);
  if (isShort) return { pieces: told.flatMap((one, i) => [...(i > 0 ? ['; '] : []), ...one]), details: [] };
  const [only] = tenants;
  const of: Piece[] =
    tenants.length > 1
      ? [` of ${counted(tenants.length, 'tenant')}`]
      : only === undefined
        ? []
        : [' of tenant ', { name: only }];
  const [first, ...others] = groups;
  return {
    pieces: [`${namespaces} namespaces`, ...of, ' on ', ...clusterList(onTheirClusters(places))],
    details: first && others.length === 0 ? [first.names] : told,
  };
}

/**
 * Clusters, those of production first and named as such: none of them is left out. Where only some of the namespaces on one
 * are of production, it says so.
 */
export function clusterList(clusters: readonly { readonly name: string; readonly production: boolean }[]): Piece[] {
  const namesOf = (isOfProduction: boolean): string[] => [
    ...new Set(clusters.flatMap(({ name, production }) => (production === isOfProduction ? [name] : []))),
  ];
  const [some, rest] = [namesOf(true), namesOf(false)];
  const lists: Piece[][] = [
    marked(
      some.filter((name) => !rest.includes(name)),
      ' (production)',
    ),
    marked(
      some.filter((name) => rest.includes(name)),
      ' (production in part)',
    ),
    listPieces(
      rest.filter((name) => !some.includes(name)),
      'clusters',
    ),
  ];
  return lists
    .filter((pieces) => pieces.length > 0)
    .flatMap((pieces, i): Piece[] => [...(i > 0 ? [', '] : []), ...pieces]);
}

function marked(names: readonly string[], mark: string): Piece[] {
  return names.length === 0 ? [] : [...listPieces(names, 'clusters', mostAbout), mark];
}

/** Names, and how many more there are where there are many. */
export function listPieces(names: readonly string[], what: string, most = mostNames): Piece[] {
  return listWords(
    names.map((name) => [{ name }]),
    most,
    what,
  );
}

function onTheirClusters(places: readonly { readonly cluster: string; readonly production: boolean }[]): OnCluster[] {
  return places.map(({ cluster, production }) => ({ name: cluster, production }));
}

/** Whose something is: a tenant's, or the organization's. */
export function ofTenant(tenant: string): Piece[] {
  return tenant === '' ? [' of the organization'] : [' of tenant ', { name: tenant }];
}
