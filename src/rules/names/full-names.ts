import { ceilingsOf } from '../../config/model/ceilings.ts';
import type { Organization } from '../../config/model/desired-state.ts';
import { flowText } from '../../source/splice.ts';

/**
 * Whether the admins gave a tenant a full name by itself, where the prefix is optional: it is not the name that decides
 * then (S72). Not by a pattern, which says nothing of the one name that is another tenant's.
 */
export function isGivenByItself(organization: Organization, tenant: string, name: string): boolean {
  const { complete, naming } = organization;
  if (!complete || naming.tenantPrefix.value !== 'Optional') return false;
  return ceilingsOf(organization, tenant).fullNames?.value.includes(name) === true;
}

/** What to ask the admins for, so that a tenant has one name more, by itself. */
export function fullNameGrant(organization: Organization, tenant: string, name: string): string {
  const granted = ceilingsOf(organization, tenant).fullNames?.value ?? [];
  const isOptional = organization.naming.tenantPrefix.value === 'Optional';
  const line = flowText({
    ...(!isOptional && { naming: { tenantPrefix: 'Optional' } }),
    grants: { [tenant]: { fullNames: [...granted, name] } },
  });
  return `\`${line.slice(2, -2)}\` in the \`spec\` of organization.yaml`;
}
