import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Meaning } from '../../src/access/graph.ts';
import { accessKey } from '../../src/access/graph.ts';
import { ceilingsOf } from '../../src/config/model/ceilings.ts';
import type { Tenant } from '../../src/config/model/desired-state.ts';
import { parseQuantity, sumQuantities } from '../../src/kubernetes/quantity.ts';
import { rules } from '../../src/rules/index.ts';
import { checkConfig } from '../../src/rules/run.ts';
import { cases } from '../support/cases.ts';
import { changeBetween } from '../support/change.ts';
import { ownersChanges } from '../support/edits.ts';
import { lawDay, organizationFiles } from '../support/organizations.ts';

/**
 * Whatever an owner changes in his tenant's file alone: if it passes, nobody gets access outside of the tenant's namespaces,
 * and nothing that keeps tenants apart is looser than what the admins granted.
 */
describe('a change to one tenant’s file that passes without the admins', () => {
  it('gives nobody access elsewhere, and goes beyond no grant', async () => {
    let passed = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(ownersChanges, async ([base, head, name]) => {
        const [before, after] = [base, head].map((documents) => organizationFiles(documents));
        const { context, found } = await changeBetween(before ?? {}, after ?? {}, { asOf: lawDay });
        const errors = [...checkConfig(rules, context.after), ...found].filter((d) => d.severity === 'error');
        if (checkConfig(rules, context.before).some((d) => d.severity === 'error')) return;
        if (errors.length > 0) {
          refused += 1;
          return;
        }
        passed += 1;
        const [old, now] = [context.plan.before, context.plan.after];
        expect(elsewhere(now, name)).toEqual(elsewhere(old, name));
        for (const tenant of now.desired.tenants) {
          const was = old.desired.tenants.find((other) => other.name === tenant.name);
          expectWithin(now, tenant, was);
        }
      }),
      { numRuns: cases(600) },
    );
    // Both happen, or the law says nothing.
    expect(passed).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });
});

/** All accesses but those to namespaces of a tenant. */
function elsewhere({ graph }: Meaning, tenant: string): string[] {
  return graph.clusters
    .flatMap(({ namespaces, accesses }) => {
      const own = new Set(
        namespaces.flatMap((entry) => (entry.kind === 'Tenant' && entry.tenant.name === tenant ? [entry.name] : [])),
      );
      return accesses.filter(({ scope }) => scope.kind === 'Cluster' || !own.has(scope.namespace)).map(accessKey);
    })
    .sort();
}

const podSecurity = ['restricted', 'baseline', 'privileged'];
const network = ['SameNamespace', 'SameTenant', 'None'];

function expectWithin({ desired: { organization } }: Meaning, tenant: Tenant, was: Tenant | undefined): void {
  const most = ceilingsOf(organization, tenant.name);
  for (const { isolation, labels, annotations } of tenant.namespaces) {
    expect(['Enforce', most.enforcement?.value]).toContain(isolation.enforcement.value);
    expect(Array.from(annotations.keys()).filter((key) => !most.annotationKeys?.value.includes(key))).toEqual([]);
    expect(podSecurity.indexOf(isolation.podSecurity.value)).toBeLessThanOrEqual(
      podSecurity.indexOf(most.podSecurity?.value ?? ''),
    );
    expect(network.indexOf(isolation.network.value)).toBeLessThanOrEqual(network.indexOf(most.network?.value ?? ''));
    expect(Array.from(labels.keys()).filter((key) => !most.labelKeys?.value.includes(key))).toEqual([]);
    for (const key of ['storageClasses', 'ingressClasses', 'runtimeClasses'] as const) {
      const granted = most[key]?.value;
      if (granted) expect(granted).toEqual(expect.arrayContaining(isolation[key]?.value ?? ['anything']));
    }
    const system = (isolation.priorityClasses?.value ?? []).filter((name) => name.startsWith('system-'));
    expect(system.filter((name) => !most.priorityClasses?.value.includes(name))).toEqual([]);
    if (isolation.nodeSelector) {
      const chosen = isolation.nodeSelector.value;
      const holds = (one: Readonly<Record<string, string>>) => Object.entries(one).every(([k, v]) => chosen[k] === v);
      expect((most.nodeSelector?.value ?? []).some(holds)).toBe(true);
    }
    for (const prefix of isolation.registries?.value ?? []) {
      expect((most.registries?.value ?? ['']).some((granted) => prefix.startsWith(granted))).toBe(true);
    }
  }
  if (tenant.subscriptionGroup !== tenant.name) {
    expect(most.subscriptionGroups?.value).toContain(tenant.subscriptionGroup);
  }
  if (!was || was.namespaces.length === 0) return;
  if (!most.budgets) expect(moneyOf(tenant)).toBeLessThanOrEqual(moneyOf(was));
  const [had, has] = [cpuOf(was), cpuOf(tenant)];
  const granted = most.quota?.value.cpu;
  const limit = granted === undefined ? had : (parseQuantity(granted) ?? 0n);
  if (limit !== undefined) expect(has !== undefined && has <= limit).toBe(true);
}

/** All that a tenant's allocations come to; generated ones have one currency and period. */
function moneyOf({ allocations }: Tenant): number {
  return allocations.reduce((sum, { value }) => sum + Number(value.budget.amount), 0);
}

/** The most CPU that a tenant may request on one of its clusters; undefined where a namespace has no limit. */
function cpuOf({ namespaces }: Tenant): bigint | undefined {
  const clusters = new Set(namespaces.flatMap((namespace) => namespace.clusters.map(({ value }) => value)));
  const sums = Array.from(clusters, (cluster) => {
    const amounts = namespaces
      .filter((namespace) => namespace.clusters.some(({ value }) => value === cluster))
      .map(({ quota }) => (quota?.value.cpu === undefined ? undefined : parseQuantity(quota.value.cpu)));
    return amounts.includes(undefined) ? undefined : sumQuantities(amounts.map((amount) => amount ?? 0n));
  });
  return sums.includes(undefined) ? undefined : sums.reduce<bigint>((a, b) => (b !== undefined && b > a ? b : a), 0n);
}
