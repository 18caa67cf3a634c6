import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/access/evaluate.ts';
import type { Access, AccessGraph, Meaning } from '../../src/access/graph.ts';
import { accessGraph } from '../../src/access/graph.ts';
import type { AccessRequest } from '../../src/kubernetes/rbac.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { subjectKey } from '../../src/config/model/desired-state.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { bindingName } from '../../src/manifests/binding-name.ts';
import { render } from '../../src/manifests/render.ts';
import { groupedBy } from '../../src/values/order.ts';
import type { Fact } from '../../src/plan/facts.ts';
import { aboutOf, textOf, applyFacts, diffFacts, factsOf, placeKey, sameFact } from '../../src/plan/facts.ts';
import type { AccessItem, Item, Place, Plan } from '../../src/plan/plan.ts';
import { planOf } from '../../src/plan/plan.ts';
import type { Direction, Holding } from '../../src/plan/roles.ts';
import { parseYaml } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import { changes, everyEdit } from '../support/edits.ts';
import type { OrganizationDocuments } from '../support/organizations.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';

const runs = { numRuns: cases(40) };

async function stateOf(files: Record<string, string>): Promise<Meaning> {
  const read = await readConfigFiles(memoryTree(files), (file, text) => Promise.resolve(parseYaml(file, text)));
  const desired = resolve(read);
  return { desired, graph: accessGraph(desired, lawDay) };
}

const state = (documents: OrganizationDocuments): Promise<Meaning> => stateOf(organizationFiles(documents));

/** Checks a law for generated changes. */
function holdsForChanges(law: (before: Meaning, after: Meaning) => void): Promise<void> {
  return fc.assert(
    fc.asyncProperty(changes, async ([base, head]) => {
      law(await state(base), await state(head));
    }),
    runs,
  );
}

describe('facts', () => {
  it('lead from the base to the head', () =>
    holdsForChanges((before, after) => {
      const [old, now] = [factsOf(before), factsOf(after)];
      expect(different(applyFacts(old, diffFacts(old, now)), now)).toEqual([]);
    }));

  it('do not change where nothing changes', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const { facts, items } = planOf(await state(documents), await state(documents));
        expect({ facts, items }).toEqual({ facts: [], items: [] });
      }),
      runs,
    );
  });

  it('do not change by the order of keys, entries and files, or the style of the YAML', async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.infiniteStream(fc.nat()), async ([, documents], numbers) => {
        const random = (below: number): number => (numbers.next().value ?? 0) % below;
        const files = organizationFiles(documents, (document) =>
          stringify(shuffled(document, random), {
            collectionStyle: random(2) === 0 ? 'flow' : 'block',
            defaultStringType: random(2) === 0 ? 'QUOTE_SINGLE' : 'PLAIN',
            defaultKeyType: 'PLAIN',
            indent: 2 + random(3),
            aliasDuplicateObjects: false,
          }),
        );
        const { facts, items } = planOf(await state(documents), await stateOf(files));
        expect({ facts, items }).toEqual({ facts: [], items: [] });
      }),
      runs,
    );
  });

  it('do not change by where access is written: own share, default or owner', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, fc.nat(), async (documents, pick) => {
        const tenantOf = (all: OrganizationDocuments) => all.tenants[pick % all.tenants.length];
        const variants = [structuredClone(documents), structuredClone(documents), structuredClone(documents)] as const;
        const [own, byDefault, owner] = variants.map(tenantOf);
        const share = { group: 'zeta/ops', role: 'admin' };
        for (const namespace of own?.spec.namespaces ?? []) (namespace.sharedWith ??= []).push(share);
        byDefault?.spec.defaults.sharedWith.push(share);
        owner?.spec.owners.push({ kind: 'Group', name: share.group });
        const [a, b, c] = await Promise.all([state(variants[0]), state(variants[1]), state(variants[2])]);
        for (const plan of [planOf(a, b), planOf(b, c), planOf(c, a)]) {
          expect({ facts: plan.facts, items: plan.items }).toEqual({ facts: [], items: [] });
        }
      }),
      runs,
    );
  });

  it('change wherever manifests do, save for bindings that add nothing', async () => {
    // One organization, not shrunk: there are more than a hundred edits of it, and rendering takes its time.
    const seed = Number(process.env['TENANTRY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const [[documents, pick] = []] = fc.sample(fc.tuple(organizations, fc.nat(30)), { numRuns: 1, seed });
    if (!documents || pick === undefined) throw new Error('no organization was generated');
    const before = await state(documents);
    const rendered = manifests(before);
    for (const [what, head] of everyEdit(documents, pick)) {
      const after = await state(head);
      if (planOf(before, after).facts.length > 0) continue;
      expect([seed, what, manifests(after)]).toEqual([seed, what, rendered]);
    }
  });
});

