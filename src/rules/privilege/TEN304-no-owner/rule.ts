import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';

export const noOwner: TenantRule = {
  level: 'tenant',
  code: 'TEN304',
  name: 'no-owner',
  severity: 'error',
  summary: 'Every tenant has at least one owner (S59).',
  why: "Owners answer for a tenant: they approve changes to its file and are admin in its namespaces. Without one, only the platform's admins can change it, and nobody is told when it is to be moved, cordoned or deleted.",
  *check({ tenant: { name, origin, owners, complete } }) {
    if (!complete || owners.length > 0) return;
    yield {
      message: `tenant \`${name}\` has no owner`,
      at: at(originAt(origin, 'spec', 'owners')),
      help: 'add the group that answers for it: `- { kind: Group, name: … }`',
    };
  },
};
