import { platformPrefix } from '../access/custom-roles.ts';
import type { Access } from '../access/graph.ts';
import { fullSubjectName } from '../config/model/desired-state.ts';

/**
 * The name of the binding that gives a ClusterRole: it holds subject and role, because a binding's `roleRef` cannot change
 * (S11). The kind holds no colon, and the role, which is without the platform's prefix here, none but that with which one of
 * the organization begins, so the name can be read back whatever the subject's name is: a tenant's role has two dots, the
 * organization's one, and of a ClusterRole of somebody else dots and colons are escaped.
 */
export function bindingName(subject: Access['subject'], clusterRole: string): string {
  const role = clusterRole.startsWith(platformPrefix)
    ? clusterRole.slice(platformPrefix.length)
    : escapeName(clusterRole).replaceAll('.', '~2E').replaceAll(':', '~3A');
  return `${platformPrefix}${subject.kind.toLowerCase()}:${escapeName(fullSubjectName(subject))}:${role}`;
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
