import type { GrantedValues } from '../../settings/grants.ts';
import { grants } from '../../settings/grants.ts';
import { isolation as isolationTable } from '../../settings/isolation.ts';
import type { Order } from '../../settings/order.ts';
import { keysOf } from '../../settings/setting.ts';
import { word } from '../../settings/value.ts';
import { oncePer } from '../../values/once.ts';
import type { Located, Organization } from './desired-state.ts';
import type { LocatedValues } from './located.ts';

/** How far a tenant may go; what is not there has no limit, or that of the base of a change. */
export type Ceilings = LocatedValues<GrantedValues> & Pick<Organization['limits'], 'namespacesPerTenant'>;

/** How far a tenant may go: what is granted to it, or else to all tenants, or else the standard. */
export function ceilingsOf(organization: Organization, tenant: string): Ceilings {
  const own = organization.grants.find((grant) => grant.tenant === tenant)?.values;
  const forAll = ceilingsOfAll(organization);
  return own ? { ...forAll, ...own } : forAll;
}

/** How far tenants may go to whom nothing is granted. */
export const ceilingsOfAll = oncePer((organization: Organization): Ceilings => {
  return { ...standard(organization), ...organization.limits };
});

/**
 * What holds where admins grant nothing: what the organization says for tenants that do not say otherwise. Of what
 * harms nobody but a tenant itself, a little more: its namespaces may talk to each other, and `baseline` is what
 * Kubernetes recommends against known escalations
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
 */
function standard({ isolation, containerLimits }: Organization): LocatedValues<GrantedValues> {
  const { podSecurity, network, nodeSelector, ...rest } = isolation;
  const nothing = keysOf(grants).filter((key) => grants[key].without === 'nothing');
  return {
    ...Object.fromEntries(nothing.map((key) => [key, { value: [], origin: podSecurity.origin, byDefault: true }])),
    owners: { value: 'Required', origin: podSecurity.origin, byDefault: true },
    podSecurity: looser(isolationTable.podSecurity.order, podSecurity, 'baseline'),
    network: looser(isolationTable.network.order, network, 'SameTenant'),
    ...(nodeSelector && { nodeSelector: { ...nodeSelector, value: [nodeSelector.value] } }),
    ...Object.fromEntries(keysOf(rest).map((key) => [key, rest[key]])),
    ...(containerLimits && { containerLimits }),
  };
}

function looser<T extends string>(order: Order, ofOrganization: Located<T>, least: T): Located<T> {
  return order({ before: word(ofOrganization.value), after: word(least) }) === 'loosens'
    ? { value: least, origin: ofOrganization.origin, byDefault: true }
    : ofOrganization;
}
