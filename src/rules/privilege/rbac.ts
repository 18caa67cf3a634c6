import type { ResourceRule } from '../../kubernetes/rbac.ts';
import type { SensitiveRight } from '../../kubernetes/sensitive-rights.ts';
import { escalation } from '../../kubernetes/sensitive-rights.ts';
import { resourcesOfRules } from '../../kubernetes/resources.ts';
import { groupedBy } from '../../values/order.ts';

/** What it means to hold rights on something: for the rules on custom roles. */

/**
 * What a custom role may read but not write, or not create, by API group, with the reason. A key with a subresource is
 * about that alone; one without is about the resource and all its subresources.
 *
 * Everything else of a namespace is for the tenant to give, as far as `edit` reaches and further: `pods/exec`,
 * `pods/attach`, `pods/portforward` and `pods/ephemeralcontainers`, because debugging is what custom roles are for, and
 * who may create pods has no less; Secrets, because they are the tenant's own, and whoever creates pods reads them
 * anyway; NetworkPolicies, because they are self-service and the platform's own one is protected by name.
 */
const guardedWrites: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    // RBAC takes a request about one Namespace for one inside it, so that a Role can allow it: reading does no harm.
    namespaces: "a Namespace's labels decide to whom it belongs and how it is isolated",
    limitranges: 'the platform limits the tenant by them',
    resourcequotas: 'the platform limits the tenant by them',
    // Kubernetes took both from `edit` in 1.22 (CVE-2021-25740).
    endpoints: 'they can send traffic to pods of other namespaces, past their network policies',
    'services/status': "it can claim other people's addresses (CVE-2020-8554)",
    'pods/status': "it can claim other pods' addresses",
    'serviceaccounts/token': 'it makes tokens that outlive the share and belong to nobody (S27)',
  },
  'discovery.k8s.io': {
    endpointslices: 'they can send traffic to pods of other namespaces, past their network policies',
  },
  'rbac.authorization.k8s.io': {
    roles: "access is given in the tenant's file, where it is reviewed",
    rolebindings: "access is given in the tenant's file, where it is reviewed",
  },
};

/** `*` is not among them: it is reported for itself. */
const writeVerbs: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

const groupsOf = groupsByName(resourcesOfRules);

/** Those of the whole cluster. RBAC takes a request about one Namespace for one inside it: see `guardedWrites`. */
const clusterWideGroupsOf = groupsByName(
  resourcesOfRules.filter(({ namespaced, group, name }) => !namespaced && !(group === '' && name === 'namespaces')),
);

/** The API groups that Kubernetes itself has, and all of whose resources are known here. */
export const ownGroups: ReadonlySet<string> = new Set(resourcesOfRules.map(({ group }) => group));

/** The names of all resources of Kubernetes' own API groups. */
export const ownResources: ReadonlySet<string> = new Set(groupsOf.keys());

/** The API groups of Kubernetes that have a resource of this name, subresources aside. */
export function groupsOfResource(resource: string): readonly string[] {
  return groupsOf.get(baseOf(resource)) ?? [];
}

/** Whether `resource`, in one of `groups`, belongs to the whole cluster. */
export function isClusterWide(groups: readonly string[], resource: string): boolean {
  return (clusterWideGroupsOf.get(baseOf(resource)) ?? []).some((group) => matches(groups, group));
}

/** Why a role must not have these verbs on `resource`, in one of `groups`; undefined when it may. */
export function guardReason(groups: readonly string[], resource: string, verbs: readonly string[]): string | undefined {
  if (!verbs.some((verb) => writeVerbs.has(verb))) return undefined;
  for (const [group, reasons] of Object.entries(guardedWrites)) {
    const reason = reasons[resource] ?? reasons[baseOf(resource)];
    if (reason !== undefined && matches(groups, group)) return reason;
  }
  return undefined;
}

function baseOf(resource: string): string {
  return resource.split('/', 1)[0] ?? resource;
}

function matches(groups: readonly string[], group: string): boolean {
  return groups.includes(group) || groups.includes('*');
}

function groupsByName(resources: typeof resourcesOfRules): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Array.from(
      groupedBy(resources, ({ name }) => name),
      ([name, same]) => [name, same.map(({ group }) => group)] as const,
    ),
  );
}

/** What is refused of a rule of a custom role, whoever would grant it, by where it stands (TEN305). */
export function isRefused(
  { apiGroups, resources, verbs }: ResourceRule,
  { key, index }: Pick<SensitiveRight, 'key' | 'index'>,
): boolean {
  const written = { apiGroups, resources, verbs }[key][index] ?? '';
  if (written.includes('*')) return true;
  if (key === 'verbs') return escalation(written) !== undefined;
  if (key === 'apiGroups') return false;
  return isClusterWide(apiGroups, written) || guardReason(apiGroups, written, verbs) !== undefined;
}
