import type { Cluster, Namespace, Removals, Tenant } from '../../config/landscape.ts';
import { stateOn } from '../../config/landscape.ts';
import type { Item, Place, Plan } from '../../plan/plan.ts';
import type { ChangeContext, RuleContext } from '../rule.ts';

/** Whether there is something to compare with: a repository that begins to use tenantry has no organization before. */
export function hasBase({ before }: ChangeContext): boolean {
  return before.files.organization.length > 0;
}

/** The clusters and tenants that have a file which does not tell all: nothing follows from what is missing there. */
export interface Unread {
  readonly clusters: ReadonlySet<string>;
  readonly tenants: ReadonlySet<string>;
}

export function unread({ files, landscape }: RuleContext): Unread {
  const { clusters, tenants, unreadable } = landscape;
  const strays = (folder: string): string[] =>
    files.strays.flatMap(({ path }) => {
      const [, parent = '', stem = ''] = /^([^/]+)\/(.+)\.[a-z]+$/i.exec(path) ?? [];
      return parent.toLowerCase() === folder ? [stem] : [];
    });
  const incomplete = (all: readonly (Cluster | Tenant)[]): string[] =>
    all.flatMap(({ name, complete }) => (complete ? [] : [name]));
  return {
    clusters: new Set([...unreadable.clusters, ...strays('clusters'), ...incomplete(clusters)]),
    tenants: new Set([...unreadable.tenants, ...strays('tenants'), ...incomplete(tenants)]),
  };
}

/** The clusters of the base that have no file any more. */
export function goneClusters({ before, after }: ChangeContext): Cluster[] {
  const there = unread(after).clusters;
  const names = new Set(after.landscape.clusters.map(({ name }) => name));
  return before.landscape.clusters.filter(({ name }) => !names.has(name) && !there.has(name));
}

/** The names of a namespace's clusters, each once. */
export function clustersOf({ clusters }: Namespace): string[] {
  return Array.from(new Set(clusters.map(({ value }) => value)));
}

export function isMarkedOn(namespace: Namespace, cluster: string): boolean {
  return stateOn(namespace, cluster).value === 'MarkedForDeletion';
}

/** What one change may take away. The stricter of both sides counts: a limit is not raised by what it is to hold back. */
export function removalLimits({ before, after }: ChangeContext): Removals {
  const [base, head] = [before.landscape.organization, after.landscape.organization];
  if (!head.complete) return base.removals;
  return {
    namespaces: Math.min(base.removals.namespaces, head.removals.namespaces),
    accessPercent: Math.min(base.removals.accessPercent, head.removals.accessPercent),
    accessMinimum: Math.min(base.removals.accessMinimum, head.removals.accessMinimum),
  };
}

/** Gives of ids of items those that the plan has: `namespace/solar-prod`, `members/solar-sre`. */
export function itemsIn({ items }: Plan): (...ids: readonly string[]) => string[] {
  const known = new Set(items.map(({ id }) => id));
  return (...ids) => Array.from(new Set(ids)).filter((id) => known.has(id));
}

/** The ids of the items by which somebody loses access in places that `isThere` picks. */
export function lossesIn({ plan }: ChangeContext, isThere: (place: Place, item: Item) => boolean): string[] {
  return plan.items.flatMap((item) =>
    item.kind === 'access' &&
    (item.direction === 'loses' || item.direction === 'narrows' || item.direction === 'changes') &&
    item.places.some((place) => isThere(place, item))
      ? [item.id]
      : [],
  );
}

/** How a rule that can be waived is waived, in words that go on from other advice. */
export function wayRound(code: string, target: string): string {
  return `have an exception from ${code} for \`${target}\` merged before, or set the label \`tenantry-allow/${code}\` on the pull request`;
}
