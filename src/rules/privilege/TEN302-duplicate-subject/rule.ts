import { describeSubject, subjectKey } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';
import type { SubjectEntry } from '../subjects.ts';
import { subjectLists } from '../subjects.ts';

export const duplicateSubject: TenantRule = {
  level: 'tenant',
  code: 'TEN302',
  name: 'duplicate-subject',
  severity: 'error',
  summary: 'A list of shares, or of owners, names each subject once (S7).',
  why: 'Of two lines that give access to the same group, the wider one counts. Whoever removes it, or lowers it, believes that the access is revoked or narrowed, and the other line still holds.',
  *check({ tenant }) {
    for (const { key, entries } of subjectLists(tenant)) {
      if (entries.length < 2) continue;
      const first = new Map<string, SubjectEntry>();
      for (const entry of entries) {
        const { subject } = entry;
        const earlier = first.get(subjectKey(subject));
        if (!earlier) {
          first.set(subjectKey(subject), entry);
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
  },
};
