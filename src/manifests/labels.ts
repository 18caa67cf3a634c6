/** Labels and annotations that rendered objects bear: policies recognise objects by them. */

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
    enforcement: `${domain}/enforcement`,
    allowDelete: `${domain}/allow-delete`,
    allowAdopt: `${domain}/allow-adopt`,
    allowLists: `${domain}/allow-lists`,
    quotaKeys: `${domain}/quota-keys`,
    digest: `${domain}/digest`,
    groupName: `${domain}/group-name`,
    customRole: `${domain}/custom-role`,
  } as const;
}
