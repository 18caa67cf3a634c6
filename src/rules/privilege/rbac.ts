/** What the API server calls things, and what it means to hold rights on them: tables for the rules on custom roles. */

/** Resources of the whole cluster, by API group. `namespaces` is not among them: see `guardedWrites`. */
const clusterWide: Readonly<Record<string, readonly string[]>> = {
  '': ['nodes', 'persistentvolumes', 'componentstatuses'],
  'admissionregistration.k8s.io': [
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'validatingwebhookconfigurations',
  ],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'apiregistration.k8s.io': ['apiservices'],
  'authentication.k8s.io': ['selfsubjectreviews', 'tokenreviews', 'uids', 'userextras'],
  'authorization.k8s.io': ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews'],
  'certificates.k8s.io': ['certificatesigningrequests', 'clustertrustbundles', 'signers'],
  'flowcontrol.apiserver.k8s.io': ['flowschemas', 'prioritylevelconfigurations'],
  'networking.k8s.io': ['ingressclasses', 'ipaddresses', 'servicecidrs'],
  'node.k8s.io': ['runtimeclasses'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles'],
  'resource.k8s.io': ['deviceclasses', 'resourceslices'],
  'scheduling.k8s.io': ['priorityclasses'],
  'storage.k8s.io': ['csidrivers', 'csinodes', 'storageclasses', 'volumeattachments', 'volumeattributesclasses'],
};

/** Resources of a namespace, by API group. */
const namespaced: Readonly<Record<string, readonly string[]>> = {
  '': [
    'bindings',
    'configmaps',
    'endpoints',
    'events',
    'limitranges',
    'namespaces',
    'persistentvolumeclaims',
    'pods',
    'podtemplates',
    'replicationcontrollers',
    'resourcequotas',
    'secrets',
    'serviceaccounts',
    'services',
  ],
  apps: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  'authorization.k8s.io': ['localsubjectaccessreviews'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'certificates.k8s.io': ['podcertificaterequests'],
  'coordination.k8s.io': ['leasecandidates', 'leases'],
  'discovery.k8s.io': ['endpointslices'],
  'events.k8s.io': ['events'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  policy: ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['rolebindings', 'roles'],
  'resource.k8s.io': ['resourceclaims', 'resourceclaimtemplates'],
  'storage.k8s.io': ['csistoragecapacities'],
};

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

/** Verbs that reach beyond what a role says, with what they do. */
export const escalatingVerbs: ReadonlyMap<string, string> = new Map([
  ['bind', 'gives others roles that its holder does not have'],
  ['escalate', 'writes roles that hold more than its holder has'],
  ['impersonate', 'acts as someone else'],
]);

const groupsOf = resourceIndex(clusterWide, namespaced);
const clusterWideGroupsOf = resourceIndex(clusterWide);

/** The API groups that Kubernetes itself has, and all of whose resources are known here. */
export const ownGroups: ReadonlySet<string> = new Set([...Object.keys(clusterWide), ...Object.keys(namespaced)]);

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

function resourceIndex(...tables: Readonly<Record<string, readonly string[]>>[]): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const table of tables) {
    for (const [group, resources] of Object.entries(table)) {
      for (const resource of resources) index.set(resource, [...(index.get(resource) ?? []), group]);
    }
  }
  return index;
}