describe('items', () => {
  it('are what they are backwards when the change is made backwards', () =>
    holdsForChanges((before, after) => {
      const forwards = planOf(before, after).items.flatMap((item) => describeItem(item));
      const backwards = planOf(after, before).items.flatMap((item) => describeItem(item, mirrored));
      expect(backwards.sort()).toEqual(forwards.sort());
    }));

  it('hold each change of access once, with what is held on both sides', () =>
    holdsForChanges((before, after) => {
      const { facts, items } = planOf(before, after);
      const expected = new Set<string>();
      for (const { kind, before: old, after: now } of facts) {
        const fact = now ?? old;
        if (kind !== 'access' || fact?.kind !== 'access') continue;
        if (fact.scope.kind === 'Cluster' && hasCluster(before, fact.cluster) !== hasCluster(after, fact.cluster))
          continue;
        expected.add(placeKey(fact));
      }
      const found = accessPlaces(items).map(({ item, place }) => placeKey({ ...place, subject: item.subject }));
      expect(found.sort()).toEqual([...expected].sort());

      const held = { before: heldIn(before), after: heldIn(after) };
      for (const { item, place } of accessPlaces(items)) {
        const key = placeKey({ ...place, subject: item.subject });
        expect(texts(item.before)).toEqual(held.before.get(key) ?? []);
        expect(texts(item.after)).toEqual(held.after.get(key) ?? []);
      }
    }));

  it('have ids of their own, and lines on each side where something is held', () =>
    holdsForChanges((before, after) => {
      const { items } = planOf(before, after);
      const ids = items.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { item, place } of accessPlaces(items)) {
        if (place.scope.kind === 'Cluster') continue;
        expect([place.because.before.length > 0, place.because.after.length > 0]).toEqual([
          item.before.length > 0,
          item.after.length > 0,
        ]);
      }
    }));

  it('say whenever somebody may do more or less, and never the opposite', () =>
    holdsForChanges((before, after) => {
      const said = sayings(planOf(before, after));
      for (const [place, allowed] of answers(before, after)) {
        const { more, less } = said.get(place) ?? { more: false, less: false };
        if (allowed.newly) expect([place, more]).toEqual([place, true]);
        if (allowed.noLonger) expect([place, less]).toEqual([place, true]);
      }
    }));
});

describe('the changes that the laws are tried on', () => {
  it('are of every kind', async () => {
    const met = new Set<string>();
    for (const [base, head] of fc.sample(changes, { numRuns: 150, seed: 2 })) {
      for (const item of planOf(await state(base), await state(head)).items) {
        met.add(item.kind === 'access' || item.kind === 'role' ? `${item.kind} ${item.direction}` : item.kind);
      }
    }
    const directions = ['gains', 'loses', 'widens', 'narrows', 'changes'];
    expect([...met].sort()).toEqual(
      [
        'entity',
        'members',
        ...directions.map((direction) => `access ${direction}`),
        ...directions.slice(2).map((direction) => `role ${direction}`),
      ].sort(),
    );
  });
});

/** The keys of facts that are not the same on both sides. */
function different(a: ReadonlyMap<string, Fact>, b: ReadonlyMap<string, Fact>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => {
    const fact = a.get(key);
    return fact === undefined || !sameFact(fact, b.get(key));
  });
}

