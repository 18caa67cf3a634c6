import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/source/diagnostic.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planOf } from '../../src/plan/plan.ts';
import { changeContext } from '../../src/rules/change-context.ts';
import { cases } from '../support/cases.ts';
import { changeExample, configExample, exampleDay, exampleFiles, exampleSides } from '../support/examples.ts';
import { rules } from '../../src/rules/index.ts';
import type { RuleContext } from '../../src/rules/rule.ts';
import { checkChange, checkConfig, countErrors } from '../../src/rules/run.ts';
import type { Sides } from '../support/change.ts';
import { sidesApart, sidesTogether } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { changes } from '../support/edits.ts';
import { lawDay, organizationFiles } from '../support/organizations.ts';

/**
 * `plan` reads what both sides have in the same words as one value, and does not look at it twice. Whatever it leaves out
 * so, it says the same as when both sides are read, resolved, compared and judged as if there were no other.
 */

const runs = { numRuns: cases(100) };

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Checks a law for generated changes, and for those in the examples of all rules. */
function holdsForChanges(law: (before: Files, after: Files, asOf: string) => Promise<void>): void {
  it('of generated organizations', async () => {
    await fc.assert(
      fc.asyncProperty(changes, async ([base, head]) => {
        await law(organizationFiles(base), organizationFiles(head), lawDay);
        await law(organizationFiles(head), organizationFiles(base), lawDay);
      }),
      runs,
    );
  });

  it('of the examples of rules', async () => {
    for (const rule of rules) {
      if (rule.level === 'rendered') continue;
      for (const which of ['bad', 'good'] as const) {
        const example = rule.level === 'change' ? changeExample(rule, which) : configExample(rule, which);
        const asOf = example.asOf ?? exampleDay;
        const { before, after } =
          'files' in example
            ? { before: exampleFiles(example), after: exampleFiles({ files: {} }) }
            : exampleSides(example);
        await law(before, after, asOf);
        await law(after, before, asOf);
      }
    }
  });
}

describe('what is read and resolved together is what is read apart', () => {
  holdsForChanges(async (before, after, asOf) => {
    const apart = await sidesApart(before, after, asOf);
    expect(await sidesTogether(before, after, asOf)).toEqual(apart);
  });

  it('where only a certificate file differs', async () => {
    const files = exampleFiles({ files: { 'clusters/c1.yaml': clusterFile('c1') } });
    const { head, base } = await sidesTogether(files, { ...files, 'clusters/example-ca.pem': 'another' }, lawDay);
    const pem = ({ desired }: RuleContext) => desired.clusters[0]?.certificateAuthority?.pem;
    expect(pem(head)).toBe('another');
    expect(pem(base)).not.toBe('another');
  });

  it('where only the namespace of a group differs', async () => {
    const cluster = clusterFile('c1', { sharedWith: [{ group: 'audit' }] });
    const files = exampleFiles({ files: { 'organization.yaml': organizationFile({}), 'clusters/c1.yaml': cluster } });
    const groups = [{ name: 'solar-leads' }, { name: 'solar-sre' }, { name: 'audit', namespace: 'auditors' }];
    const after = { ...files, 'organization.yaml': organizationFile({ groups }) };
    expect(await sidesTogether(files, after, lawDay)).toEqual(await sidesApart(files, after, lawDay));
  });

  it('where one of two files for a name is gone', async () => {
    const files = exampleFiles({ files: {} });
    const twin = { ...files, 'tenants/Solar.yaml': 'kind: Tenant\n' };
    expect((await sidesTogether(twin, files, lawDay)).head.desired.tenants.map(({ name }) => name)).toEqual(['solar']);
    expect((await sidesTogether(files, twin, lawDay)).head.desired.tenants).toEqual([]);
  });
});

