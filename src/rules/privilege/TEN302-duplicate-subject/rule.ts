import { describeSubject, subjectKey } from '../../../config/model/desired-state.ts';
import { builtInRoles } from '../../../kubernetes/user-roles.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import type { SubjectEntry, SubjectList } from '../subjects.ts';
import { foreignSubjectLists, subjectLists } from '../subjects.ts';

/** Whether a role is a custom one. */
function isOwnRole(role: string | undefined): boolean {
  return role !== undefined && !builtInRoles.some((builtIn) => builtIn === role);
}

export const duplicateSubject: TenantRule = {
  level: 'tenant',
  code: 'TEN302',
  name: 'duplicate-subject',
  severity: 'error',
  summary: 'A list of shares, or of owners, names each subject once (S7), but for custom roles beside a built-in one.',
  why: 'Of two lines that give built-in roles to the same group, the wider one counts. Whoever removes it, or lowers it, believes that the access is revoked or narrowed, and the other line still holds. A custom role may hold what `admin` does not: beside another role it only adds.',
  checkPlatform({ clusters }) {
    return repeated(foreignSubjectLists(clusters));
  },
  check({ tenant }) {
    return repeated(subjectLists(tenant));
  },
};

function* repeated(lists: readonly SubjectList[]): Generator<Finding, void> {
  for (const { key, entries } of lists) {
    if (entries.length < 2 || new Set(entries.map(({ subject }) => subjectKey(subject))).size === entries.length)
      continue;
    const first = new Map<string, SubjectEntry>();
    for (const entry of entries) {
      const { subject } = entry;
      // A custom role beside a built-in one, or another custom one, adds to it: each has a binding of its own.
      const seenAs = JSON.stringify([subjectKey(subject), isOwnRole(entry.role) ? entry.role : '']);
      const earlier = first.get(seenAs);
      if (!earlier) {
        first.set(seenAs, entry);
        continue;
      }
      const roles = [earlier.role, entry.role].flatMap((role) => (role === undefined ? [] : [role]));
      const differ = new Set(roles).size > 1;
      yield {
        message: `${describeSubject(subject)} is in \`${key}\` twice${differ ? `, as ${roles.join(' and as ')}` : ''}`,
        at: at(entry.at),
        related: [{ location: at(earlier.at), message: 'first named here' }],
        help: differ
          ? 'keep the line with the role that is meant, and remove the other'
          : 'remove one of the two lines',
      };
    }
  }
}
