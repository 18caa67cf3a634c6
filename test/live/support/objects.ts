/** Objects in few words. */

const rbac = 'rbac.authorization.k8s.io';

/** A RoleBinding to a ClusterRole; a subject is `Group name`, `User name` or `ServiceAccount namespace/name`. */
export function roleBinding(role: string, ...subjects: string[]): { roleRef: object; subjects: object[] } {
  return { roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role }, subjects: subjects.map(subject) };
}

export function subject(text: string): object {
  const [kind = '', fullName = ''] = text.split(' ');
  if (kind !== 'ServiceAccount') return { apiGroup: rbac, kind, name: fullName };
  const [namespace, name] = fullName.split('/');
  return { kind, namespace, name };
}

/** A pod with one container, and more in its spec. */
export function pod(image: string, spec: object = {}): object {
  return { spec: { containers: [{ name: 'main', image }], ...spec } };
}
