import { describe, expect, it } from 'vitest';
import { isolation } from '../../src/settings/isolation.ts';
import { namespace } from '../../src/settings/namespace.ts';
import { changes, removals } from '../../src/settings/changes.ts';
import { limits, organization } from '../../src/settings/organization.ts';
import { containerLimitsKey, quotaKey } from '../../src/settings/quota.ts';
import type { Setting } from '../../src/settings/setting.ts';
import { tenant } from '../../src/settings/tenant.ts';
import type { ContainerAmounts, SettingValue } from '../../src/settings/value.ts';
import { sameValue, valueText, word } from '../../src/settings/value.ts';

const amount = (quantity: string): SettingValue => ({ type: 'quantity', quantity });
const number = (value: number): SettingValue => ({ type: 'number', number: value });
const containers = (limits: ContainerAmounts): SettingValue => ({ type: 'containers', limits });
const budget = (money: string, currency: string, period: string, days = {}): SettingValue => ({
  type: 'budget',
  budget: { amount: money, currency, period, ...days },
});

describe('what a change of a setting lets people do', () => {
  const rows: readonly (readonly [
    Setting,
    string | undefined,
    SettingValue | undefined,
    SettingValue | undefined,
    'loosens' | 'tightens' | undefined,
  ])[] = [
    [quotaKey, undefined, amount('1'), amount('2'), 'loosens'],
    [quotaKey, undefined, amount('1'), amount('1000m'), undefined],
    [quotaKey, undefined, amount('1Gi'), amount('1G'), 'tightens'],
    [quotaKey, undefined, amount('5'), undefined, 'loosens'],
    [quotaKey, undefined, undefined, amount('5'), 'tightens'],
    [limits.shareDays, undefined, number(30), undefined, 'loosens'],
    [removals.accessMinimum, undefined, number(10), number(20), 'loosens'],
    [isolation.network, undefined, word('SameNamespace'), word('None'), 'loosens'],
    [isolation.podSecurity, undefined, word('privileged'), word('baseline'), 'tightens'],
    [tenant.cordoned, undefined, word('true'), word('false'), 'loosens'],
    [tenant.deletion, undefined, word('Never'), word('TwoStep'), 'loosens'],
    [isolation.registries, undefined, undefined, word('only'), 'tightens'],
    [isolation.registries, undefined, word('only'), undefined, 'loosens'],
    [isolation.registries, 'a.example.com/', undefined, word(''), 'loosens'],
    [isolation.storageClasses, 'fast', word(''), undefined, 'tightens'],
    [isolation.nodeSelector, 'pool', word('green'), undefined, 'loosens'],
    [isolation.nodeSelector, 'pool', word('green'), word('blue'), undefined],
    [isolation.nodeSelector, undefined, undefined, word('any node'), 'loosens'],
    [isolation.nodeSelector, undefined, word('any node'), undefined, 'tightens'],
    [tenant.allocations, 'a26', budget('100', 'USD', 'Year'), budget('99.5', 'USD', 'Year'), 'tightens'],
    [tenant.allocations, 'a26', budget('99', 'USD', 'Year'), budget('100', 'USD', 'Year'), 'loosens'],
    [tenant.allocations, 'a26', budget('100', 'USD', 'Year'), budget('100', 'USD', 'Month'), undefined],
    [tenant.allocations, 'a26', budget('100', 'USD', 'Year'), budget('90', 'EUR', 'Year'), undefined],
    [
      tenant.allocations,
      'a26',
      budget('1', 'USD', 'Once', { end: '2026-05-01' }),
      budget('1', 'USD', 'Once', { end: '2026-06-01' }),
      'loosens',
    ],
    [
      tenant.allocations,
      'a26',
      budget('1', 'USD', 'Once', { end: '2026-05-01' }),
      budget('1', 'USD', 'Once'),
      'loosens',
    ],
    [
      tenant.allocations,
      'a26',
      budget('1', 'USD', 'Once', { start: '2026-02-01' }),
      budget('1', 'USD', 'Once'),
      'loosens',
    ],
    [
      tenant.allocations,
      'a26',
      budget('1', 'USD', 'Once'),
      budget('1', 'USD', 'Once', { end: '2026-05-01' }),
      'tightens',
    ],
    [
      tenant.allocations,
      'a26',
      budget('1', 'USD', 'Once', { end: '2026-05-01' }),
      budget('2', 'USD', 'Once', { end: '2026-04-01' }),
      'loosens',
    ],
    [
      tenant.allocations,
      'a26',
      budget('2', 'USD', 'Once', { end: '2026-05-01' }),
      budget('1', 'USD', 'Once', { end: '2026-06-01' }),
      undefined,
    ],
    [tenant.allocations, 'a26', undefined, budget('100', 'USD', 'Year'), 'loosens'],
    [tenant.allocations, 'a26', budget('100', 'USD', 'Year'), undefined, 'tightens'],
    [namespace.allocation, undefined, word('a25'), word('a26'), undefined],
    [
      containerLimitsKey,
      undefined,
      containers({ max: { cpu: '2', memory: '4Gi' } }),
      containers({ max: { cpu: '2', memory: '8Gi' } }),
      'loosens',
    ],
    [
      containerLimitsKey,
      undefined,
      containers({ max: { cpu: '2', memory: '4Gi' } }),
      containers({ max: { cpu: '1', memory: '8Gi' } }),
      'loosens',
    ],
    [
      containerLimitsKey,
      undefined,
      containers({ max: { cpu: '2', memory: '4Gi' } }),
      containers({ max: { cpu: '2' } }),
      'loosens',
    ],
    [
      containerLimitsKey,
      undefined,
      containers({ max: { cpu: '2' } }),
      containers({ max: { cpu: '1' }, default: { cpu: '500m' } }),
      'tightens',
    ],
    [
      containerLimitsKey,
      undefined,
      containers({ default: { cpu: '1' }, max: { cpu: '2' } }),
      containers({ default: { cpu: '2' }, max: { cpu: '2' } }),
      'loosens',
    ],
    [
      containerLimitsKey,
      undefined,
      containers({ max: { cpu: '2' } }),
      containers({ max: { cpu: '2000m' } }),
      undefined,
    ],
    [
      containerLimitsKey,
      undefined,
      containers({ defaultRequest: { cpu: '1' } }),
      containers({ defaultRequest: { cpu: '2' } }),
      undefined,
    ],
    [containerLimitsKey, undefined, containers({ max: { cpu: '2' } }), undefined, 'loosens'],
    [containerLimitsKey, undefined, undefined, containers({ max: { cpu: '2' } }), 'tightens'],
    [organization.exceptions, 'TEN210 solar', word('2026-05-01'), word('2026-06-01'), 'loosens'],
    [organization.exceptions, 'TEN210 solar', word('2026-05-01'), undefined, 'tightens'],
    [organization.protectedNamespaces, 'monitoring', word(''), undefined, 'loosens'],
    [changes.production, 'tier', undefined, word('one'), 'loosens'],
    [changes.production, 'tier', word('one'), undefined, 'tightens'],
    [changes.production, 'tier', word('one'), word('two'), undefined],
    [tenant.subscriptionGroup, undefined, word('a'), word('b'), undefined],
  ];
  const text = (value: SettingValue | undefined): string => (value ? valueText(value) : 'nothing');
  it.each(
    rows.map((row) => [`${row[0].name} ${row[1] ?? ''} from ${text(row[2])} to ${text(row[3])}`, ...row] as const),
  )('%s', (_, setting, item, before, after, effect) => {
    expect(setting.order({ item, before, after })).toBe(effect);
  });
});

