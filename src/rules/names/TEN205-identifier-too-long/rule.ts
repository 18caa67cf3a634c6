import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';

export const identifierTooLong: TenantRule = {
  level: 'tenant',
  code: 'TEN205',
  name: 'identifier-too-long',
  severity: 'error',
  summary: "A namespace's identifier has at most `naming.identifierMaxLength` characters, 7 unless set (S54).",
  why: 'Names are made of it further on: host names, database names, the names of cloud resources. A short identifier leaves them room.',
  waivable: true,
  limit: ['naming', 'identifierMaxLength'],
  *check({ tenant, platform }) {
    const { complete, naming } = platform.organization;
    // In an organization that was read in part, the limit may be another one.
    if (!complete) return;
    const most = naming.identifierMaxLength.value;
    for (const { name, identifier, prefixed, nameOrigin } of tenant.namespaces) {
      if (!prefixed || identifier.length <= most) continue;
      yield {
        message: `the identifier of \`${name}\` has ${identifier.length} characters, ${most} are allowed`,
        at: at(nameOrigin),
        help: `shorten \`${identifier}\` to at most ${most}, or except \`${name}\` under \`exceptions\` in organization.yaml`,
        target: name,
      };
    }
  },
};
