const readVerbs = ['get', 'list', 'watch'];

/**
 * What every token may read (S33): the cluster-wide classes that people must know by name to use the cluster, and
 * nothing that says anything about other tenants. Kinds that a cluster does not have do no harm in a role.
 */
export const clusterScopeRules = [
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses', 'volumeattributesclasses'], verbs: readVerbs },
  { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'], verbs: readVerbs },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: readVerbs },
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: readVerbs },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['gatewayclasses'], verbs: readVerbs },
  { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshotclasses'], verbs: readVerbs },
  { apiGroups: ['resource.k8s.io'], resources: ['deviceclasses'], verbs: readVerbs },
];
