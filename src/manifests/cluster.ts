import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { Access } from '../access/graph.ts';
import { platformRoles } from '../access/graph.ts';
import type { Organization } from '../config/landscape.ts';
import { bindingName, keys, managedBy } from './names.ts';
import { rbacSubject } from './namespace.ts';

/**
 * What every token may read (S33): the cluster-wide classes that people must know by name to use the cluster, and
 * nothing that says anything about other tenants. Kinds that a cluster does not have do no harm in a role.
 */
const clusterScopeResources = [
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses', 'volumeattributesclasses'] },
  { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'] },
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'] },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['gatewayclasses'] },
  { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshotclasses'] },
  { apiGroups: ['resource.k8s.io'], resources: ['deviceclasses'] },
];

/** The ClusterRole `cluster-scope` (S33). */
export function addClusterScopeRole(scope: Construct, organization: Organization): void {
  new k8s.KubeClusterRole(scope, 'cluster-scope', {
    metadata: {
      name: platformRoles.clusterScope.name,
      labels: { [keys(organization.labelDomain).managedBy]: managedBy },
    },
    rules: clusterScopeResources.map((rule) => ({ ...rule, verbs: ['get', 'list', 'watch'] })),
  });
}

/** The bindings of cluster-wide accesses. */
export function addClusterBindings(scope: Construct, organization: Organization, accesses: readonly Access[]): void {
  for (const { subject, role } of accesses) {
    const name = bindingName(subject.kind, subject.name, role.name);
    new k8s.KubeClusterRoleBinding(scope, `binding-${name}`, {
      metadata: { name, labels: { [keys(organization.labelDomain).managedBy]: managedBy } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name: role.name },
      subjects: [rbacSubject(subject)],
    });
  }
}
