import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';
import { isDnsLabel } from '../../../kubernetes/names.ts';

export const namespaceNameTooLong: TenantRule = {
  level: 'tenant',
  code: 'TEN204',
  name: 'namespace-name-too-long',
  severity: 'error',
  summary: "A namespace's full name has at most 63 characters.",
  why: 'Kubernetes refuses longer names. Only tenant and identifier together show it: each can be well within its own limit.',
  *check({ tenant }) {
    if (!isDnsLabel(tenant.name)) return;
    for (const { name, nameOrigin } of tenant.namespaces) {
      if (name.length <= 63) continue;
      const room = 63 - tenant.name.length - 1;
      yield {
        message: `namespace name \`${name}\` has ${name.length} characters, more than 63`,
        at: at(nameOrigin),
        help:
          room > 0
            ? `choose an identifier of at most ${room} ${room === 1 ? 'character' : 'characters'}: \`${tenant.name}-\` takes the rest`
            : `give tenant \`${tenant.name}\` a shorter name: it leaves no room for an identifier`,
      };
    }
  },
};
