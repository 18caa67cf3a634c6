import { at } from '../../../source/diagnostic.ts';
import { codePoints, isAscii, scriptsOf, visible } from '../../../values/lookalike.ts';
import { originAt } from '../../../source/source.ts';
import type { Located } from '../../../config/model/desired-state.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import { usersOfClusters, usersOfOrganization, usersOfTenant } from '../../references/users.ts';
import { reservedGroupLike } from '../subjects.ts';

export const mixedScriptName: TenantRule = {
  level: 'tenant',
  code: 'TEN314',
  name: 'mixed-script-name',
  severity: 'error',
  waivable: true,
  summary:
    'The name of a group or a user keeps to one of the alphabets whose letters look alike, such as Latin, Greek and Cyrillic.',
  why: 'The Cyrillic `а` looks like the Latin one, and is another letter. A name with one of them among Latin letters is read as the name of another group, by reviewers above all: they approve access for people whom they do not know. Whole names in any alphabet are fine.',
  *checkPlatform({ organization, clusters }) {
    // A name that passes for a reserved one is TEN301's.
    const groups = organization.groups.filter(({ name }) => reservedGroupLike(name) === undefined);
    yield* problems(
      'group',
      groups.map(({ name, origin }) => ({ value: name, origin: originAt(origin, 'name') })),
    );
    yield* problems('user', usersOfOrganization(organization));
    yield* problems('user', usersOfClusters(clusters));
  },
  check({ tenant }) {
    return problems('user', usersOfTenant(tenant));
  },
};

function* problems(noun: 'group' | 'user', names: readonly Located<string>[]): Iterable<Finding> {
  for (const { value: name, origin } of names) {
    if (isAscii(name)) continue;
    const scripts = scriptsOf(name);
    if (scripts.size < 2) continue;
    const letters = Array.from(scripts, ([script, letter]) => {
      const [point] = codePoints(letter);
      return `\`${letter}\` is ${script}${point === undefined ? '' : ` (${point})`}`;
    });
    yield {
      message: `${noun} \`${visible(name)}\` mixes ${Array.from(scripts.keys()).join(' and ')} letters`,
      at: at(origin),
      label: letters.join(', '),
      help: "type the name anew in one alphabet, or copy it from the identity provider's list; if it really is mixed, add an exception",
      target: name,
    };
  }
}