it('shares all but the tenant whose file differs, and the clusters that it is on', async () => {
  const tenant = (name: string, role: string) => exampleTenant(name, role);
  const files = exampleFiles({ files: { 'tenants/hydrogen.yaml': tenant('hydrogen', 'view') } });
  const { base, head } = await sidesTogether(
    files,
    { ...files, 'tenants/hydrogen.yaml': tenant('hydrogen', 'edit') },
    lawDay,
  );
  const shared = head.desired.tenants.filter((one) => base.desired.tenants.includes(one));
  expect(shared.map(({ name }) => name)).toEqual(['solar']);
  expect(head.desired.organization).toBe(base.desired.organization);
  expect(head.desired.clusters[0]).toBe(base.desired.clusters[0]);
});

describe('the errors of a base beside a head without errors are counted as by itself', () => {
  holdsForChanges(async (before, after, asOf) => {
    const { base, head } = await sidesTogether(before, after, asOf);
    if (errorsOf(head).length > 0) return;
    expect(countErrors(rules, base, head)).toBe(errorsOf(base).length);
  });
});

it('counts an error that the organization of the base makes of a tenant that is the same', async () => {
  const tenant = { 'tenants/solar.yaml': exampleTenant('solar', 'edit') };
  const naming = { identifierMaxLength: 3 };
  const before = exampleFiles({ files: { 'organization.yaml': organizationFile({ naming }), ...tenant } });
  const after = exampleFiles({ files: { 'organization.yaml': organizationFile({}), ...tenant } });
  const { base, head } = await sidesTogether(before, after, lawDay);
  expect(errorsOf(head)).toEqual([]);
  expect(errorsOf(base)).not.toEqual([]);
  expect(head.desired.clusters[0]).toBe(base.desired.clusters[0]);
  expect(countErrors(rules, base, head)).toBe(errorsOf(base).length);
});

it('counts an error that there was on the day of the base alone', async () => {
  const sharedWith = [{ group: 'audit', role: 'view', until: '2026-06-12' }];
  const files = exampleFiles({
    files: {
      'clusters/c1.yaml': clusterFile('c1', { sharedWith: [{ group: 'solar-leads' }] }),
      'tenants/solar.yaml': tenantFile('solar', { namespaces: [{ name: 'prod', clusters: ['c1'], sharedWith }] }),
      'organization.yaml': organizationFile({ groups: [{ name: 'audit' }, { name: 'solar-leads' }] }),
      'clusters/prodcluster01.yaml': null,
    },
  });
  const { base, head } = await sidesTogether(files, files, '2026-06-15', '2026-06-10');
  expect(errorsOf(head)).toEqual([]);
  expect(errorsOf(base)).not.toEqual([]);
  expect(countErrors(rules, base, head)).toBe(errorsOf(base).length);
});

describe('what is compared together is what is compared apart, with errors as well', () => {
  holdsForChanges(async (before, after, asOf) => {
    const [together, apart] = await Promise.all([sidesTogether(before, after, asOf), sidesApart(before, after, asOf)]);
    expect(compared(together)).toEqual(compared(apart));
  });

  it('where a group is renamed that a tenant still names', async () => {
    const files = exampleFiles({ files: { 'organization.yaml': organizationFile({}) } });
    const groups = [{ name: 'solar-leads' }, { name: 'ops', renamedFrom: 'solar-sre' }, { name: 'audit' }];
    const after = { ...files, 'organization.yaml': organizationFile({ groups }) };
    const plan = compared(await sidesTogether(files, after, lawDay));
    expect(plan).toEqual(compared(await sidesApart(files, after, lawDay)));
    expect(plan.facts.filter(({ kind }) => kind === 'access')).not.toEqual([]);
  });
});

