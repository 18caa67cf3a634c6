import { k8s } from 'cdk8s-plus-28';
import { platformPrefix } from '../access/custom-roles.ts';
import { groupedBy } from '../values/order.ts';
import type { RenderedOrganization } from './cluster-input.ts';
import { renderedKinds } from './kinds.ts';
import { keys, managedBy } from './labels.ts';
import { argoCDFolder } from './layout.ts';
import type { ObjectTemplate } from './template.ts';
import { template } from './template.ts';

/** The ClusterRole of those who may see on a cluster what `status` and `drift` show. */
export const viewerRole = `${platformPrefix}viewer`;

/** Nodes show whether a cluster is there at all (S21); all others are compared with what is rendered. */
const viewed = [
  { group: '', resource: 'nodes' },
  ...renderedKinds.filter(({ folders, formerly = [] }) => [...folders, ...formerly].some((f) => f !== argoCDFolder)),
];

/**
 * Exactly the lists that `status` and `drift` read, and nothing else: no Secrets, nothing of what runs in namespaces, and no
 * watching, which goes on after a right is taken away. `view` would not do: it has neither nodes nor RBAC. The cluster's
 * operator binds it: who may see all access on a cluster is not for tenants to say.
 */
export function viewerClusterRole({ labelDomain }: RenderedOrganization): ObjectTemplate {
  const metadata = { name: viewerRole, labels: { [keys(labelDomain).managedBy]: managedBy } };
  return template(k8s.KubeClusterRole, () => ({
    metadata,
    rules: Array.from(
      groupedBy(viewed, ({ group }) => group),
      ([group, of]) => ({ apiGroups: [group], resources: of.map(({ resource }) => resource), verbs: ['list'] }),
    ),
  }));
}
