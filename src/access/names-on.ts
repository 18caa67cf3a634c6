import type { Cluster, Subject } from '../config/model/desired-state.ts';

/** What stands before the names of the config where a cluster's RBAC says them. */
export interface NamesOn {
  readonly user: string;
  readonly group: string;
}

/** Tokens of the platform name a user as `user:alice`, and groups as they are (S30, S32). */
export const ofPlatform: NamesOn = { user: 'user:', group: '' };

/** What of a cluster decides by which names it knows people. */
export type NamingCluster = Pick<Cluster, 'authentication'>;

/** Whether the cluster's own identity provider says who somebody is, and not the platform's tokens. */
export function isOwnAuthentication({ authentication }: NamingCluster): boolean {
  return authentication.configuration.value === 'Own';
}

/** What stands before names on a cluster. Where the platform's tokens count, nothing else than what they say can. */
export function namesOn(cluster: NamingCluster): NamesOn {
  if (!isOwnAuthentication(cluster)) return ofPlatform;
  const { userPrefix, groupPrefix } = cluster.authentication;
  return { user: userPrefix.value, group: groupPrefix.value };
}

/**
 * The subject's name as the RBAC of a cluster has it: nobody else turns a name of the config into one. A service account
 * has none but its own: it is written with its namespace.
 */
export function rbacName(cluster: NamingCluster, { kind, name }: Pick<Subject, 'kind' | 'name'>): string {
  const prefixes = namesOn(cluster);
  switch (kind) {
    case 'User':
      return `${prefixes.user}${name}`;
    case 'Group':
      return `${prefixes.group}${name}`;
    case 'ServiceAccount':
      return name;
  }
}
