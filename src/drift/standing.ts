import { isOwnAuthentication, namesOn } from '../access/names-on.ts';
import type { Subject } from '../config/model/desired-state.ts';
import { fullSubjectName, reservedGroups } from '../config/model/desired-state.ts';
import { platformRoles } from '../access/graph.ts';
import type { Grant } from './grants.ts';
import type { RoleBook } from './roles.ts';
import type { View } from './view.ts';

/**
 * What a live grant is to the platform. `counts`: Git should say it. `self-service`: the namespace's admin may have bound
 * it. `own`: the tenant's own business, or that of whoever declares the namespace. `known`: of Kubernetes itself, or of what
 * the cluster's operator runs outside of declared namespaces.
 */
export type Standing = 'counts' | 'self-service' | 'own' | 'known';

/** Says of each live grant what it is. */
export function standings(view: View, roles: RoleBook): (grant: Grant) => Standing {
  const { entries } = view;
  const isDeclared = (namespace: string): boolean => {
    const entry = entries.get(namespace);
    return entry !== undefined && entry.kind !== 'Foreign';
  };
  const isFromDeclared = (subject: Subject): boolean => {
    const namespace = namespaceOfAccounts(subject);
    return namespace !== undefined && isDeclared(namespace);
  };
  const isPerson = ({ kind, name }: Subject): boolean => kind !== 'ServiceAccount' && !name.startsWith('system:');

  return (grant) => {
    const { scope, subject, managed, role } = grant;
    if (scope.kind === 'Cluster') {
      if (managed || isFromDeclared(subject)) return 'counts';
      if (isEverybody(subject)) return role.name.startsWith('system:') ? 'known' : 'counts';
      const isKubeadm = subject.kind === 'Group' && subject.name === 'kubeadm:cluster-admins';
      if (isKubeadm && role.name === platformRoles.clusterAdmins.name) return 'known';
      return isPerson(subject) ? 'counts' : 'known';
    }
    const entry = entries.get(scope.namespace);
    if (!entry) return isPerson(subject) || isFromDeclared(subject) ? 'counts' : 'known';
    if (managed) return 'counts';
    if (entry.kind === 'Foreign' || namespaceOfAccounts(subject) === scope.namespace) return 'own';
    // Where nobody is an admin, nobody can have bound anything himself: it is left of a time when somebody was.
    if (entry.kind === 'Retained') return 'counts';
    return mayBind(view, subject) && roles.isWithinAdmin(role, scope.namespace) ? 'self-service' : 'counts';
  };
}

/** The namespace whose service account, or accounts, the subject is. */
function namespaceOfAccounts(subject: Subject): string | undefined {
  if (subject.kind === 'ServiceAccount') return subject.namespace;
  return subject.kind === 'Group' ? /^system:serviceaccounts:([^:]+)$/.exec(subject.name)?.[1] : undefined;
}

/** Everybody who can reach the API server, or all that runs in the cluster: nobody means tenants alone by these. */
function isEverybody({ kind, name }: Subject): boolean {
  return kind === 'Group'
    ? name === 'system:authenticated' || name === 'system:unauthenticated' || name === 'system:serviceaccounts'
    : kind === 'User' && name === 'system:anonymous';
}

/** Whether the organization lets a namespace's admin bind somebody: the policy `self-service-bindings`, as a function. */
function mayBind({ access: { cluster }, desired: { organization }, known }: View, subject: Subject): boolean {
  const setting = organization.policies.selfServiceBindings.value;
  if (setting === 'Forbidden') return false;
  const prefixes = namesOn(cluster);
  switch (subject.kind) {
    case 'User':
      return (
        subject.name.startsWith(prefixes.user) && !(isOwnAuthentication(cluster) && subject.name.startsWith('system:'))
      );
    case 'Group': {
      const { name } = subject;
      if (name.startsWith('system:') || reservedGroups.some((group) => group === name)) return false;
      return (
        setting === 'Any' || (name.startsWith(prefixes.group) && known.groups.has(name.slice(prefixes.group.length)))
      );
    }
    case 'ServiceAccount':
      return cluster.trustedServiceAccounts.some(
        ({ serviceAccount, powers }) =>
          powers.includes('BoundByTenants') && serviceAccount === fullSubjectName(subject),
      );
  }
}
