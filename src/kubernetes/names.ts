/**
 * What Kubernetes calls things, and what it allows as a name: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/,
 * and as a label: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set.
 */

const segment = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** The pattern of an RFC 1123 label: what Kubernetes asks of a Namespace's name. At most 63 characters. */
export const dnsLabel = `^${segment}$`;

/** The pattern of an RFC 1123 subdomain: what Kubernetes asks of most objects' names. At most 253 characters. */
export const dnsSubdomain = `^${segment}(\\.${segment})*$`;

/** The pattern of a service account as `namespace/name`. */
export const serviceAccountPath = `^${segment}/${segment}(\\.${segment})*$`;

/**
 * The pattern of a role in a share. Kubernetes takes anything for the name of a ClusterRole that can be one part of a path;
 * those that there are hold letters, digits and `-._:`, and what people cannot see or take for something else is no part of it.
 */
export const roleName = '^[A-Za-z0-9]([-A-Za-z0-9._:]*[A-Za-z0-9])?$';

const dnsLabelPattern = new RegExp(dnsLabel);
const dnsSubdomainPattern = new RegExp(dnsSubdomain);
const labelNamePattern = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Whether `text` is an RFC 1123 label, as names of Namespaces are. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && dnsLabelPattern.test(text);
}

/** Whether `text` is an RFC 1123 subdomain, as names of most objects are. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && dnsSubdomainPattern.test(text);
}

/** Whether `text` can be one part of a path: all that is asked of the names of RBAC's objects. */
export function isPathSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/%]/.test(text);
}

/**
 * How the names of groups begin that no identity provider gives: Kubernetes itself, and the tools that set clusters up, write
 * them into client certificates. kubeadm calls its admins `kubeadm:cluster-admins` since 1.29.
 */
export const groupPrefixesOfKubernetes = ['system:', 'kubeadm:'] as const;

/** The user name by which the API server knows a service account. */
export function serviceAccountUserName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The service account whose user name this is; undefined for the name of anybody else. */
export function serviceAccountOf(userName: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(userName) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** Whether `key` can be the key of a label: a name, after a domain and `/` or without. */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  return isLabelName(key.slice(slash + 1)) && (slash === -1 || isDnsSubdomain(key.slice(0, slash)));
}

/**
 * Whether `key` can be the key of an annotation: that of a label, in whatever case. Only of ASCII, though Kubernetes takes
 * some letters of which it makes such a one.
 */
export function isAnnotationKey(key: string): boolean {
  return /^[\x21-\x7e]*$/.test(key) && isLabelKey(key.toLowerCase());
}

/** Whether `value` can be the value of a label: empty, or like the name in a key. */
export function isLabelValue(value: string): boolean {
  return value === '' || isLabelName(value);
}

/** Whether the domain of a label's key is `domain` or one below it. */
export function isInDomain(key: string, domain: string): boolean {
  const slash = key.indexOf('/');
  return slash !== -1 && `.${key.slice(0, slash)}`.endsWith(`.${domain}`);
}

function isLabelName(text: string): boolean {
  return text.length <= 63 && labelNamePattern.test(text);
}
