import { at } from '../../../source/diagnostic.ts';
import { codePoints, skeleton, visible } from '../../../values/lookalike.ts';
import type { Origin } from '../../../source/source.ts';
import type { TenantRule, Finding } from '../../rule.ts';
import { usersOfClusters } from '../../references/users.ts';
import { subjectLists } from '../subjects.ts';

export const userName: TenantRule = {
  level: 'tenant',
  code: 'TEN315',
  name: 'user-name',
  severity: 'error',
  summary: 'Users are named as people know them: without the `user:` of tokens, and never `system:…`.',
  why: 'Tokens and RBAC say `user:alice` for the user `alice` (S30); tenantry adds the prefix. A name that already has it becomes `user:user:alice`, whom nobody is: an admin who is listed so is no admin. Likewise `system:serviceaccount:ci:deployer` becomes `user:system:…`: no user of Kubernetes itself can be given access as a person.',
  *checkPlatform({ organization, clusters }) {
    for (const { value, origin } of [
      ...organization.admins,
      ...organization.groups.flatMap(({ members = [] }) => members),
      ...usersOfClusters(clusters),
    ]) {
      yield* problems(value, origin, 'person');
    }
  },
  *check({ tenant }) {
    for (const { key, entries } of subjectLists(tenant)) {
      for (const { subject, at: origin } of entries) {
        if (subject.kind === 'User') yield* problems(subject.name, origin, key === 'owners' ? 'owner' : 'share');
      }
    }
  },
};

/** As what the user is named. */
type NamedAs = 'owner' | 'share' | 'person';

function* problems(user: string, origin: Origin, as: NamedAs): Iterable<Finding> {
  const [, prefix, rest] = /^\s*(user|system)\s*:(.*)$/isu.exec(user) ?? [];
  if (prefix === undefined || rest === undefined) {
    if (looksLikeSystem(user)) {
      yield {
        message: `user \`${visible(user)}\` looks like a user of Kubernetes itself`,
        at: at(origin),
        label: `holds ${codePoints(user).join(', ')}`,
        help: 'name a user of the identity provider',
      };
    }
    return;
  }
  yield prefix.toLowerCase() === 'user'
    ? {
        message: `user \`${visible(user)}\` is named with the \`user:\` of tokens`,
        at: at(origin),
        help: `write \`${visible(rest.trim())}\``,
        mend: rest.trim(),
      }
    : {
        message: `user \`${visible(user)}\` has the name of a user of Kubernetes itself`,
        at: at(origin),
        help: systemHelp(rest, as),
      };
}

function looksLikeSystem(user: string): boolean {
  // Nearly all names are in ASCII and without a colon, and then nothing in them looks like one.
  if (/^[ -9;-~]*$/.test(user)) return false;
  return skeleton(user).replaceAll('-', '').startsWith(skeleton('system:'));
}

/** What to write instead of `system:<rest>`. */
function systemHelp(rest: string, as: NamedAs): string {
  const [, namespace, name] = /^serviceaccount:([^:]+):([^:]+)$/i.exec(rest) ?? [];
  if (namespace === undefined || name === undefined || as === 'person') return 'name a user of the identity provider';
  return as === 'owner'
    ? `write \`{ kind: ServiceAccount, name: ${name}, namespace: ${namespace} }\``
    : `write \`serviceAccount: ${namespace}/${name}\` in place of \`user\``;
}
