import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';

export const fullNameNotAllowed: TenantRule = {
  level: 'tenant',
  code: 'TEN206',
  name: 'full-name-not-allowed',
  severity: 'error',
  summary: "Where the tenant prefix is required, every namespace has a `name` and takes its tenant's prefix (S58).",
  why: "With the prefix required, policies find a namespace's tenant by its name, and refuse a namespace whose name points to none or to another.",
  limit: ['naming', 'tenantPrefix'],
  *check({ tenant, platform }) {
    const { complete, naming } = platform.organization;
    // In an organization that was read in part, the prefix may be optional.
    if (!complete || naming.tenantPrefix.value !== 'Required') return;
    for (const { name, prefixed, nameOrigin } of tenant.namespaces) {
      if (prefixed) continue;
      const prefix = `${tenant.name}-`;
      const identifier = name.startsWith(prefix) ? name.slice(prefix.length) : name;
      yield {
        message: `namespace \`${name}\` has a \`fullName\`, but the prefix \`${prefix}\` is required`,
        at: at(nameOrigin),
        help: `write \`name: ${identifier}\` for the namespace \`${prefix}${identifier}\`, or set \`naming.tenantPrefix: Optional\` in organization.yaml`,
      };
    }
  },
};