function shuffled(value: unknown, random: (below: number) => number): unknown {
  const inAnyOrder = <T>(items: readonly T[]): T[] => {
    const rest = [...items];
    return items.flatMap(() => rest.splice(random(rest.length), 1));
  };
  if (Array.isArray(value)) return inAnyOrder(value.map((item: unknown) => shuffled(item, random)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(inAnyOrder(Object.entries(value)).map(([key, each]) => [key, shuffled(each, random)]));
}

/**
 * What is rendered, by what it means: without the comment that names the file, without the order in lists of rules, with
 * amounts in one notation, and without the bindings to `edit` of who has `admin` for as long anyway, or a binding's twin.
 */
function manifests({ desired, graph }: Meaning): string[] {
  const needless = needlessBindings(graph);
  return render(desired, graph.asOf).files.flatMap(({ path, text }) =>
    parseAllDocuments(text).flatMap((document): string[] => {
      const object: unknown = document.toJS();
      const [cluster = ''] = path.split('/');
      const { namespace = '', name = '' } = metadataOf(object);
      if (needless.has(`${cluster}/${namespace}/${name}`)) return [];
      return [`${path} ${JSON.stringify(inOrder(object))}`];
    }),
  );
}

function metadataOf(object: unknown): { readonly namespace?: string; readonly name?: string } {
  const found = typeof object === 'object' && object !== null && 'metadata' in object ? object.metadata : {};
  return typeof found === 'object' && found !== null ? found : {};
}

/** With keys in order and rules of roles in any: their order means nothing. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => inOrder(item)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value === '500m' ? '0.5' : value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, inOrder(each)]),
  );
}

/** Bindings, as `cluster/namespace/name`, to a built-in role that lies below another one of the same subject there. */
function needlessBindings({ clusters }: AccessGraph): Set<string> {
  const order = ['admin', 'edit', 'view'];
  const rank = ({ role }: Access): number => (role.kind === 'ClusterRole' ? order.indexOf(role.name) : -1);
  const all = clusters.flatMap(({ accesses }) => accesses).filter(({ scope }) => scope.kind === 'Namespace');
  const names = all.flatMap((access): string[] => {
    const higher = all.some(
      (other) =>
        placeKey(other) === placeKey(access) &&
        rank(other) >= 0 &&
        rank(other) < rank(access) &&
        (other.until === undefined || (access.until !== undefined && access.until <= other.until)),
    );
    const namespace = access.scope.kind === 'Namespace' ? access.scope.namespace : '';
    return higher ? [`${access.cluster}/${namespace}/${bindingName(access.subject, access.role.name)}`] : [];
  });
  return new Set(names);
}

const opposite = {
  gains: 'loses',
  loses: 'gains',
  widens: 'narrows',
  narrows: 'widens',
  changes: 'changes',
} as const satisfies Record<Direction, Direction>;

/** How an item is told: as it is, or as the item of the way back. */
interface Telling {
  readonly direction: (direction: Direction) => Direction;
  readonly sides: <T>(before: T, after: T) => readonly [T, T];
}
const asIs: Telling = { direction: (d) => d, sides: (before, after) => [before, after] };
const mirrored: Telling = { direction: (d) => opposite[d], sides: (before, after) => [after, before] };

/** An item as lines, one for each thing that it says. */
function describeItem(item: Item, { direction, sides }: Telling = asIs): string[] {
  switch (item.kind) {
    case 'access':
      return accessPlaces([item]).map(({ place }) => {
        const life = { new: 'gone', gone: 'new', kept: 'kept' } as const;
        const [from] = sides(place.namespace, life[place.namespace]);
        const held = sides(texts(item.before), texts(item.after)).map((side) => side.join('+'));
        const key = placeKey({ ...place, subject: item.subject }).replaceAll('\n', ' ');
        return `${key} ${direction(item.direction)} ${held.join(' > ')} ${from} ${place.production}`;
      });
    case 'role': {
      const rights = sides(item.removed.join(), item.added.join());
      return [`${item.id} ${direction(item.direction)} -${rights.join(' +')}`];
    }
    case 'members': {
      const [left, joined] = sides(item.left, item.joined).map((side) => side.map((fact) => fact.item).join());
      const declared = { still: 'still', newly: 'no longer', 'no longer': 'newly' } as const;
      const [word] = sides<string>(item.declared, declared[item.declared]);
      return [`${item.id} -${left} +${joined} ${word}`];
    }
    case 'entity': {
      const word = { added: 'removed', removed: 'added', changed: 'changed', renamed: 'renamed' } as const;
      const [change] = sides<string>(item.change, word[item.change]);
      const settings = item.settings.map((one) => {
        const { item: element, before, after, effect } = one;
        const effects = { loosens: 'tightens', tightens: 'loosens' } as const;
        const [told] = sides<string>(effect ?? '', effect ? effects[effect] : '');
        return `${item.id} ${aboutOf(one)} ${element ?? ''} ${sides(textOf(before), textOf(after)).join(' > ')} ${told}`;
      });
      return [`${item.id} ${change} ${item.production}`, ...settings];
    }
  }
}

function accessPlaces(items: readonly Item[]): { readonly item: AccessItem; readonly place: Place }[] {
  return items.flatMap((item) => (item.kind === 'access' ? item.places.map((place) => ({ item, place })) : []));
}

function hasCluster({ graph }: Meaning, name: string): boolean {
  return graph.clusters.some(({ cluster }) => cluster.name === name);
}

/** What is effectively held, by place, as the facts have it. */
function heldIn(side: Meaning): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const fact of factsOf(side).values()) {
    if (fact.kind !== 'access') continue;
    const key = placeKey(fact);
    held.set(key, [...(held.get(key) ?? []), ...texts([fact])]);
  }
  return held;
}

