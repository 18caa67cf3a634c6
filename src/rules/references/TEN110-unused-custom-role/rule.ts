import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';

export const unusedCustomRole: TenantRule = {
  level: 'tenant',
  code: 'TEN110',
  name: 'unused-custom-role',
  severity: 'note',
  summary: 'Every custom role is named by a share of its tenant.',
  why: 'A role that nobody has still has to be read by whoever reviews what the tenant may do.',
  *check({ tenant }) {
    if (!tenant.complete) return;
    const shares = [...tenant.defaultShares, ...tenant.namespaces.flatMap((n) => n.ownShares)];
    const used = new Set(shares.map((share) => share.role));
    for (const { value, origin } of tenant.roles) {
      if (used.has(value.name)) continue;
      yield {
        message: `custom role \`${value.name}\` is not used by any share of tenant \`${tenant.name}\``,
        at: at(originAt(origin, 'name')),
        help: 'remove it, or name it in a share',
      };
    }
  },
};
