import { reservedGroups } from '../../../config/model/desired-state.ts';
import { builtInRoles } from '../../../kubernetes/user-roles.ts';
import { at } from '../../../source/diagnostic.ts';
import { skeleton } from '../../../values/lookalike.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';

export const customRoleName: TenantRule = {
  level: 'tenant',
  code: 'TEN306',
  name: 'custom-role-name',
  severity: 'error',
  summary: "No custom role bears, or seems to bear, the name of a role of Kubernetes or of the platform's.",
  why: '`admin`, `edit` and `view` mean what Kubernetes means by them (S8), on every line of every file. A custom role of such a name would change what a share says without changing the share, and `vlew` would be read as `view` in a review.',
  *check({ tenant: { roles } }) {
    for (const { value, origin } of roles) {
      const taken = takenName(value.name);
      if (taken === undefined) continue;
      const is = taken === value.name ? 'has the name of' : 'looks like';
      yield {
        message: `custom role \`${value.name}\` ${is} ${taken === 'system:*' ? 'a `system:…` role of Kubernetes' : `the role \`${taken}\``}`,
        at: at(originAt(origin, 'name')),
        help: 'name it after what it is for, such as `log-reader`, and change the shares that give it',
      };
    }
  },
};

const taken = new Map([...builtInRoles, 'cluster-admin', ...reservedGroups].map((name) => [skeleton(name), name]));
const system = `${skeleton('system')}-`;

/** The role that is read for a name. Role names hold no colon, so `system-` is as close as one gets to `system:`. */
function takenName(name: string): string | undefined {
  const read = skeleton(name);
  return read.startsWith(system) ? 'system:*' : taken.get(read);
}
