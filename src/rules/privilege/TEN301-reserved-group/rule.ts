import type { Located, Organization } from '../../../config/model/desired-state.ts';
import { clusterGroupReferences, tenantGroupReferences } from '../../../config/model/desired-state.ts';
import { oncePer } from '../../../values/once.ts';
import { at } from '../../../source/diagnostic.ts';
import { codePoints, visible } from '../../../values/lookalike.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule, Finding } from '../../rule.ts';
import type { ReservedGroup } from '../subjects.ts';
import { isReservedPrefix, reservedGroupLike } from '../subjects.ts';

export const reservedGroup: TenantRule = {
  level: 'tenant',
  code: 'TEN301',
  name: 'reserved-group',
  severity: 'error',
  summary:
    'No group is called `cluster-admins`, `cluster-scope` or `system:…`, or looks as if it were, wherever it is named (S25).',
  why: 'The platform puts `cluster-admins` and `cluster-scope` into tokens by itself, and Kubernetes gives `system:…` groups rights that no file shows: `system:masters` passes every check. A share with one of them means something else than a share with a team. Names that differ only in letter case, in letters of another alphabet, in spaces, hyphens or invisible characters are refused as well: a reviewer would take one for the other, and so does an identity provider that compares names more loosely than Kubernetes.',
  *checkPlatform({ organization, clusters }) {
    const declared = organization.groups.map(({ name, origin }) => ({ value: name, origin: originAt(origin, 'name') }));
    for (const place of [...declared, ...undeclared(clusters.flatMap(clusterGroupReferences), organization)]) {
      yield* problems(place);
    }
  },
  *check({ tenant, platform }) {
    for (const place of undeclared(tenantGroupReferences(tenant), platform.organization)) yield* problems(place);
  },
};

const declaredNames = oncePer(({ groups }: Organization) => new Set(groups.map(({ name }) => name)));

/** Of a group that is declared, the declaration is the mistake; those that use it would be told the same again. */
function undeclared(references: readonly Located<string>[], organization: Organization): Located<string>[] {
  const names = declaredNames(organization);
  return references.filter(({ value }) => !names.has(value));
}

function problems(place: Located<string>): Finding[] {
  const like = reservedGroupLike(place.value);
  return like === undefined ? [] : [finding(place, like)];
}

function finding({ value: group, origin }: Located<string>, like: ReservedGroup): Finding {
  const isReserved = group === like || (isReservedPrefix(like) && group.startsWith(like.slice(0, -1)));
  const foreign = codePoints(group);
  return {
    message: `group \`${visible(group)}\` ${isReserved ? 'is reserved' : `looks like the reserved \`${like}\``}`,
    at: at(origin),
    ...(foreign.length > 0 && { label: `holds ${foreign.join(', ')}` }),
    help: group.startsWith('system:serviceaccounts')
      ? 'share with each service account that is meant: `serviceAccount: <namespace>/<name>`'
      : advice[like],
  };
}

const advice: Record<ReservedGroup, string> = {
  'cluster-admins':
    'name another group; a person who is to administer all clusters is listed under `admins` in organization.yaml',
  'cluster-scope': 'drop it: every token holds `cluster-scope`, and what it allows is the same for everyone',
  'system:*': 'name a group of the identity provider: `system:…` groups belong to Kubernetes itself',
  'kubeadm:*': 'name a group of the identity provider: `kubeadm:…` groups are those of the admins that kubeadm sets up',
};
