import { at } from '../../../source/diagnostic.ts';
import type { ConfigRule } from '../../rule.ts';

export const fullNameNotAllowed: ConfigRule = {
  about: 'config',
  code: 'TEN206',
  name: 'full-name-not-allowed',
  severity: 'error',
  summary: "Where the tenant prefix is required, every namespace has a `name` and takes its tenant's prefix (S58).",
  why: "With the prefix required, policies find a namespace's tenant by its name, and refuse a namespace whose name points to none or to another.",
  *check({ desired }) {
    const { complete, naming } = desired.organization;
    // In an organization that was read in part, the prefix may be optional.
    if (!complete || naming.tenantPrefix !== 'Required') return;
    for (const tenant of desired.tenants) {
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
    }
  },
};
