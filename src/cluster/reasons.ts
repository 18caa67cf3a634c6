import type { ClusterAccess, ClusterNamespace, Reason } from '../access/graph.ts';
import type { Organization } from '../config/model/desired-state.ts';
import { bindingName } from '../manifests/names.ts';
import type { ManifestObject } from '../manifests/part.ts';
import type { Origin } from '../source/source.ts';

/** Gives the config lines that led to an object of the cluster: for a binding the shares, for a quota the quota. */
export function reasonFinder(
  organization: Organization,
  { namespaces, accesses }: ClusterAccess,
): (object: ManifestObject) => readonly Reason[] {
  const bindings = new Map(
    accesses.map((access) => {
      const { scope, because } = access;
      return [keyOf(scope.kind === 'Namespace' ? scope.namespace : undefined, bindingName(access)), because];
    }),
  );
  const entries = new Map(namespaces.map((entry) => [entry.name, entry]));
  return (object) => {
    const { kind, namespace, name, source } = object;
    const entry = namespace === undefined ? undefined : entries.get(namespace);
    const found = kind.endsWith('RoleBinding')
      ? (bindings.get(keyOf(namespace, name)) ?? [])
      : (entry ? originsOf(organization, entry, object) : []).map(reason);
    return found.length > 0 ? found : [reason(source.origin)];
  };
}

function originsOf(organization: Organization, entry: ClusterNamespace, { kind, name }: ManifestObject): Origin[] {
  const tenants = entry.kind === 'Tenant' ? entry : undefined;
  switch (kind) {
    case 'NetworkPolicy':
      return [(tenants?.namespace.isolation ?? organization.isolation).network.origin];
    case 'ResourceQuota':
      return [tenants?.namespace.quota?.origin ?? []].flat();
    case 'LimitRange':
      return [tenants?.namespace.containerLimits?.origin ?? [], tenants?.namespace.quota?.origin ?? []].flat();
    case 'Role':
      return (tenants?.tenant.roles ?? []).flatMap(({ value, origin }) => (value.name === name ? [origin] : []));
    default:
      return [];
  }
}

function reason(origin: Origin): Reason {
  return { origin, via: [] };
}

function keyOf(namespace: string | undefined, binding: string): string {
  return `${namespace ?? ''}/${binding}`;
}
