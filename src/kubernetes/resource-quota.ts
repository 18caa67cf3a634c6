import { isLabelKey } from './names.ts';

/** The keys that a ResourceQuota can have: https://kubernetes.io/docs/concepts/policy/resource-quotas/. */

/** Keys without a prefix that count objects: a short list of old, beside `count/<resource>.<group>`. */
const countKeys: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);

/** The keys that have a name of their own, rather than one that is made of a resource's or a class'. */
export const namedQuotaKeys: ReadonlySet<string> = new Set([
  ...countKeys,
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);

/** Whether Kubernetes takes the key. */
export function isQuotaKey(key: string): boolean {
  if (!isLabelKey(key)) return false;
  return key.includes('/') || namedQuotaKeys.has(key) || /^(requests\.)?hugepages-/.test(key);
}

/**
 * Whether the key limits how many things there are, which is a whole number: objects, and what nodes and classes have of
 * others' making, unless it is said of requests (`ValidateResourceQuantityValue` in Kubernetes).
 */
export function countsObjects(key: string): boolean {
  if (countKeys.has(key)) return true;
  return key.includes('/') && !key.startsWith('requests.') && !key.includes('kubernetes.io/');
}
