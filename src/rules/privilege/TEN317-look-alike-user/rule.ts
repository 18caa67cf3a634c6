import { at } from '../../../source/diagnostic.ts';
import { codePoints, isAscii, scriptsOf, skeleton, visible } from '../../../values/lookalike.ts';
import { addTo } from '../../../values/order.ts';
import { usersIn } from '../../references/users.ts';
import type { WholeRule } from '../../rule.ts';
import { isLookalike } from '../subjects.ts';

export const lookAlikeUser: WholeRule = {
  level: 'whole',
  code: 'TEN317',
  name: 'look-alike-user',
  severity: 'error',
  waivable: true,
  summary: "No user's name looks like another user's, but for letters of another alphabet.",
  why: 'A plan that says `user аlice gains admin`, with a Cyrillic `а`, is read as one about the admin `alice` and approved. Each user is compared with all others that the organization and the tenants name.',
  *check({ desired }) {
    const users = usersIn(desired);
    // Of two that look the same, one has letters that others do not type.
    if (Array.from(users.keys()).every(isAscii)) return;
    const alike = new Map<string, string[]>();
    for (const name of users.keys()) addTo(alike, skeleton(name), name);
    for (const names of alike.values()) {
      // What is in plain letters is what people take the others for.
      const model = names.find((name) => codePoints(name).length === 0) ?? names[0];
      const original = model === undefined ? undefined : users.get(model);
      if (model === undefined || !original) continue;
      for (const name of names) {
        const user = users.get(name);
        // A name of two alphabets is TEN314's.
        if (!user || !isLookalike(name, model) || scriptsOf(name).size > 1) continue;
        yield {
          message: `user \`${visible(name)}\` looks like \`${visible(model)}\`, and is another`,
          at: at(user.origin),
          label: `holds ${codePoints(name).join(', ')}`,
          related: [{ location: at(original.origin), message: 'looks the same' }],
          help: `type \`${visible(model)}\` anew if that is who is meant; if they really are two people, add an exception`,
          mend: model,
          target: name,
        };
      }
    }
  },
};
