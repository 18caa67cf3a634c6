import type { CustomRole, Located } from '../../../config/model/desired-state.ts';
import { at, didYouMean } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule, Finding } from '../../rule.ts';
import type { CommandRequest } from '../../../kubernetes/kubectl-commands.ts';
import { kubectlCommands } from '../../../kubernetes/kubectl-commands.ts';
import { knownVerbs, servedResources } from '../../../kubernetes/resources.ts';
import { groupsOfResource, ownGroups, ownResources } from '../rbac.ts';
import { rulesOf } from '../role-rules.ts';

export const ineffectiveRoleRule: TenantRule = {
  level: 'tenant',
  code: 'TEN316',
  name: 'ineffective-role-rule',
  severity: 'warning',
  summary: 'Each resource, subresource and verb that a custom role names exists, in one of the API groups beside it.',
  why: 'RBAC takes any text for an API group, a resource or a verb, and a rule that matches nothing allows nothing, without a word. The core group is written `""`, groups are written without their version, resources in the plural, verbs in small letters. Only the API groups of Kubernetes itself are known here: a rule that also names another one is taken as it is. Nor does `create` match where `resourceNames` are given: the API server does not know the name yet.',
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

/** What to do: in words, and as the text to write instead where that is all. */
type Advice = Pick<Finding, 'help' | 'mend'>;

function instead(meant: string): Advice {
  return { help: `did you mean \`${meant}\`?`, mend: meant };
}

function* problems(role: string, rule: PolicyRule, origin: Origin): Iterable<Finding> {
  const wrong = (what: string, key: keyof PolicyRule, i: number, advice: Advice): Finding => {
    return { message: `custom role \`${role}\` ${what}`, at: at(originAt(origin, key, i)), ...advice };
  };
  const { apiGroups, resources, verbs } = rule;
  for (const [i, group] of apiGroups.entries()) {
    const written = group === 'core' || group === 'v1' ? '' : group.split('/', 1)[0];
    if (written === undefined || written === group) continue;
    const why = written === '' ? 'the core group has no name' : 'groups are named without their version';
    yield wrong(`names \`${group}\`, which is no API group`, 'apiGroups', i, {
      help: `write ${shown(written)}: ${why}`,
      mend: written,
    });
  }
  const isOwn = apiGroups.every((group) => ownGroups.has(group));
  for (const [i, verb] of verbs.entries()) {
    const advice = adviceForVerb(verb, isOwn);
    if (advice) yield wrong(`allows nothing by \`${verb}\`, which is no verb of Kubernetes`, 'verbs', i, advice);
    else if (rule.resourceNames && unnamed.has(verb) && resources.some((resource) => !resource.includes('/'))) {
      yield wrong(`allows no \`${verb}\`: a request for it has no name that \`resourceNames\` could hold`, 'verbs', i, {
        help: `move \`${verb}\` to a rule without \`resourceNames\``,
      });
    }
  }
  if (!isOwn) return;
  for (const [i, resource] of resources.entries()) {
    const groups = groupsOfResource(resource);
    if (resource.includes('*')) continue;
    if (groups.some((group) => apiGroups.includes(group))) {
      const advice = adviceForSubresource(resource, apiGroups);
      if (advice)
        yield wrong(`allows nothing on \`${resource}\`, which Kubernetes does not have`, 'resources', i, advice);
    } else if (groups.length > 0) {
      yield wrong(
        `allows nothing on \`${resource}\`, which is in API group ${groups.map(shown).join(' and ')}`,
        'resources',
        i,
        { help: `move \`${resource}\` to a rule with \`apiGroups: [${groups[0] === '' ? '""' : (groups[0] ?? '')}]\`` },
      );
    } else {
      const meant = longNameOf(resource, apiGroups) ?? didYouMean(resource, ownResources);
      if (meant === undefined) continue;
      yield wrong(`allows nothing on \`${resource}\`, which Kubernetes does not have`, 'resources', i, instead(meant));
    }
  }
}

/** Verbs that the API server asks about without a name, whatever object it is about. */
const unnamed: ReadonlySet<string> = new Set(['create', 'deletecollection']);

function requestText({ verb, resource, subresource }: CommandRequest): string {
  const place = subresource === undefined ? '' : ` on \`${resource ?? '<resource>'}/${subresource}\``;
  return `\`${verb}\`${place}`;
}

/** What to write instead of a verb; undefined for one that Kubernetes, or an add-on, may have. */
function adviceForVerb(verb: string, isOwn: boolean): Advice | undefined {
  // With a colon there are verbs of impersonation, which say as whom.
  if (/[*:]/.test(verb) || knownVerbs.has(verb)) return undefined;
  const small = verb.toLowerCase();
  if (knownVerbs.has(small)) return instead(small);
  if (!isOwn) return undefined;
  const command = kubectlCommands.get(small);
  if (command) return { help: `write ${requestText(command)}` };
  const meant = didYouMean(verb, knownVerbs);
  if (meant !== undefined) return instead(meant);
  return {
    help: 'write verbs of Kubernetes: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`',
  };
}

/** What to write instead of a subresource that there is not, in any of the groups; undefined where there is one. */
function adviceForSubresource(resource: string, apiGroups: readonly string[]): Advice | undefined {
  const [name = '', subresource] = resource.split('/', 2);
  const found = servedResources.filter((served) => served.name === name && apiGroups.includes(served.group));
  // Of what is not served everywhere nobody knows what it has.
  if (subresource === undefined || found.length === 0) return undefined;
  const there = found.flatMap(({ subresources }) => subresources.map((one) => one.name));
  if (there.includes(subresource)) return undefined;
  const meant = didYouMean(subresource, there);
  if (meant !== undefined) return instead(`${name}/${meant}`);
  const those = there.map((one) => `\`${name}/${one}\``);
  return { help: those.length === 0 ? `\`${name}\` has no subresources` : `there is ${those.join(', ')}` };
}

/** The resource that kubectl calls so, by its short name or in the singular. */
function longNameOf(name: string, apiGroups: readonly string[]): string | undefined {
  const known = servedResources.filter(({ otherNames }) => otherNames.includes(name.toLowerCase()));
  return (known.find(({ group }) => apiGroups.includes(group)) ?? known[0])?.name;
}

function shown(group: string): string {
  return group === '' ? '`""` (core)' : `\`${group}\``;
}
