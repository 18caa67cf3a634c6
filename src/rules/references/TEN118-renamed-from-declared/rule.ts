import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { OrganizationRule } from '../../rule.ts';

export const renamedFromDeclared: OrganizationRule = {
  level: 'organization',
  code: 'TEN118',
  name: 'renamed-from-declared',
  severity: 'error',
  summary: 'The name that a group is renamed from is no group any more, and is claimed by one group alone.',
  why: 'A rename says that what one group had is what the other has, so that the plan shows no change. Where both groups are there, or two claim to be the same one, somebody would get access that no plan shows.',
  *check({ organization }) {
    const { groups } = organization;
    const declared = new Map(groups.map((group) => [group.name, group]));
    const claimed = new Map<string, (typeof groups)[number]>();
    for (const group of groups) {
      const { name, renamedFrom } = group;
      if (!renamedFrom) continue;
      const { value: old, origin } = renamedFrom;
      const other = old === name ? undefined : declared.get(old);
      const claimant = claimed.get(old);
      if (!claimant) claimed.set(old, group);
      if (old === name) {
        yield {
          message: `group \`${name}\` is renamed from its own name`,
          at: at(origin),
          help: 'remove `renamedFrom`, or name the group that it was before',
        };
      } else if (other) {
        yield {
          message: `group \`${name}\` is renamed from \`${old}\`, which is still declared`,
          at: at(origin),
          related: [{ location: at(originAt(other.origin, 'name')), message: 'declared here' }],
          help: `remove group \`${old}\` if \`${name}\` takes its place; remove \`renamedFrom\` if both are to stay`,
        };
      } else if (claimant) {
        yield {
          message: `group \`${name}\` is renamed from \`${old}\`, and so is group \`${claimant.name}\``,
          at: at(origin),
          related: [{ location: at(claimant.renamedFrom?.origin ?? claimant.origin), message: 'claimed here first' }],
          help: 'leave `renamedFrom` to the one that it has become',
        };
      }
    }
  },
};
