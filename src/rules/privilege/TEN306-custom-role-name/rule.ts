import type { CustomRole, Located } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import { takenName } from '../role-names.ts';

export const customRoleName: TenantRule = {
  level: 'tenant',
  code: 'TEN306',
  name: 'custom-role-name',
  severity: 'error',
  summary: "No custom role bears, or seems to bear, the name of a role of Kubernetes or of the platform's.",
  why: '`admin`, `edit` and `view` mean what Kubernetes means by them (S8), on every line of every file. A custom role of such a name would change what a share says without changing the share, and `vlew` would be read as `view` in a review.',
  checkPlatform({ organization: { roles } }) {
    return misnamed(roles);
  },
  check({ tenant: { roles } }) {
    return misnamed(roles);
  },
};

function* misnamed(roles: readonly Located<CustomRole>[]): Iterable<Finding> {
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
}