function texts(holdings: readonly Holding[]): string[] {
  return holdings.map(({ role, until }) => `${role.kind}/${role.name}${until === undefined ? '' : ` ${until}`}`);
}

const requests: readonly (readonly [verb: string, group: string, resource: string])[] = [
  ['get', '', 'pods'],
  ['create', '', 'pods'],
  ['get', '', 'secrets'],
  ['create', 'rbac.authorization.k8s.io', 'rolebindings'],
  ['get', 'apps', 'deployments'],
  ['patch', 'apps', 'deployments'],
  ['get', 'apps', 'statefulsets'],
  ['watch', 'apps', 'deployments'],
];

/** What each subject may newly do, or no longer, in each namespace: by RBAC alone, request by request. */
function answers(before: Meaning, after: Meaning): Map<string, { newly: boolean; noLonger: boolean }> {
  const places = new Map<string, { newly: boolean; noLonger: boolean }>();
  const [old, now] = [allowedIn(before), allowedIn(after)];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [had, has] = [old.get(key) ?? [], now.get(key) ?? []];
    places.set(key, {
      newly: has.some((request) => !had.includes(request)),
      noLonger: had.some((request) => !has.includes(request)),
    });
  }
  return places;
}

function allowedIn({ graph }: Meaning): Map<string, string[]> {
  const allowed = new Map<string, string[]>();
  for (const cluster of graph.clusters) {
    const byPlace = groupedBy(cluster.accesses, placeKey);
    for (const [key, held] of byPlace) {
      const [{ scope } = { scope: { kind: 'Cluster' } as const }] = held;
      if (scope.kind === 'Cluster') continue;
      const may = requests.flatMap(([verb, group, resource]) => {
        const request: AccessRequest = { verb, group, resource, namespace: scope.namespace };
        return evaluate(cluster, held, request).allowed ? [`${verb} ${resource}`] : [];
      });
      allowed.set(key, may);
    }
  }
  return allowed;
}

/** What the plan says of each place: that more may be done there, or less. */
function sayings({ items, before, after }: Plan): Map<string, { readonly more: boolean; readonly less: boolean }> {
  const said = new Map<string, { more: boolean; less: boolean }>();
  const say = (key: string, direction: Direction): void => {
    const known = said.get(key);
    said.set(key, {
      more: (known?.more ?? false) || ['gains', 'widens', 'changes'].includes(direction),
      less: (known?.less ?? false) || ['loses', 'narrows', 'changes'].includes(direction),
    });
  };
  for (const item of items) {
    if (item.kind === 'access') {
      for (const place of item.places) say(placeKey({ ...place, subject: item.subject }), item.direction);
    } else if (item.kind === 'role') {
      const holders = new Set(item.holders.map(subjectKey));
      for (const { accesses, namespaces } of [...before.graph.clusters, ...after.graph.clusters]) {
        const own = new Set(
          namespaces.flatMap((n) => (n.kind === 'Tenant' && n.tenant.name === item.tenant ? [n.name] : [])),
        );
        for (const access of accesses) {
          const isHere = access.scope.kind === 'Namespace' && own.has(access.scope.namespace);
          const isHeld = access.role.kind === 'CustomRole' && access.role.name === item.role;
          if (isHere && isHeld && holders.has(subjectKey(access.subject))) say(placeKey(access), item.direction);
        }
      }
    }
  }
  return said;
}
