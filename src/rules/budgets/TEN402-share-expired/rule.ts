import { describeSubject } from '../../../config/model/desired-state.ts';
import { isDay } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { ConfigRule } from '../../rule.ts';
import { endingShares } from '../shares.ts';

const tenant = (until: string): string => `apiVersion: tenantry.dev/v1
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
        - { group: solar-sre, role: edit, until: ${until} }
`;

export const shareExpired: ConfigRule = {
  about: 'config',
  code: 'TEN402',
  name: 'share-expired',
  severity: 'warning',
  summary: 'No share has ended.',
  why: 'A share gives nothing after the day of its `until`; whoever reads the file may believe otherwise. Only a warning, because a day that passes must not fail a change that has nothing to do with it.',
  bad: { files: { 'tenants/solar.yaml': tenant('2026-01-14') } },
  good: { files: { 'tenants/solar.yaml': tenant('2026-01-15') } },
  *check({ desired, asOf }) {
    for (const { share, until, on } of endingShares(desired)) {
      if (until >= asOf || !isDay(until)) continue;
      yield {
        message: `the share with ${describeSubject(share.subject)} on ${on} ended on ${until} and gives no access any more`,
        at: at(originAt(share.origin, 'until')),
        help: 'remove the share or, if it is still needed, give it a later `until`',
      };
    }
  },
};