describe('values', () => {
  it('are the same where they say the same, however they are written', () => {
    expect(sameValue(amount('1'), amount('1000m'))).toBe(true);
    expect(sameValue(amount('1Gi'), amount('1G'))).toBe(false);
    expect(sameValue(containers({ max: { cpu: '1' } }), containers({ max: { cpu: '1000m' } }))).toBe(true);
    expect(sameValue(containers({ max: { cpu: '1' } }), containers({ default: { cpu: '1' } }))).toBe(false);
    expect(sameValue(containers({ max: { cpu: '1' } }), containers({ max: { cpu: '1', memory: '1Gi' } }))).toBe(false);
    expect(sameValue(word('1'), amount('1'))).toBe(false);
  });

  it('read as the config writes them', () => {
    expect(valueText(budget('100', 'USD', 'Year', { start: '2026-01-01', end: '2026-12-31' }))).toBe(
      '100 USD Year from 2026-01-01 until 2026-12-31',
    );
    expect(valueText(containers({ defaultRequest: { cpu: '1' }, max: { memory: '4Gi', cpu: '2' } }))).toBe(
      'defaultRequest cpu 1, max cpu 2 memory 4Gi',
    );
    expect(valueText({ type: 'group', group: 'solar-sre' })).toBe('of group solar-sre');
  });
});
