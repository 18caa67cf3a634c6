import { isDay } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { ConfigRule } from '../../rule.ts';

const tenant = (end: string): string => `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: solar-leads }
  allocations:
    - name: solar-2026
      budget: { amount: "120000", currency: USD, period: Year }
      start: 2026-01-01
      end: ${end}
  namespaces:
    - name: prod
      clusters: [prodcluster01]
      allocation: solar-2026
`;

export const allocationDates: ConfigRule = {
  about: 'config',
  code: 'TEN404',
  name: 'allocation-dates',
  severity: 'error',
  summary: 'An allocation does not end before it starts.',
  why: 'Nothing could ever be attributed to it: one of the two dates is a slip.',
  bad: { files: { 'tenants/solar.yaml': tenant('2025-12-31') }, asOf: '2025-06-01' },
  good: { files: { 'tenants/solar.yaml': tenant('2026-12-31') }, asOf: '2025-06-01' },
  *check({ desired }) {
    for (const { allocations } of desired.tenants) {
      for (const { value, origin } of allocations) {
        const { name, start, end } = value;
        if (start === undefined || end === undefined || end >= start || !isDay(start) || !isDay(end)) continue;
        yield {
          message: `allocation \`${name}\` ends on ${end}, before it starts on ${start}`,
          at: at(originAt(origin, 'end')),
          related: [{ location: at(originAt(origin, 'start')), message: 'starts here' }],
          help: 'correct one of the two dates',
        };
      }
    }
  },
};
