import type { ClusterNamespace } from './graph.ts';

/**
 * Who has a namespace on a cluster: `tenant solar`, `group solar-sre`, `retained`. Of one name, those of one holder on
 * several clusters are the same to people; those of different holders never are (S38). What others declare is `others`'. `nameOf` gives groups other names.
 */
export function holderOf(entry: ClusterNamespace, nameOf: (group: string) => string = (group) => group): string {
  switch (entry.kind) {
    case 'Tenant':
      return `tenant ${entry.tenant.name}`;
    case 'Group':
      return `group ${nameOf(entry.share.group)}`;
    case 'Retained':
      return 'retained';
    case 'Foreign':
      return 'others';
  }
}
