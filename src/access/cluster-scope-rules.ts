/** Kinds that a cluster does not have do no harm in a role. */
const resources = [
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses', 'volumeattributesclasses'] },
  { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'] },
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'] },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['gatewayclasses'] },
  { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshotclasses'] },
  { apiGroups: ['resource.k8s.io'], resources: ['deviceclasses'] },
];

/**
 * What every token may read (S33): the cluster-wide classes that people must know by name to use the cluster, and
 * nothing that says anything about other tenants.
 */
export const clusterScopeRules = resources.map((rule) => ({ ...rule, verbs: ['get', 'list', 'watch'] }));
