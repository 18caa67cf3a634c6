import type { MembersItem } from '../../plan/plan.ts';
import { countedPlaces } from '../../source/text.ts';

/** Groups that tenantry itself gives access to: TEN515 is about who is in them. */
export const platformGroups: ReadonlySet<string> = new Set(['cluster-admins', 'cluster-scope']);

/** What the members of a group have, with whether some of it is on production. */
export function accessText({ access }: MembersItem): string {
  const roles = access
    .map((held) => `\`${held.role}\` ${held.namespaces > 0 ? 'in' : 'on'} ${countedPlaces(held)}`)
    .join(' and ');
  return access.some(({ production }) => production) ? `${roles}, some of it on production` : roles;
}
