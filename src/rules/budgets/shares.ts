import type { Cluster, Tenant, Share } from '../../config/model/desired-state.ts';

/** A share with an end, where it is written, and what it is on. */
export interface EndingShare {
  readonly share: Share;
  readonly until: string;
  /** `` `solar-prod` `` or `` all namespaces of tenant `solar` ``. */
  readonly on: string;
  /** What an exception names: the namespace or, for a default, the tenant. */
  readonly target: string;
}

/** Every share of what others declare on clusters that says `until`. */
export function* endingForeignShares(clusters: readonly Cluster[]): Iterable<EndingShare> {
  for (const { name, shares } of clusters.flatMap(({ foreignNamespaces }) => foreignNamespaces)) {
    for (const share of shares) {
      const { until } = share;
      if (until !== undefined) yield { share, until, on: `\`${name}\``, target: name };
    }
  }
}

/** Every share of a tenant that says `until`, once: its defaults, then those of its namespaces' own entries. */
export function* endingShares(tenant: Tenant): Iterable<EndingShare> {
  for (const share of tenant.defaultShares) {
    const { until } = share;
    if (until !== undefined) {
      yield { share, until, on: `all namespaces of tenant \`${tenant.name}\``, target: tenant.name };
    }
  }
  for (const { name, ownShares } of tenant.namespaces) {
    for (const share of ownShares) {
      const { until } = share;
      if (until !== undefined) yield { share, until, on: `\`${name}\``, target: name };
    }
  }
}
