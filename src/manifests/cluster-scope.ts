import { k8s } from 'cdk8s-plus-28';
import { clusterScopeRules } from '../access/cluster-scope-rules.ts';
import type { Access } from '../access/graph.ts';
import type { NamingCluster } from '../access/names-on.ts';
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

/** The group of the platform's tokens that has each role on the whole of a cluster (S33, S34). */
const groupOf = { clusterScope: 'cluster-scope', clusterAdmins: 'cluster-admins' } as const;

/**
 * The binding of one of the platform's own roles, which hold on the whole cluster; none where nobody has it. It is one
 * object of one name, whoever its subjects are: so whoever is left out of them has lost the role, by applying it again.
 */
export function clusterBinding(
  { labelDomain }: RenderedOrganization,
  cluster: NamingCluster,
  accesses: readonly Access[],
  which: keyof typeof platformRoles,
): ExplainedTemplate[] {
  const role = platformRoles[which];
  const held = accesses.filter(({ scope, role: { name } }) => scope.kind === 'Cluster' && name === role.name);
  if (held.length === 0) return [];
  const metadata = {
    name: bindingName({ kind: 'Group', name: groupOf[which] }, role.name),
    labels: { [keys(labelDomain).managedBy]: managedBy },
  };
  const object = template(k8s.KubeClusterRoleBinding, () => ({
    metadata,
    roleRef: { apiGroup: kinds.ClusterRole.group, kind: 'ClusterRole', name: role.name },
    subjects: held.map(({ subject }) => rbacSubject(cluster, subject)),
  }));
  return [{ template: object, because: held.flatMap(({ because }) => because) }];
}
