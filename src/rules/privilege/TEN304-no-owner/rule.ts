import { ceilingsOf } from '../../../config/model/ceilings.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { stayWithinOr } from '../../authority/grant.ts';
import type { TenantRule } from '../../rule.ts';

export const noOwner: TenantRule = {
  level: 'tenant',
  code: 'TEN304',
  name: 'no-owner',
  severity: 'error',
  summary: 'Every tenant has at least one owner (S59), but where the admins grant that it has none.',
  why: "Owners answer for a tenant: they approve changes to its file and are admin in its namespaces. Without one, only the platform's admins can change it, and nobody is told when it is to be moved, cordoned or deleted.",
  limit: ['limits'],
  *check({ tenant: { name, origin, owners, complete }, platform: { organization } }) {
    // In an organization that was read in part, it may be granted.
    if (!complete || !organization.complete || owners.length > 0) return;
    if (ceilingsOf(organization, name).owners?.value === 'Optional') return;
    yield {
      message: `tenant \`${name}\` has no owner`,
      at: at(originAt(origin, 'spec', 'owners')),
      ...stayWithinOr('add the group that answers for it: `- { kind: Group, name: … }`', name, { owners: 'Optional' }),
    };
  },
};
