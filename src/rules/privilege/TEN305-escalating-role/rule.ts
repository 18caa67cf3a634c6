import type { CustomRole, Located } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule, Finding } from '../../rule.ts';
import { escalation } from '../../../kubernetes/sensitive-rights.ts';
import { guardReason, isClusterWide } from '../rbac.ts';
import { rulesOf } from '../role-rules.ts';

export const escalatingRole: TenantRule = {
  level: 'tenant',
  code: 'TEN305',
  name: 'escalating-role',
  severity: 'error',
  summary:
    'A custom role names what it allows, within a namespace, and allows nothing that lets its holder get more than that.',
  why: "A custom role holds in every namespace in which somebody gives it, and one of the organization in those of all tenants. `*` allows what will be installed next year as well, and the verbs below with it. `bind`, `escalate` and `impersonate` turn any role into any other; writing roles and bindings goes around this repository, and writing quotas, limits or the Namespace around the platform's limits and isolation. `nodes/proxy` runs commands in every pod of a node, and approving a certificate request makes anyone out of anybody; like everything that belongs to the whole cluster, a Role cannot even give them, so that naming them is a mistake in any case.",
  checkPlatform({ organization: { roles } }) {
    return problemsOf(roles);
  },
  check({ tenant: { roles } }) {
    return problemsOf(roles);
  },
};

function* problemsOf(roles: readonly Located<CustomRole>[]): Iterable<Finding> {
  for (const { role, rule, origin } of rulesOf(roles)) yield* problems(role, rule, origin);
}

type PolicyRule = CustomRole['rules'][number];

function* problems(role: string, { apiGroups, resources, verbs }: PolicyRule, origin: Origin): Iterable<Finding> {
  const allows = `custom role \`${role}\` allows`;
  const place = (key: keyof PolicyRule, i: number) => at(originAt(origin, key, i));

  for (const [i, group] of apiGroups.entries()) {
    if (!group.includes('*')) continue;
    yield { message: `${allows} its verbs in all API groups`, at: place('apiGroups', i), help: nameThem('API groups') };
  }
  for (const [i, resource] of resources.entries()) {
    const guarded = guardReason(apiGroups, resource, verbs);
    if (resource.includes('*')) {
      yield { message: `${allows} its verbs on all resources`, at: place('resources', i), help: nameThem('resources') };
    } else if (isClusterWide(apiGroups, resource)) {
      yield {
        message: `custom role \`${role}\` names \`${resource}\`, which belongs to the whole cluster`,
        at: place('resources', i),
        help: `remove \`${resource}\`: a role of a tenant holds in its namespaces only`,
      };
    } else if (guarded !== undefined) {
      yield {
        message: `${allows} writing \`${resource}\`: ${guarded}`,
        at: place('resources', i),
        help: `remove \`${resource}\`, or move it to a rule with \`get\`, \`list\` and \`watch\` only`,
      };
    }
  }
  for (const [i, verb] of verbs.entries()) {
    const effect = escalation(verb);
    if (verb.includes('*')) {
      yield { message: `${allows} all verbs`, at: place('verbs', i), help: nameThem('verbs') };
    } else if (effect !== undefined) {
      yield { message: `${allows} \`${verb}\`, which ${effect}`, at: place('verbs', i), help: `remove \`${verb}\`` };
    }
  }
}

function nameThem(what: string): string {
  return `name the ${what} that are needed`;
}
