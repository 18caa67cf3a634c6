import type { Cluster, Namespace, Removals, Tenant } from '../../config/model/desired-state.ts';
import { stateOn } from '../../config/model/desired-state.ts';
import { addDays } from '../../values/day.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ChangeContext, RuleContext } from '../rule.ts';

/**
 * Whether there is something to compare with: a repository that begins to use tenantry has none of its files before. A
 * file that cannot be read is one all the same.
 */
export function hasBase({ before: { files, desired } }: ChangeContext): boolean {
  return (
    files.organization.length > 0 ||
    files.strays.some(({ path }) => /^organization\./i.test(path)) ||
    desired.clusters.length + desired.tenants.length > 0
  );
}

/** The clusters and tenants that have a file which does not tell all: nothing follows from what is missing there. */
export interface Unread {
  readonly clusters: ReadonlySet<string>;
  readonly tenants: ReadonlySet<string>;
}

export function unread({ files, desired }: RuleContext): Unread {
  const { clusters, tenants, unreadable } = desired;
  const strays = (folder: string): string[] =>
    files.strays.flatMap(({ path }) => {
      const [, parent = '', stem = ''] = /^([^/]+)\/(.+)\.(?:ya?ml|json|ts)$/i.exec(path) ?? [];
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
  const names = new Set(after.desired.clusters.map(({ name }) => name));
  return before.desired.clusters.filter(({ name }) => !names.has(name) && !there.has(name));
}

/** The names of a namespace's clusters, each once. */
export function clustersOf({ clusters }: Namespace): string[] {
  return Array.from(new Set(clusters.map(({ value }) => value)));
}

export function isMarkedOn(namespace: Namespace, cluster: string): boolean {
  return stateOn(namespace, cluster).value === 'MarkedForDeletion';
}

/** What one change may take away. The stricter of both sides counts: a limit is not raised by what it is to hold back. */
export function removalLimits({ before, after }: ChangeContext): Readonly<Record<keyof Removals, number>> {
  const [base, head] = [before.desired.organization, after.desired.organization];
  const stricter = (key: keyof Removals): number => {
    const limit = base.removals[key].value;
    return head.complete ? Math.min(limit, head.removals[key].value) : limit;
  };
  return {
    namespaces: stricter('namespaces'),
    accessPercent: stricter('accessPercent'),
    accessMinimum: stricter('accessMinimum'),
  };
}

/** Gives of ids of items those that the plan has: `tenant/solar`, `members/solar-sre`. */
export function itemsIn({ items }: Plan): (...ids: readonly string[]) => string[] {
  const known = new Set(items.map(({ id }) => id));
  return (...ids) => Array.from(new Set(ids)).filter((id) => known.has(id));
}

/** Gives the ids of the items that the plan has about a namespace on any of some clusters. */
export function namespaceItemsIn({ items }: Plan): (name: string, clusters: readonly string[]) => string[] {
  const ids = new Map(
    items.flatMap((item) =>
      item.kind === 'entity' ? item.clusters.map((on) => [`${on.name}/${item.entity.name}`, item.id] as const) : [],
    ),
  );
  return (name, clusters) => [...new Set(clusters.flatMap((cluster) => ids.get(`${cluster}/${name}`) ?? []))];
}

/** The ids of the items by which somebody loses access, by where it is; worked out once for all findings of a rule. */
export interface Losses {
  readonly byCluster: ReadonlyMap<string, readonly string[]>;
  /** By `cluster/namespace`. */
  readonly byNamespace: ReadonlyMap<string, readonly string[]>;
  readonly byTenant: ReadonlyMap<string, readonly string[]>;
}

export function lossesOf({ plan }: ChangeContext): Losses {
  const losses = plan.items.flatMap((item) =>
    item.kind === 'access' &&
    (item.direction === 'loses' || item.direction === 'narrows' || item.direction === 'changes')
      ? [item]
      : [],
  );
  const by = (namesOf: (item: (typeof losses)[number]) => readonly string[]): Map<string, string[]> => {
    const ids = new Map<string, string[]>();
    for (const item of losses) {
      for (const name of new Set(namesOf(item))) {
        const known = ids.get(name);
        if (known) known.push(item.id);
        else ids.set(name, [item.id]);
      }
    }
    return ids;
  };
  return {
    byCluster: by(({ places }) => places.map(({ cluster }) => cluster)),
    byNamespace: by(({ places }) =>
      places.flatMap(({ cluster, scope }) => (scope.kind === 'Namespace' ? [`${cluster}/${scope.namespace}`] : [])),
    ),
    byTenant: by(({ tenant }) => (tenant === undefined ? [] : [tenant])),
  };
}

/** What ends within so many days is about to end: access until then is as good as taken away. */
const soonDays = 7;

/** The last day of what is about to end. */
export function soonAfter(asOf: string): string {
  return addDays(asOf, soonDays);
}

/** What had no end, or one as far away as this, and ends within so many days, is taken away by whoever cuts it. */
const cutDays = 90;

/**
 * Whether a change lets access end soon: within a week, or within a quarter where it would have lasted a quarter longer.
 * The last days are `now` and `was`; undefined where there is no end.
 */
export function endsSoon(asOf: string, now: string | undefined, was: string | undefined): boolean {
  if (now === undefined || (was !== undefined && now >= was)) return false;
  return (
    now <= soonAfter(asOf) || (now <= addDays(asOf, cutDays) && (was === undefined || was > addDays(now, cutDays)))
  );
}

/** The name that an exception gives as its target: with the kind where a tenant and a cluster have the same name. */
export function targetOf({ before, after }: ChangeContext): (kind: 'cluster' | 'tenant', name: string) => string {
  const sides = [before, after].map(({ desired }) => desired);
  const clusters = new Set(sides.flatMap((side) => [...side.clusters.map((c) => c.name), ...side.unreadable.clusters]));
  const tenants = new Set(sides.flatMap((side) => [...side.tenants.map((t) => t.name), ...side.unreadable.tenants]));
  return (kind, name) => (clusters.has(name) && tenants.has(name) ? `${kind}/${name}` : name);
}

/** How a rule that can be waived is waived, in words that go on from other advice. */
export function waiverHelp(code: string, target: string): string {
  return `have an exception from ${code} for \`${target}\` merged before, or set the label \`tenantry-allow/${code}\` on the pull request`;
}