describe('what is judged together is what is judged apart', () => {
  holdsForChanges(async (before, after, asOf) => {
    const [together, apart] = await Promise.all([sidesTogether(before, after, asOf), sidesApart(before, after, asOf)]);
    if (errorsOf(apart.head).length > 0) return;
    expect(judged(together)).toEqual(judged(apart));
  });

  it('where a group that owns a tenant is empty now', async () => {
    const [before, after] = [['sam'], []].map((members) => {
      const groups = [{ name: 'solar-leads', members }, { name: 'solar-sre' }, { name: 'audit' }];
      const tenant = exampleTenant('solar', 'edit');
      return exampleFiles({
        files: { 'organization.yaml': organizationFile({ groups }), 'tenants/solar.yaml': tenant },
      });
    });
    if (!before || !after) throw new Error('there are two');
    const together = await sidesTogether(before, after, exampleDay);
    expect(together.head.graph.clusters).toEqual(together.base.graph.clusters);
    expect(together.head.graph.clusters[0]).toBe(together.base.graph.clusters[0]);
    expect(codesOf(together)).toContain('TEN512');
  });

  it.each([
    [2, ['TEN518 this change takes away 2 of 4 accesses of cluster `c1`, 50 %, and the limit is 30 %']],
    [
      4,
      [
        'TEN518 this change takes away 4 of 4 accesses of cluster `c1`, 100 %, and the limit is 30 %',
        'TEN518 this change takes away 4 of 12 accesses of tenant `solar`, 33.3 %, and the limit is 30 %',
      ],
    ],
  ])('where a tenant loses %i accesses on one of its clusters, and keeps all on others', async (lost, expected) => {
    const removals = { accessPercent: 30, accessMinimum: 3 };
    const files = (left: number): Files =>
      exampleFiles({
        files: {
          'organization.yaml': organizationFile({ changes: { removals } }),
          ...Object.fromEntries(['c1', 'c2', 'c3'].map((name) => [`clusters/${name}.yaml`, clusterFile(name)])),
          'tenants/solar.yaml': tenantFile('solar', {
            owners: [],
            namespaces: ['c1', 'c2', 'c3'].map((name) => ({
              name,
              clusters: [name],
              sharedWith: ['u', 'v', 'w', 'x']
                .slice(0, name === 'c1' ? left : 4)
                .map((user) => ({ user, role: 'edit' })),
            })),
          }),
        },
      });
    const { base, head } = await sidesTogether(files(4), files(4 - lost), exampleDay);
    const verdicts = checkChange(rules, changeContext(rules, base, head, []), new Set());
    const told = verdicts.map(({ diagnostic: { code, message } }) => `${code} ${message}`);
    expect(told.filter((text) => text.startsWith('TEN518'))).toEqual(expected);
  });

  it('where the base is of another day', async () => {
    await fc.assert(
      fc.asyncProperty(changes, async ([base, head]) => {
        const days = [organizationFiles(base), organizationFiles(head), lawDay, '2026-06-10'] as const;
        const [together, apart] = await Promise.all([sidesTogether(...days), sidesApart(...days)]);
        if (errorsOf(apart.head).length > 0) return;
        expect(judged(together)).toEqual(judged(apart));
        expect(countErrors(rules, together.base, together.head)).toBe(errorsOf(apart.base).length);
      }),
      runs,
    );
  });
});

function compared({ base, head }: Sides): Pick<Plan, 'facts' | 'items' | 'renames'> {
  const { facts, items, renames } = planOf(base, head);
  return { facts, items, renames };
}

function judged({ base, head }: Sides): unknown {
  const context = changeContext(rules, base, head, []);
  return { underBase: context.underBase, verdicts: checkChange(rules, context, new Set()) };
}

function codesOf({ base, head }: Sides): string[] {
  const verdicts = checkChange(rules, changeContext(rules, base, head, []), new Set());
  return verdicts.map(({ diagnostic }) => diagnostic.code);
}

function errorsOf(context: RuleContext): Diagnostic[] {
  return checkConfig(rules, context).filter(({ severity }) => severity === 'error');
}

function exampleTenant(name: string, role: string): string {
  return `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: ${name}
spec:
  owners:
    - { kind: Group, name: solar-leads }
  namespaces:
    - name: prod
      clusters: [prodcluster01]
      sharedWith:
        - { group: solar-sre, role: ${role} }
`;
}
