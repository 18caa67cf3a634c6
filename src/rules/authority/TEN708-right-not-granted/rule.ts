import { ceilingsOf } from '../../../config/model/ceilings.ts';
import type { CustomRole } from '../../../config/model/desired-state.ts';
import type { SensitiveRight } from '../../../kubernetes/sensitive-rights.ts';
import { sensitiveRights } from '../../../kubernetes/sensitive-rights.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { sortedBy } from '../../../values/order.ts';
import type { TenantRule } from '../../rule.ts';
import { isRefused } from '../../privilege/rbac.ts';
import { stayWithinOr } from '../grant.ts';

export const rightNotGranted: TenantRule = {
  level: 'tenant',
  code: 'TEN708',
  name: 'right-not-granted',
  severity: 'error',
  summary:
    'Custom roles hold everyday rights, and of others those that the admins granted: Secrets, what runs in pods or connects to them, writing to the APIs of other operators.',
  why: 'A custom role is handed out by whoever syncs, and reaches what its rules name. Secrets are the keys to other systems, a shell in a pod is whatever the pod is, and an operator does for whoever writes its objects what he may not do himself: `use` of a security context constraint makes privileged pods.',
  limit: ['limits'],
  *check({ tenant, platform: { organization } }) {
    if (!organization.complete || !tenant.complete) return;
    const granted = ceilingsOf(organization, tenant.name).rights?.value ?? [];
    for (const { value: role, origin } of tenant.roles) {
      const beyond = sensitiveRights(role.rules).filter(
        (right) => !granted.includes(right.name) && !isRefusedAnyway(role.rules, right),
      );
      const [first] = beyond;
      if (!first) continue;
      const rights = new Map(beyond.map((right) => [right.name, right] as const));
      const names = sortedBy(rights.keys(), (name) => name);
      yield {
        message: `custom role \`${role.name}\` ${sentence(Array.from(rights.values()))}, which is not granted to tenant \`${tenant.name}\``,
        at: at(originAt(origin, 'rules', first.rule, first.key, first.index)),
        ...stayWithinOr('leave it out', tenant.name, { rights: [...granted, ...names] }),
      };
    }
  },
};

function sentence(rights: readonly SensitiveRight[]): string {
  const each = rights.map(({ name, effect }) => `${effect} (\`${name}\`)`);
  return each.length < 2 ? each.join('') : `${each.slice(0, -1).join(', ')} and ${each.at(-1) ?? ''}`;
}

/** Whether TEN305 says it already, which no grant changes. */
function isRefusedAnyway(rules: CustomRole['rules'], right: SensitiveRight): boolean {
  const rule = rules[right.rule];
  return rule !== undefined && isRefused(rule, right);
}
