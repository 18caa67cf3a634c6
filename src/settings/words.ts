import { cluster } from './cluster.ts';
import { givenByArgoCD } from './derived.ts';
import { namespace } from './namespace.ts';
import { group, organization, policies } from './organization.ts';
import { quotaKey } from './quota.ts';
import type { Setting } from './setting.ts';
import { tenant } from './tenant.ts';

/** What a written plan calls settings: for renderers, which have it from JSON. */

/** That a namespace is on a cluster, and how. */
export const onCluster = namespace.clusters.name;

/** That a cluster is shared with a group. */
export const sharedWith = cluster.sharedWith.name;

/** What is said of a group that sees a cluster by what it has there, without an entry of its own. */
export const derivedShare = 'derived';

/** What is said of a namespace on a cluster where others declare it. */
export const declaredByOthers = 'foreign';

/** That Argo CD's account may give a custom role on a cluster. */
export const roleOfArgoCD = givenByArgoCD.name;

/** Whether a plan tells the setting of what is new. */
export function isToldOfNew(about: string): boolean {
  return toldOfNew.has(about) || about.startsWith(`${quotaKey.name} `);
}

const toldOfNew: ReadonlySet<string> = new Set(
  [cluster, namespace, group, organization, policies, tenant, { givenByArgoCD }]
    .flatMap((table) => Object.values<object>(table))
    .filter((key): key is Setting => 'toldOfNew' in key)
    .map(({ name }) => name),
);
