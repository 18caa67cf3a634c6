import { at } from '../../../source/diagnostic.ts';
import { visible } from '../../../values/lookalike.ts';
import { once } from '../../../values/once.ts';
import { isLookalike } from '../../privilege/subjects.ts';
import type { WholeRule } from '../../rule.ts';
import type { Difference } from '../users.ts';
import { differenceOf, nearUsers, usersIn } from '../users.ts';

export const nearIdenticalUser: WholeRule = {
  level: 'whole',
  code: 'TEN119',
  name: 'near-identical-user',
  severity: 'warning',
  waivable: true,
  summary:
    "No user's name differs from another's only in letter case, in punctuation, in letters that look alike, or by a slip of the hand.",
  why: 'RBAC takes any text for a user, and compares it letter by letter: `{ user: sma, role: admin }` gives `sam` nothing, and all to whoever is called `sma` one day. So each user is compared with the members of groups, with the admins and with the users of other shares. Two members whose names differ by a letter are two people; a name that is no member and no admin is more likely a slip.',
  *check({ desired }) {
    const users = usersIn(desired);
    const order = once(() => new Map(Array.from(users.keys(), (name, i) => [name, i])));
    const reported = new Set<string>();
    for (const { name, user, near } of nearUsers(users)) {
      for (const other of near) {
        const earlier = users.get(other);
        // Members come first, then admins: of two, the one that says less of who it is, or comes later, is the slip.
        if (!earlier || reported.has(other) || (order().get(other) ?? 0) >= (order().get(name) ?? 0)) continue;
        const difference = differenceOf(name, other, user.as !== 'member');
        // Another alphabet is TEN317's.
        if (difference === undefined || isLookalike(name, other)) continue;
        reported.add(name);
        yield {
          message: `users \`${visible(name)}\` and \`${visible(other)}\` differ ${difference}`,
          at: at(user.origin),
          related: [{ location: at(earlier.origin), message: who[earlier.as] }],
          help: helpFor(name, other, difference),
          mend: difference === 'only in letter case' ? undefined : other,
          target: name,
        };
        break;
      }
    }
  },
};

const who = { member: 'a member of a group', admin: 'an admin', subject: 'the other one' } as const;

function helpFor(name: string, other: string, difference: Difference): string {
  const exception = `if they are two people, add an exception for \`${visible(name)}\``;
  return difference === 'only in letter case'
    ? `write the name as the identity provider's tokens have it: letter case counts; ${exception}`
    : `did you mean \`${visible(other)}\`? ${exception.charAt(0).toUpperCase()}${exception.slice(1)}`;
}
