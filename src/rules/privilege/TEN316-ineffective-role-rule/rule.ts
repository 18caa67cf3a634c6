import type { CustomRole } from '../../../config/model/desired-state.ts';
import { at, didYouMean } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule, Finding } from '../../rule.ts';
import { groupsOfResource, ownGroups, ownResources } from '../rbac.ts';

export const ineffectiveRoleRule: TenantRule = {
  level: 'tenant',
  code: 'TEN316',
  name: 'ineffective-role-rule',
  severity: 'warning',
  summary: 'Each resource that a custom role names exists in one of the API groups beside it.',
  why: 'RBAC takes any text for an API group or a resource, and a rule that matches nothing allows nothing, without a word. The core group is written `""`, groups are written without their version, and resources in the plural. Only the API groups of Kubernetes itself are known here: a rule that also names another one is taken as it is.',
  *check({ tenant: { roles } }) {
    for (const { value, origin } of roles) {
      for (const [i, rule] of value.rules.entries()) {
        yield* problems(value.name, rule, originAt(origin, 'rules', i));
      }
    }
  },
};

type PolicyRule = CustomRole['rules'][number];

function* problems(role: string, { apiGroups, resources }: PolicyRule, origin: Origin): Iterable<Finding> {
  for (const [i, group] of apiGroups.entries()) {
    const written = group === 'core' || group === 'v1' ? '' : group.split('/', 1)[0];
    if (written === undefined || written === group) continue;
    yield {
      message: `custom role \`${role}\` names \`${group}\`, which is no API group`,
      at: at(originAt(origin, 'apiGroups', i)),
      mend: written,
      help: `write ${shown(written)}: ${written === '' ? 'the core group has no name' : 'groups are named without their version'}`,
    };
  }
  if (!apiGroups.every((group) => ownGroups.has(group))) return;
  for (const [i, resource] of resources.entries()) {
    const groups = groupsOfResource(resource);
    if (resource.includes('*') || groups.some((group) => apiGroups.includes(group))) continue;
    const place = at(originAt(origin, 'resources', i));
    const meant = groups.length === 0 ? didYouMean(resource, ownResources) : undefined;
    if (groups.length > 0) {
      yield {
        message: `custom role \`${role}\` allows nothing on \`${resource}\`, which is in API group ${groups.map(shown).join(' and ')}`,
        at: place,
        help: `move \`${resource}\` to a rule with \`apiGroups: [${groups[0] === '' ? '""' : (groups[0] ?? '')}]\``,
      };
    } else if (meant !== undefined) {
      yield {
        message: `custom role \`${role}\` allows nothing on \`${resource}\`, which Kubernetes does not have`,
        at: place,
        help: `did you mean \`${meant}\`?`,
        mend: meant,
      };
    }
  }
}

function shown(group: string): string {
  return group === '' ? '`""` (core)' : `\`${group}\``;
}
