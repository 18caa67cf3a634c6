import { groupedBy, sortedBy } from './order.ts';

/** A namespace on a cluster where something holds, as people are told of it. */
export interface NamedPlace {
  readonly cluster: string;
  readonly namespace: string;
  /** Undefined for the namespace of a group, or one that is retained. */
  readonly tenant?: string | undefined;
  readonly production: boolean;
}

/** Plain words, or a name, which each reader shows in its own way. */
export type Word = string | { readonly name: string };

/** Namespaces that are on the same clusters. */
export interface PlaceGroup {
  readonly clusters: readonly { readonly name: string; readonly production: boolean }[];
  /** Their names; of many that are not of production, patterns and what fits none. */
  readonly names: readonly Word[];
}

/** Where something holds, for a sentence that must not hide the odd one out. */
export interface GatheredPlaces {
  /** Of one name and one tenant, those on several clusters are one. */
  readonly namespaces: number;
  readonly tenants: readonly string[];
  /** Those of production first. */
  readonly groups: readonly PlaceGroup[];
  /** Whether all can be said in one line: few names, on few sets of clusters. */
  readonly isShort: boolean;
}

/** So many names are read in a line. */
const fewNames = 8;

/** So many sets of clusters are told apart in a line, and so many in lines of their own. */
const fewGroups = 3;
const mostGroups = 6;

/** So many namespaces make a pattern. */
const fewestAlike = 3;

/** Beyond so many names, nobody reads on. Those of production count by themselves. */
const mostNames = 60;

/**
 * Gathers places by namespace, and namespaces by their clusters. What is of production is always told by name, up to
 * `mostOfProduction`; of the others, more than eight become patterns, such as `*-dev` of 6 tenants, with those that fit
 * none beside them.
 */
export function gatherPlaces(places: readonly NamedPlace[], mostOfProduction = Infinity): GatheredPlaces {
  const byNamespace = groupedBy(places, ({ namespace, tenant }) => `${tenant ?? ''}/${namespace}`);
  const namespaces = Array.from(byNamespace.values()).flatMap(([first, ...rest]) =>
    first ? [{ first, clusters: clustersOf([first, ...rest]) }] : [],
  );
  const isOfProduction = ({ clusters }: (typeof namespaces)[number]): boolean =>
    clusters.some(({ production }) => production);
  const same = groupedBy(namespaces, ({ clusters }) => JSON.stringify(clusters));
  const sets =
    same.size <= mostGroups ? Array.from(same.values()) : Array.from(groupedBy(namespaces, isOfProduction).values());
  const groups = sets.map((all): PlaceGroup & { readonly isFirst: boolean } => {
    const isFirst = all.some(isOfProduction);
    const isNamed = isFirst && all.length <= mostOfProduction;
    return {
      isFirst,
      clusters: clustersOf(all.flatMap(({ clusters }) => clusters.map((on) => ({ ...on, cluster: on.name })))),
      names: namesOf(
        all.map(({ first }) => first),
        isNamed ? Infinity : fewNames,
      ),
    };
  });
  return {
    namespaces: namespaces.length,
    tenants: [...new Set(places.flatMap(({ tenant }) => tenant ?? []))],
    groups: sortedBy(groups, ({ isFirst }) => (isFirst ? '0' : '1')),
    isShort: namespaces.length <= fewNames && groups.length <= fewGroups,
  };
}

/** Names one after the other: `a, b and 3 more`. */
export function listWords(all: readonly (readonly Word[])[], most: number, rest = ''): Word[] {
  const shown = all.length > most + 1 ? all.slice(0, most) : all;
  const more = all.length - shown.length;
  return [
    ...shown.flatMap((words, i): Word[] => [...(i > 0 ? [', '] : []), ...words]),
    ...(more > 0 ? [` and ${more} more ${rest}`.trimEnd()] : []),
  ];
}

/** Each cluster once, those of production first. */
function clustersOf(
  places: readonly { readonly cluster: string; readonly production: boolean }[],
): { readonly name: string; readonly production: boolean }[] {
  const production = new Set(places.flatMap((place) => (place.production ? [place.cluster] : [])));
  const names = new Set(places.map(({ cluster }) => cluster));
  return sortedBy(
    Array.from(names, (name) => ({ name, production: production.has(name) })),
    (one) => [one.production ? '0' : '1', one.name],
  );
}

type Named = Pick<NamedPlace, 'namespace' | 'tenant'>;

function namesOf(all: readonly Named[], few: number): Word[] {
  const names = sortedBy(all, ({ namespace, tenant = '' }) => [namespace, tenant]);
  if (names.length <= few) return listWords(names.map(nameWords), Infinity);
  const patterns: Word[][] = [];
  const isTold = new Set<Named>();
  const tell = (alike: Iterable<readonly Named[]>, say: (ones: readonly Named[]) => Word[]): void => {
    for (const ones of sortedBy(alike, (some) => String(1e6 - some.length))) {
      if (ones.length < fewestAlike) continue;
      patterns.push(say(ones));
      for (const one of ones) isTold.add(one);
    }
  };
  const identified = names.filter((one) => identifierOf(one) !== undefined);
  tell(groupedBy(identified, (one) => identifierOf(one) ?? '').values(), (ones) => [
    { name: `*-${identifierOf(ones[0] ?? { namespace: '' }) ?? ''}` },
    ` of ${ones.length} tenants`,
  ]);
  const numbered = names.filter((one) => !isTold.has(one) && /\d/.test(one.namespace));
  tell(groupedBy(numbered, (one) => `${one.tenant ?? ''}/${stemOf(one)}`).values(), (ones) => [
    `${ones.length} `,
    { name: stemOf(ones[0] ?? { namespace: '' }) },
  ]);
  const others = names.filter((one) => !isTold.has(one)).map(nameWords);
  if (patterns.length === 0) return listWords(others, mostNames);
  const told = listWords(patterns, Infinity);
  return others.length === 0 ? told : [...told, ', and ', ...listWords(others, mostNames)];
}

/** A name that does not say whose it is, with whose it is. */
function nameWords({ namespace, tenant }: Named): Word[] {
  const isClear = tenant === undefined || namespace === tenant || namespace.startsWith(`${tenant}-`);
  return isClear ? [{ name: namespace }] : [{ name: namespace }, ' of tenant ', { name: tenant }];
}

/** What tells a tenant's namespaces apart: `dev` of `solar-dev`. */
function identifierOf({ namespace, tenant }: Named): string | undefined {
  return tenant !== undefined && namespace.startsWith(`${tenant}-`) ? namespace.slice(tenant.length + 1) : undefined;
}

/** A name with `*` for its numbers after the tenant's: `solar-pr-*`. */
function stemOf({ namespace, tenant = '' }: Named): string {
  const start = namespace.startsWith(tenant) ? tenant.length : 0;
  return `${namespace.slice(0, start)}${namespace.slice(start).replace(/\d+/g, '*')}`;
}
