import type { DesiredState, Tenant } from '../../config/model/desired-state.ts';
import { oncePer } from '../../values/once.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';

/** A namespace that the config asks for, on one cluster or more. */
export interface Claim {
  readonly name: string;
  readonly kind: 'Foreign' | 'Group' | 'Retained' | 'Tenant';
  /** The group's or the tenant's name; empty for a retained namespace, and for one that others declare. */
  readonly owner: string;
  /** What the namespace is, for a sentence. */
  readonly described: string;
  /** Whether the name follows from the owner's: by the prefix, or because the group says no `namespace`. */
  readonly derived: boolean;
  /** The clusters that it stands on, each with the place that says so. */
  readonly places: ReadonlyMap<string, Origin>;
  /** The place for all clusters, or the first one. */
  readonly origin: Origin;
}

/**
 * All namespaces that the config asks for: one claim for a group's, whatever the number of clusters, one for a retained
 * name, one for each entry of a tenant, and one for each entry of what others declare; in this order.
 */
export function claimsOf({ tenants, ...platform }: DesiredState): Claim[] {
  return [...platformClaims(platform), ...tenants.flatMap(tenantClaims), ...foreignClaims(platform)];
}

/** The namespaces that the organization's clusters ask for, for groups and because they are retained. */
export function platformClaims(platform: Pick<DesiredState, 'organization' | 'clusters'>): Claim[] {
  return [...groupClaims(platform), ...retainedClaims(platform)];
}

/** The namespaces that cluster shares give to groups. Groups that are not declared are another rule's. */
export function groupClaims({ organization, clusters }: Pick<DesiredState, 'organization' | 'clusters'>): Claim[] {
  const groups = new Map(organization.groups.map((group) => [group.name, group]));
  const claims = new Map<string, Claim & { readonly places: Map<string, Origin> }>();
  for (const cluster of clusters) {
    for (const share of cluster.sharedWith) {
      const group = groups.get(share.group);
      // Of an organization that was read in part, a group without `namespace` may well have one.
      if (share.namespace === undefined || !group || (!group.namespace && !organization.complete)) continue;
      const origin = originAt(share.origin, 'group');
      const known = claims.get(group.name);
      if (known) known.places.set(cluster.name, known.places.get(cluster.name) ?? origin);
      else
        claims.set(group.name, {
          name: share.namespace,
          kind: 'Group',
          owner: group.name,
          described: `the namespace of group \`${group.name}\``,
          derived: !group.namespace,
          places: new Map([[cluster.name, origin]]),
          origin,
        });
    }
  }
  return Array.from(claims.values());
}

function retainedClaims({ clusters }: Pick<DesiredState, 'clusters'>): Claim[] {
  const claims = new Map<string, Claim & { readonly places: Map<string, Origin> }>();
  for (const cluster of clusters) {
    for (const { value: name, origin } of cluster.retainedNamespaces) {
      const known = claims.get(name);
      if (known) known.places.set(cluster.name, known.places.get(cluster.name) ?? origin);
      else
        claims.set(name, {
          name,
          kind: 'Retained',
          owner: '',
          described: 'a retained namespace',
          derived: false,
          places: new Map([[cluster.name, origin]]),
          origin,
        });
    }
  }
  return Array.from(claims.values());
}

/** What others declare on a cluster; of one name on several, an entry in the file of each. */
function foreignClaims({ clusters }: Pick<DesiredState, 'clusters'>): Claim[] {
  return clusters.flatMap((cluster) =>
    cluster.foreignNamespaces.map(({ name, origin: entry }) => {
      const origin = originAt(entry, 'name');
      return {
        name,
        kind: 'Foreign' as const,
        owner: '',
        described: 'a foreign namespace',
        derived: false,
        places: new Map([[cluster.name, origin]]),
        origin,
      };
    }),
  );
}

/** The namespaces of a tenant. */
export const tenantClaims = oncePer((tenant: Tenant): readonly Claim[] =>
  tenant.namespaces.map(({ name, prefixed, clusters, nameOrigin }) => ({
    name,
    kind: 'Tenant' as const,
    owner: tenant.name,
    described: `a namespace of tenant \`${tenant.name}\``,
    derived: prefixed,
    places: new Map(clusters.map((cluster) => [cluster.value, nameOrigin])),
    origin: nameOrigin,
  })),
);
