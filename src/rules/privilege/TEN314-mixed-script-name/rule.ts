import { at } from '../../../source/diagnostic.ts';
import { codePoints, scriptsOf, visible } from '../../../values/lookalike.ts';
import { originAt } from '../../../source/source.ts';
import type { OrganizationRule } from '../../rule.ts';
import { reservedGroupLike } from '../subjects.ts';

export const mixedScriptName: OrganizationRule = {
  level: 'organization',
  code: 'TEN314',
  name: 'mixed-script-name',
  severity: 'error',
  waivable: true,
  summary: "A group's name keeps to one of the alphabets whose letters look alike, such as Latin, Greek and Cyrillic.",
  why: 'The Cyrillic `а` looks like the Latin one, and is another letter. A name with one of them among Latin letters is read as the name of another group, by reviewers above all: they approve access for people whom they do not know. Whole names in any alphabet are fine.',
  *check({ organization }) {
    for (const { name, origin } of organization.groups) {
      const scripts = scriptsOf(name);
      // A name that passes for a reserved one is TEN301's.
      if (scripts.size < 2 || reservedGroupLike(name) !== undefined) continue;
      const letters = Array.from(scripts, ([script, letter]) => {
        const [point] = codePoints(letter);
        return `\`${letter}\` is ${script}${point === undefined ? '' : ` (${point})`}`;
      });
      yield {
        message: `group \`${visible(name)}\` mixes ${Array.from(scripts.keys()).join(' and ')} letters`,
        at: at(originAt(origin, 'name')),
        label: letters.join(', '),
        help: "type the name anew in one alphabet, or copy it from the identity provider's list; if it really is mixed, add an exception",
        target: name,
      };
    }
  },
};
