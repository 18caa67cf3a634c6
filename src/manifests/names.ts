import type { Access } from '../access/graph.ts';

/**
 * Names and keys that rendered objects bear. All in one place: policies, Argo CD's whitelists, drift and import
 * recognise objects by them.
 */

/** Value of `app.kubernetes.io/managed-by` on everything that tenantry renders (S10). */
export const managedBy = 'tenantry';

/** The keys of tenantry's labels and annotations under the organization's label domain. */
export function keys(domain: string) {
  return {
    managedBy: 'app.kubernetes.io/managed-by',
    tenant: `${domain}/tenant`,
    identifier: `${domain}/identifier`,
    group: `${domain}/group`,
    allocation: `${domain}/allocation`,
    subscriptionGroup: `${domain}/subscription-group`,
    cordoned: `${domain}/cordoned`,
    state: `${domain}/state`,
    kind: `${domain}/namespace-kind`,
    allowDelete: `${domain}/allow-delete`,
    groupName: `${domain}/group-name`,
  } as const;
}

/**
 * The name of the binding that gives an access: it holds subject and role, because a binding's `roleRef` cannot change
 * (S11). The kind and the role hold no colon, so the name can be read back whatever the subject's name is.
 */
export function bindingName({ subject, role }: Pick<Access, 'subject' | 'role'>): string {
  const { kind, name, namespace } = subject;
  const full = kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name;
  return `tenantry:${kind.toLowerCase()}:${escapeName(full)}:${role.name}`;
}

/** An RBAC name may hold anything but `/` and `%`; the rest outside of plain ASCII is escaped as well, reversibly. */
function escapeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._:@+-]/gu, (character) =>
    Array.from(
      new TextEncoder().encode(character),
      (byte) => `~${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  );
}
