import { runInNewContext } from 'node:vm';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { OrganizationRule } from '../../rule.ts';

/** Milliseconds for all names together; matching them takes microseconds, with any pattern that people mean. */
const timeLimit = 1000;

export const groupName: OrganizationRule = {
  level: 'organization',
  code: 'TEN203',
  name: 'group-name',
  severity: 'error',
  summary: "Every group's name matches `naming.groupPattern` as a whole.",
  why: 'Tokens hold group names exactly as the identity provider writes them. A group whose name lacks the prefix that all others have (`github:`, say) matches nobody, and a name with a space or a letter of another script is taken for one that it is not.',
  limit: ['naming', 'groupPattern'],
  *check({ organization }) {
    const { complete, groups, naming } = organization;
    // In an organization that was read in part, the pattern may be another one.
    if (!complete) return;
    const { value: pattern, origin } = naming.groupPattern;
    const whole = compile(pattern);
    if ('problem' in whole) {
      yield {
        message: `\`groupPattern\` is not a regular expression: ${whole.problem}`,
        at: at(origin),
        help: 'correct the pattern; it is read as a JavaScript regular expression with the flag `u`',
      };
      return;
    }
    const unmatched = unmatchedNames(
      whole,
      groups.map((group) => group.name),
    );
    if (!unmatched) {
      yield {
        message: '`groupPattern` takes too long to match the names of the groups',
        at: at(origin),
        help: 'write it without a repetition inside of a repetition, as in `(a+)+`',
      };
      return;
    }
    for (const group of groups) {
      if (!unmatched.has(group.name)) continue;
      yield {
        message: `group name \`${group.name}\` does not match the pattern \`${pattern}\``,
        at: at(originAt(group.origin, 'name')),
        help: "write the group's name as the identity provider's tokens hold it, or change `naming.groupPattern` in organization.yaml",
      };
    }
  },
};

function compile(pattern: string): RegExp | { readonly problem: string } {
  try {
    // By itself first: `a)|(b` becomes a pattern only between the parentheses that are put around it.
    new RegExp(pattern, 'u');
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return {
      problem: message
        .slice(message.lastIndexOf(': ') + 1)
        .trim()
        .toLowerCase(),
    };
  }
}

/**
 * The names that `pattern` does not match, or undefined when it is one of those that would not be done in a lifetime.
 * A pattern from a file must not hang whoever checks the file, and only a script can be given a time limit.
 */
function unmatchedNames(pattern: RegExp, names: readonly string[]): ReadonlySet<string> | undefined {
  const unmatched = new Set<string>();
  try {
    runInNewContext(
      'for (const name of names) if (!pattern.test(name)) unmatched.add(name)',
      { names, pattern, unmatched },
      { timeout: timeLimit },
    );
    return unmatched;
  } catch {
    return undefined;
  }
}
