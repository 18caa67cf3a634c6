import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { OrganizationRule } from '../../rule.ts';
import { nearIdentical } from '../near-identical.ts';

export const nearIdenticalGroups: OrganizationRule = {
  level: 'organization',
  code: 'TEN111',
  name: 'near-identical-groups',
  severity: 'warning',
  summary: 'No two groups have names that differ only in letter case, in punctuation or by one letter of a long word.',
  why: 'Of two such names one is often a slip, and a share to it reaches nobody; where both are meant, the next share is easily given to the wrong one.',
  waivable: true,
  *check({ organization }) {
    const groups = new Map(organization.groups.map((g) => [g.name, originAt(g.origin, 'name')]));
    for (const { name, earlier, difference } of nearIdentical(Array.from(groups.keys()))) {
      const [origin, earlierOrigin] = [groups.get(name), groups.get(earlier)];
      if (!origin || !earlierOrigin) continue;
      yield {
        message: `groups \`${name}\` and \`${earlier}\` differ only ${difference === 'one letter' ? 'by' : 'in'} ${difference}`,
        at: at(origin),
        related: [{ location: at(earlierOrigin), message: 'the other one' }],
        help: `if they are one group, keep the name that the identity provider uses; if they are two, add an exception for \`${name}\``,
        target: name,
      };
    }
  },
};
