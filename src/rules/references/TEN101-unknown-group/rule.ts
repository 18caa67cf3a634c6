import type { Located } from '../../../config/model/desired-state.ts';
import { clusterGroupReferences, tenantGroupReferences } from '../../../config/model/desired-state.ts';
import { oncePer } from '../../../values/once.ts';
import { at } from '../../../source/diagnostic.ts';
import { reservedGroupLike } from '../../privilege/subjects.ts';
import type { Finding, Platform, TenantRule } from '../../rule.ts';
import { suggester } from '../suggest.ts';
import { declaredUsers } from '../users.ts';

export const unknownGroup: TenantRule = {
  level: 'tenant',
  code: 'TEN101',
  name: 'unknown-group',
  severity: 'error',
  summary: 'Every group that owns or is shared with is declared in `organization.yaml` (S24).',
  why: 'A binding to a group that does not exist gives access to nobody, and to whoever creates a group of that name later.',
  checkPlatform(platform) {
    return undeclared(platform.clusters.flatMap(clusterGroupReferences), platform);
  },
  check({ tenant, platform }) {
    return undeclared(tenantGroupReferences(tenant), platform);
  },
};

const declaredGroups = oncePer(({ organization }: Platform) => {
  const names = new Set(organization.groups.map(({ name }) => name));
  return { names, suggest: suggester(names) };
});

function* undeclared(references: readonly Located<string>[], platform: Platform): Generator<Finding, void> {
  // Groups that could not be read may well be among those that are named.
  if (!platform.organization.complete) return;
  const { names, suggest } = declaredGroups(platform);
  for (const { value: group, origin } of references) {
    // A reserved name is TEN301's: it must not be declared either.
    if (names.has(group) || reservedGroupLike(group) !== undefined) continue;
    const meant = suggest(group);
    const isUser = declaredUsers(platform.organization).has(group);
    yield {
      message: `group \`${group}\` is not declared`,
      at: at(origin),
      mend: isUser ? undefined : meant,
      help: isUser
        ? `\`${group}\` is a user: write \`user: ${group}\` in a share, \`kind: User\` for an owner; a cluster is shared with groups alone`
        : meant
          ? `did you mean \`${meant}\`?`
          : 'add it to `groups` in organization.yaml, or name another group',
    };
  }
}
