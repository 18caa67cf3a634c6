import { ceilingsOf } from '../../../config/model/ceilings.ts';
import { isGrantedKey } from '../../../settings/grants.ts';
import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';
import { stayWithinOr } from '../grant.ts';

export const fullNameNotGranted: TenantRule = {
  level: 'tenant',
  code: 'TEN707',
  name: 'full-name-not-granted',
  severity: 'error',
  summary:
    "Where the prefix is optional, a namespace without its tenant's name has one that the admins granted (S58, S72).",
  why: "A name without a prefix may be anybody's: that of an operator, of another team, of a namespace that runs already. Who takes such a name takes what is in it.",
  limit: ['limits'],
  *check({ tenant, platform: { organization } }) {
    // Where the prefix is required, TEN206 refuses every full name.
    if (!organization.complete || !tenant.complete || organization.naming.tenantPrefix.value === 'Required') return;
    const granted = ceilingsOf(organization, tenant.name).fullNames?.value ?? [];
    for (const { name, prefixed, nameOrigin } of tenant.namespaces) {
      if (prefixed || name.startsWith(`${tenant.name}-`) || isGrantedKey(name, granted)) continue;
      yield {
        message: `namespace \`${name}\` has a full name that is not granted to tenant \`${tenant.name}\``,
        at: at(nameOrigin),
        ...stayWithinOr('give it a `name`', tenant.name, { fullNames: [...granted, name] }),
      };
    }
  },
};
