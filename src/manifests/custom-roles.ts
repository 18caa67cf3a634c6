import { k8s } from 'cdk8s-plus-28';
import type { CustomRoleInUse } from '../access/custom-roles.ts';
import { groupedBy } from '../values/order.ts';
import type { RenderedCluster, RenderedOrganization } from './cluster-input.ts';
import { keys, managedBy } from './labels.ts';
import { operatorFile } from './layout.ts';
import type { ExplainedTemplate, FileTemplate } from './manifest-file.ts';
import { template } from './template.ts';

/**
 * The ClusterRoles of the custom roles that somebody has on a cluster: a file for each tenant, and one for those of the
 * organization. The cluster's operator applies
 * them: whoever may write roles may give himself anything, and a role that Argo CD were to write it would have to hold.
 */
export function customRoleFiles(
  organization: RenderedOrganization,
  { name }: Pick<RenderedCluster, 'name'>,
  roles: readonly CustomRoleInUse[],
): FileTemplate[] {
  return Array.from(groupedBy(roles, ({ tenant }) => tenant?.name)).flatMap(([tenant, ofOne]): FileTemplate[] => {
    const [first] = ofOne;
    if (!first) return [];
    const { origin } = first.tenant ?? organization;
    const objects = ofOne.map((one) => clusterRole(organization, one));
    const file = tenant === undefined ? 'organization-roles' : `custom-roles-${tenant}`;
    return [{ path: operatorFile(name, file), from: origin.file, origin, objects }];
  });
}

function clusterRole(
  { labelDomain }: RenderedOrganization,
  { tenant, role, clusterRole: name }: CustomRoleInUse,
): ExplainedTemplate {
  const key = keys(labelDomain);
  const labels = {
    [key.managedBy]: managedBy,
    ...(tenant && { [key.tenant]: tenant.name }),
    [key.customRole]: role.value.name,
  };
  const { rules } = role.value;
  return {
    template: template(k8s.KubeClusterRole, () => ({ metadata: { name, labels }, rules })),
    because: [{ origin: role.origin, via: [] }],
  };
}
