import { serviceAccountOf } from '../../kubernetes/names.ts';
import { oncePer } from '../../values/once.ts';
import type { DesiredState } from './desired-state.ts';

/** Which namespaces are never a tenant's or a group's, and where whoever can act could act as the platform. */

/** Namespaces that belong to Kubernetes, whatever the organization says (S40). */
export const builtInProtectedNamespaces = ['default', 'kube-*'] as const;

/** What is never the namespace of a tenant or a group: a name, or all that begin with it where it ends in `*`. */
export interface ProtectedName {
  readonly pattern: string;
  /** What the platform has in it; undefined for what the organization protects by name. */
  readonly because?: string;
}

/**
 * The names that are protected: those that the organization says, Kubernetes' own among them, and those of namespaces
 * whose admin could act as the platform: where Argo CD runs, and where an account lives that clusters let through.
 */
export const protectedNames = oncePer(
  ({ organization, clusters }: Pick<DesiredState, 'organization' | 'clusters'>): readonly ProtectedName[] => {
    const accounts = clusters.flatMap(({ name: cluster, syncIdentity, trustedServiceAccounts }) => {
      const writer = serviceAccountOf(syncIdentity);
      return [
        ...(writer ? [{ ...writer, does: `writes to cluster \`${cluster}\`` }] : []),
        ...trustedServiceAccounts.map(({ serviceAccount }) => {
          const [namespace = '', name = ''] = serviceAccount.split('/');
          return { namespace, name, does: `is trusted by cluster \`${cluster}\`` };
        }),
      ];
    });
    return [
      ...organization.protectedNamespaces.map((pattern) => ({ pattern })),
      ...(organization.argoCD ? [{ pattern: organization.argoCD.namespace.value, because: 'Argo CD runs in it' }] : []),
      ...accounts.map(({ namespace, name, does }) => ({
        pattern: namespace,
        because: `its service account \`${name}\` ${does}`,
      })),
    ];
  },
);

/** Why whoever can act in a namespace of that name could act as the platform; undefined where that is not so. */
export function platformReason(
  platform: Pick<DesiredState, 'organization' | 'clusters'>,
  name: string,
): string | undefined {
  if (name.startsWith('kube-')) return 'it is of Kubernetes itself';
  return protectedNames(platform).find(({ pattern, because }) => because !== undefined && pattern === name)?.because;
}

/** Those of them that say what no other says before: accounts of many clusters live in one namespace. */
const protectedPatterns = oncePer(
  (platform: Pick<DesiredState, 'organization' | 'clusters'>): readonly ProtectedName[] => {
    const first = new Map<string, ProtectedName>();
    for (const name of protectedNames(platform)) if (!first.has(name.pattern)) first.set(name.pattern, name);
    return Array.from(first.values());
  },
);

/** What protects a namespace of that name, if anything does. */
export function protectionOf(
  platform: Pick<DesiredState, 'organization' | 'clusters'>,
  name: string,
): ProtectedName | undefined {
  return protectedPatterns(platform).find(({ pattern }) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}
