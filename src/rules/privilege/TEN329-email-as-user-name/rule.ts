import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { OrganizationRule } from '../../rule.ts';

export const emailAsUserName: OrganizationRule = {
  level: 'organization',
  code: 'TEN329',
  name: 'email-as-user-name',
  severity: 'warning',
  summary: 'People are known by a name that stays theirs, not by their e-mail address.',
  why: 'An address goes to somebody else when its owner leaves, and with it would go all that he had. At many identity providers people enter it themselves, and nobody makes sure that it is theirs.',
  *check({ organization }) {
    for (const { value, origin } of organization.signIn) {
      if (!/e-?mail/i.test(value.usernameClaim) && value.usernameClaim.toLowerCase() !== 'mail') continue;
      yield {
        message: `people of \`${value.issuer}\` are known by their e-mail addresses`,
        at: at(originAt(origin, 'usernameClaim')),
        help: 'name a claim that the identity provider never gives to a second person, such as `preferred_username` where it promises that, or `sub`',
      };
    }
  },
};
