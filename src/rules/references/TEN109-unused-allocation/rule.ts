import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';

export const unusedAllocation: TenantRule = {
  level: 'tenant',
  code: 'TEN109',
  name: 'unused-allocation',
  severity: 'warning',
  summary: 'Every allocation that has begun is used by a namespace of its tenant (S5).',
  why: 'A budget that no usage is attributed to mostly means that the namespaces it was made for were forgotten, and that their usage shows up nowhere.',
  *check({ tenant, platform }) {
    // A tenant that has no namespaces yet may well have its budgets already.
    if (!tenant.complete || tenant.namespaces.length === 0) return;
    const used = new Set(tenant.namespaces.map((n) => n.allocation?.value));
    for (const { value, origin } of tenant.allocations) {
      const { name, start } = value;
      if (used.has(name) || (start !== undefined && start > platform.asOf)) continue;
      yield {
        message: `allocation \`${name}\` is used by no namespace of tenant \`${tenant.name}\``,
        at: at(originAt(origin, 'name')),
        help: `add \`allocation: ${name}\` to the namespaces that it pays for, or remove it`,
      };
    }
  },
};
