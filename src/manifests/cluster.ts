import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { clusterScopeRules } from '../access/cluster-scope.ts';
import type { Access } from '../access/graph.ts';
import { platformRoles } from '../access/graph.ts';
import type { Organization } from '../config/landscape.ts';
import { bindingName, keys, managedBy } from './names.ts';
import { rbacSubject } from './namespace.ts';

/** The ClusterRole `cluster-scope` (S33). */
export function addClusterScopeRole(scope: Construct, organization: Organization): void {
  new k8s.KubeClusterRole(scope, 'cluster-scope', {
    metadata: {
      name: platformRoles.clusterScope.name,
      labels: { [keys(organization.labelDomain).managedBy]: managedBy },
    },
    rules: clusterScopeRules,
  });
}

/** The bindings of cluster-wide accesses. */
export function addClusterBindings(scope: Construct, organization: Organization, accesses: readonly Access[]): void {
  for (const access of accesses) {
    const { subject, role } = access;
    const name = bindingName(access);
    new k8s.KubeClusterRoleBinding(scope, `binding-${name}`, {
      metadata: { name, labels: { [keys(organization.labelDomain).managedBy]: managedBy } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name: role.name },
      subjects: [rbacSubject(subject)],
    });
  }
}
