import type { Landscape, Share } from '../../config/landscape.ts';

/** A share where it is written, and what it is on. */
export interface WrittenShare {
  readonly share: Share;
  /** `` `solar-prod` `` or `` all namespaces of tenant `solar` ``. */
  readonly on: string;
  /** What an exception names: the namespace or, for a default, the tenant. */
  readonly target: string;
}

/** Every share once: a tenant's defaults, then those of its namespaces' own entries. */
export function* writtenShares({ tenants }: Landscape): Iterable<WrittenShare> {
  for (const tenant of tenants) {
    for (const share of tenant.defaultShares) {
      yield { share, on: `all namespaces of tenant \`${tenant.name}\``, target: tenant.name };
    }
    for (const { name, ownShares } of tenant.namespaces) {
      for (const share of ownShares) yield { share, on: `\`${name}\``, target: name };
    }
  }
}
