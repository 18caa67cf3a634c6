import { groupReferences } from '../../config/landscape.ts';
import { at } from '../../diagnostic.ts';
import { reservedGroupLike } from '../privilege/subjects.ts';
import type { ConfigRule } from '../rule.ts';
import { suggester } from './suggest.ts';

const tenant = (group: string): string => `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: solar-leads }
  namespaces:
    - name: prod
      clusters: [prodcluster01]
      sharedWith:
        - { group: ${group}, role: edit }
`;

export const unknownGroup: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN101',
  name: 'unknown-group',
  severity: 'error',
  summary: 'Every group that owns or is shared with is declared in `organization.yaml` (S24).',
  why: 'A binding to a group that does not exist gives access to nobody, and to whoever creates a group of that name later.',
  bad: { files: { 'tenants/solar.yaml': tenant('solar-ser') } },
  good: { files: { 'tenants/solar.yaml': tenant('solar-sre') } },
  *check({ landscape }) {
    // Groups that could not be read may well be among those that are named.
    if (!landscape.organization.complete) return;
    const declared = new Set(landscape.organization.groups.map((g) => g.name));
    const suggest = suggester(declared);
    for (const { value: group, origin } of groupReferences(landscape)) {
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
