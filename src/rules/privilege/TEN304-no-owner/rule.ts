import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { ConfigRule } from '../../rule.ts';

export const noOwner: ConfigRule = {
  about: 'config',
  code: 'TEN304',
  name: 'no-owner',
  severity: 'error',
  summary: 'Every tenant has at least one owner (S59).',
  why: "Owners answer for a tenant: they approve changes to its file and are admin in its namespaces. Without one, only the platform's admins can change it, and nobody is told when it is to be moved, cordoned or deleted.",
  *check({ desired }) {
    for (const { name, origin, owners, complete } of desired.tenants) {
      if (!complete || owners.length > 0) continue;
      yield {
        message: `tenant \`${name}\` has no owner`,
        at: at(originAt(origin, 'spec', 'owners')),
        help: 'add the group that answers for it: `- { kind: Group, name: … }`',
      };
    }
  },
};
