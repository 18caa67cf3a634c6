import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { hasBase, itemsIn } from '../../change/sides.ts';
import type { ChangeRule } from '../../rule.ts';

export const tenantWithoutOwner: ChangeRule = {
  level: 'change',
  code: 'TEN552',
  name: 'tenant-without-owner',
  severity: 'note',
  summary: 'A tenant that has owners keeps some, and a new one has some.',
  why: "A tenant without owners is the admins': they alone change its file, and what they let go in it no team is asked about. Where its last owners go, they may have approved that themselves.",
  *check(context) {
    if (!hasBase(context)) return;
    const { before, after } = context;
    const known = itemsIn(context.plan);
    const owned = new Map(before.desired.tenants.map(({ name, owners }) => [name, owners.length > 0]));
    for (const { name, owners, origin, complete } of after.desired.tenants) {
      const had = owned.get(name);
      if (!complete || owners.length > 0 || had === false) continue;
      yield {
        message: `tenant \`${name}\` has ${had ? 'no owner any more' : 'no owner'}: its file is the admins' alone`,
        at: at(originAt(origin, 'spec', 'owners')),
        items: known(`tenant/${name}`),
      };
    }
  },
};
