import type { Namespace, Tenant } from '../../config/model/desired-state.ts';
import type { ClusterNamespace } from '../../plan/plan.ts';
import { oncePer } from '../../values/once.ts';
import { groupedBy } from '../../values/order.ts';
import { withoutShared } from '../../values/shared.ts';
import type { Origin } from '../../source/source.ts';
import type { ChangeContext } from '../rule.ts';
import { clustersOf, isMarkedOn, unread } from './sides.ts';

interface TenantNamespace {
  readonly tenant: Tenant;
  readonly namespace: Namespace;
}

/** Another tenant that has a namespace now, a group whose namespace it would be, or others, who would declare it. */
export interface NewHolder {
  readonly kind: 'tenant' | 'group' | 'others';
  /** Empty for others. */
  readonly name: string;
  readonly origin: Origin;
}

/** What becomes of a tenant's namespace of the base. Namespaces are told by their names in Kubernetes. */
export interface NamespaceChange {
  /** As it is in the base. */
  readonly tenant: Tenant;
  readonly namespace: Namespace;
  /** The tenant as it is in the head; undefined when its file is gone. */
  readonly tenantNow?: Tenant;
  /** Its entry in the head, in the same tenant. */
  readonly now?: Namespace;
  /** Who has it now instead. */
  readonly movedTo?: NewHolder;
  /** The clusters that it leaves. */
  readonly left: readonly string[];
  /** Those of them on which the base had not marked it for deletion. */
  readonly leftUnmarked: readonly string[];
  /** The clusters that it stays on, and on which this change marks it. */
  readonly newlyMarked: readonly string[];
}

/**
 * What becomes of the tenants' namespaces of the base. Tenants whose file in the head does not tell all are left out, and
 * those that both sides share: they keep all that they have. In the base a mark that cannot be read is
 * none: who deletes must be able to show it.
 */
export const namespaceChanges = oncePer((context: ChangeContext): readonly NamespaceChange[] => {
  const { before, after } = context;
  const groups = otherNamespaces(context);
  const unknown = unread(after).tenants;
  const tenants = new Map(after.desired.tenants.map((tenant) => [tenant.name, tenant]));
  const [old, now] = [before, after].map(({ desired }) =>
    groupedBy(
      desired.tenants.flatMap((tenant) => tenant.namespaces.map((namespace) => ({ tenant, namespace }))),
      ({ namespace }) => namespace.name,
    ),
  );
  return withoutShared(before.desired.tenants, after.desired.tenants).flatMap((tenant) =>
    unknown.has(tenant.name)
      ? []
      : tenant.namespaces.map((namespace) => {
          const sides = { before: old?.get(namespace.name) ?? [], after: now?.get(namespace.name) ?? [], groups };
          return namespaceChange({ tenant, namespace }, tenants.get(tenant.name), sides);
        }),
  );
});

interface Declared {
  readonly before: readonly TenantNamespace[];
  readonly after: readonly TenantNamespace[];
  /** The namespaces of groups, and of others, in the head, by `cluster/name`. */
  readonly groups: ReadonlyMap<string, NewHolder>;
}

function namespaceChange(
  { tenant, namespace }: TenantNamespace,
  tenantNow: Tenant | undefined,
  declared: Declared,
): NamespaceChange {
  const own = declared.after.filter((other) => other.tenant.name === tenant.name).map((other) => other.namespace);
  const [now] = own;
  const kept = new Set(own.flatMap(clustersOf));
  const clusters = clustersOf(namespace);
  const left = clusters.filter((cluster) => !kept.has(cluster));
  const leftUnmarked = left.filter((cluster) => !isMarkedOn(namespace, cluster));

  const others = declared.after.filter((other) => other.tenant.name !== tenant.name);
  // On the same cluster it is the same namespace, marked or not. Elsewhere it is one of the same name, which says that
  // somebody means to move it when nobody had it there.
  const taker =
    others.find((other) => clustersOf(other.namespace).some((cluster) => left.includes(cluster))) ??
    (!now && leftUnmarked.length > 0
      ? others.find((other) => !declared.before.some((was) => was.tenant.name === other.tenant.name))
      : undefined);
  const movedTo: NewHolder | undefined = taker
    ? { kind: 'tenant', name: taker.tenant.name, origin: taker.namespace.nameOrigin }
    : left.flatMap((cluster) => declared.groups.get(`${cluster}/${namespace.name}`) ?? [])[0];
  return {
    tenant,
    namespace,
    ...(tenantNow && { tenantNow }),
    ...(now && { now }),
    ...(movedTo && { movedTo }),
    left,
    leftUnmarked,
    newlyMarked: clusters.filter(
      (cluster) =>
        kept.has(cluster) && !isMarkedOn(namespace, cluster) && own.some((entry) => isMarkedOn(entry, cluster)),
    ),
  };
}

/** Of groups none where these could not be read: the namespace that a share gives may be another one then. */
function otherNamespaces({ after, plan }: ChangeContext): Map<string, NewHolder> {
  const { complete } = after.desired.organization;
  const holderOf = (entry: ClusterNamespace): NewHolder[] => {
    if (entry.kind === 'Foreign') return [{ kind: 'others', name: '', origin: entry.foreign.origin }];
    const isKnown = entry.kind === 'Group' && complete;
    return isKnown ? [{ kind: 'group', name: entry.share.group, origin: entry.share.origin }] : [];
  };
  return new Map(
    plan.after.graph.clusters.flatMap(({ cluster, namespaces }) =>
      namespaces.flatMap((entry) =>
        holderOf(entry).map((holder) => [`${cluster.name}/${entry.name}`, holder] as const),
      ),
    ),
  );
}
