import type { GrantedValues } from '../../settings/grants.ts';
import { flowText } from '../../source/splice.ts';
import type { WantedGrant } from '../rule.ts';

/**
 * What somebody can do whose file goes beyond what is granted: stay within, or ask the admins. With what they would have
 * to grant, for whoever writes that (`tenantry grant`).
 */
export function stayWithinOr(
  within: string,
  tenant: string,
  values: Partial<GrantedValues>,
): { readonly help: string; readonly grant: WantedGrant } {
  const line = flowText({ grants: { [tenant]: values } }).slice(2, -2);
  return {
    help: `${within}, or ask the admins for \`${line}\` in the \`spec\` of organization.yaml`,
    grant: { tenant, values },
  };
}
