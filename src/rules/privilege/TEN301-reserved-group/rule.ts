import type { Located } from '../../../config/model/desired-state.ts';
import { groupReferences } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { codePoints, visible } from '../../../values/lookalike.ts';
import { originAt } from '../../../source/source.ts';
import type { ConfigRule, Finding } from '../../rule.ts';
import type { ReservedGroup } from '../subjects.ts';
import { reservedGroupLike } from '../subjects.ts';

export const reservedGroup: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN301',
  name: 'reserved-group',
  severity: 'error',
  summary:
    'No group is called `cluster-admins`, `cluster-scope` or `system:…`, or looks as if it were, wherever it is named (S25).',
  why: 'The platform puts `cluster-admins` and `cluster-scope` into tokens by itself, and Kubernetes gives `system:…` groups rights that no file shows: `system:masters` passes every check. A share with one of them means something else than a share with a team. Names that differ only in letter case, in letters of another alphabet, in spaces, hyphens or invisible characters are refused as well: a reviewer would take one for the other, and so does an identity provider that compares names more loosely than Kubernetes.',
  *check({ desired }) {
    const declared = desired.organization.groups.map(({ name, origin }) => ({
      value: name,
      origin: originAt(origin, 'name'),
    }));
    const named = new Set(declared.map(({ value }) => value));
    // Of a group that is declared, the declaration is the mistake; those that use it would be told the same again.
    const used = groupReferences(desired).filter(({ value }) => !named.has(value));
    const read = new Map<string, ReservedGroup | undefined>();
    for (const place of [...declared, ...used]) {
      if (!read.has(place.value)) read.set(place.value, reservedGroupLike(place.value));
      const like = read.get(place.value);
      if (like !== undefined) yield finding(place, like);
    }
  },
};

function finding({ value: group, origin }: Located<string>, like: ReservedGroup): Finding {
  const isReserved = group === like || (like === 'system:*' && group.startsWith('system:'));
  const foreign = codePoints(group);
  return {
    message: `group \`${visible(group)}\` ${isReserved ? 'is reserved' : `looks like the reserved \`${like}\``}`,
    at: at(origin),
    ...(foreign.length > 0 && { label: `holds ${foreign.join(', ')}` }),
    help: advice[like],
  };
}

const advice: Record<ReservedGroup, string> = {
  'cluster-admins':
    'name another group; a person who is to administer all clusters is listed under `admins` in organization.yaml',
  'cluster-scope': 'drop it: every token holds `cluster-scope`, and what it allows is the same for everyone',
  'system:*': 'name a group of the identity provider: `system:…` groups belong to Kubernetes itself',
};
