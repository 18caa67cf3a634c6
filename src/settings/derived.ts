import { noOrder, permits } from './order.ts';
import type { Setting } from './setting.ts';

/** What plans tell that is no key of its own. */

/** That an entity is there at all. */
export const existence: Setting = { name: '', order: noOrder, risk: 'none' };

/** The tenant of a namespace, by the file that it is written in. */
export const tenantOfNamespace: Setting = { name: 'tenant', order: noOrder, risk: 'ownRule' };

/** That the organization says who is in a group: an empty group is another thing than one of which nobody says. */
export const membersDeclared: Setting = { name: 'members', order: noOrder, risk: 'ownRule' };

/** A custom role that Argo CD's account may give on a cluster: as `tenant/role`, with the name of its ClusterRole. */
export const givenByArgoCD: Setting = {
  name: "Argo CD's account may give",
  order: permits,
  risk: 'ownRule',
  toldOfNew: true,
};
