import { groupReferences } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { reservedGroupLike } from '../../privilege/subjects.ts';
import type { ConfigRule } from '../../rule.ts';
import { suggester } from '../suggest.ts';

export const unknownGroup: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN101',
  name: 'unknown-group',
  severity: 'error',
  summary: 'Every group that owns or is shared with is declared in `organization.yaml` (S24).',
  why: 'A binding to a group that does not exist gives access to nobody, and to whoever creates a group of that name later.',
  *check({ desired }) {
    // Groups that could not be read may well be among those that are named.
    if (!desired.organization.complete) return;
    const declared = new Set(desired.organization.groups.map((g) => g.name));
    const suggest = suggester(declared);
    for (const { value: group, origin } of groupReferences(desired)) {
      // A reserved name is TEN301's: it must not be declared either.
      if (declared.has(group) || reservedGroupLike(group) !== undefined) continue;
      const meant = suggest(group);
      yield {
        message: `group \`${group}\` is not declared`,
        at: at(origin),
        help: meant ? `did you mean \`${meant}\`?` : 'add it to `groups` in organization.yaml, or name another group',
      };
    }
  },
};
