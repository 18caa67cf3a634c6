import { k8s } from 'cdk8s-plus-28';
import { clusterScopeRules } from '../access/cluster-scope-rules.ts';
import type { Access } from '../access/graph.ts';
import { platformRoles } from '../access/graph.ts';
import type { RenderedOrganization } from './cluster-input.ts';
import type { ObjectTemplate } from './template.ts';
import { template } from './template.ts';
import { kinds } from './kinds.ts';
import type { ExplainedTemplate } from './manifest-file.ts';
import { bindingName } from './binding-name.ts';
import { keys, managedBy } from './labels.ts';
import { rbacSubject } from './namespace.ts';

/** The ClusterRole `cluster-scope` (S33). */
export function clusterScopeRole({ labelDomain }: RenderedOrganization): ObjectTemplate {
  const metadata = { name: platformRoles.clusterScope.name, labels: { [keys(labelDomain).managedBy]: managedBy } };
  return template(k8s.KubeClusterRole, () => ({ metadata, rules: clusterScopeRules }));
}

/** The bindings of cluster-wide accesses. */
export function clusterBindings(
  { labelDomain }: RenderedOrganization,
  accesses: readonly Access[],
): ExplainedTemplate[] {
  return accesses.map((access) => {
    const { subject, role, because } = access;
    const metadata = { name: bindingName(subject, role.name), labels: { [keys(labelDomain).managedBy]: managedBy } };
    const object = template(k8s.KubeClusterRoleBinding, () => ({
      metadata,
      roleRef: { apiGroup: kinds.ClusterRole.group, kind: 'ClusterRole', name: role.name },
      subjects: [rbacSubject(subject)],
    }));
    return { template: object, because };
  });
}
