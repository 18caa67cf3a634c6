import { ceilingsOf } from '../../../config/model/ceilings.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';
import { stayWithinOr } from '../grant.ts';

export const subscriptionGroupNotGranted: TenantRule = {
  level: 'tenant',
  code: 'TEN704',
  name: 'subscription-group-not-granted',
  severity: 'error',
  summary: 'A tenant is billed in its own subscription group, or in one that the admins granted.',
  why: 'The subscription group decides who pays. Whoever could write any name there would let others pay.',
  limit: ['limits'],
  *check({ tenant, platform: { organization } }) {
    if (!organization.complete || !tenant.complete || tenant.subscriptionGroup === tenant.name) return;
    const granted = ceilingsOf(organization, tenant.name).subscriptionGroups?.value ?? [];
    if (granted.includes(tenant.subscriptionGroup)) return;
    yield {
      message: `tenant \`${tenant.name}\` would be billed in the subscription group \`${tenant.subscriptionGroup}\`, which is not granted to it`,
      at: at(originAt(tenant.origin, 'spec', 'subscriptionGroup')),
      ...stayWithinOr('remove it', tenant.name, { subscriptionGroups: [...granted, tenant.subscriptionGroup] }),
    };
  },
};
