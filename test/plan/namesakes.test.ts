import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../src/plan/report-of.ts';
import type { EntityItem, Plan } from '../../src/plan/plan.ts';
import { aboutOf } from '../../src/plan/facts.ts';
import { markdownPlan } from '../../src/render/plan/markdown.ts';
import { humanPlan } from '../../src/render/plan/human.ts';
import { plainStyle } from '../../src/render/style.ts';
import { addTo } from '../../src/values/order.ts';
import { repeatedByItem, rules } from '../../src/rules/index.ts';
import { checkConfig } from '../../src/rules/run.ts';
import { cases } from '../support/cases.ts';
import { changeBetween, plainSide } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate } from '../support/examples.ts';

/** Namespaces of one name that different tenants have on different clusters: a namespace is one on a cluster (S38). */

type Files = Readonly<Record<string, string>>;

const clusterNames = ['one', 'two', 'prod'] as const;
type ClusterName = (typeof clusterNames)[number];

const platform: Files = {
  'organization.yaml': organizationFile({
    groups: ['blue', 'red', 'green'].map((name) => ({ name })),
    naming: { tenantPrefix: 'Optional' },
    limits: { labelKeys: ['tier'], quota: { cpu: '1000' }, podSecurity: 'privileged', network: 'None' },
  }),
  ...Object.fromEntries(
    clusterNames.map((name) => [
      `clusters/${name}.yaml`,
      clusterFile(name, {
        labels: { environment: name === 'prod' ? 'production' : 'test' },
        sharedWith: ['blue', 'red', 'green'].map((group) => ({ group, namespace: false })),
      }),
    ]),
  ),
  'clusters/example-ca.pem': exampleCertificate,
};

const tenant = (name: string, ...namespaces: readonly object[]): Files => ({
  [`tenants/${name}.yaml`]: tenantFile(name, { owners: [{ kind: 'Group', name }], namespaces }),
});

async function planBetween(before: Files, after: Files) {
  const { context, found } = await changeBetween({ ...platform, ...before }, { ...platform, ...after });
  return { plan: context.plan, found: found.map(({ code, message }) => `${code} ${message}`) };
}

/** The plan as people read it: in the terminal and in a comment. */
function textsOf(plan: Plan): readonly [human: string, markdown: string] {
  const report = reportOf(plan, {
    base: plainSide,
    head: plainSide,
    onClusters: [],
    verdicts: [],
    lineOf: ({ file }) => file,
  });
  return [humanPlan(report, repeatedByItem, plainStyle), markdownPlan(report, repeatedByItem)];
}

function namespacesIn({ items }: Plan): EntityItem[] {
  return items.flatMap((item) => (item.kind === 'entity' && item.entity.kind === 'namespace' ? [item] : []));
}

/** `ci of blue on one: quota cpu, network`. */
function told(plan: Plan): string[] {
  return namespacesIn(plan).map(
    ({ entity, tenant: of, clusters, change, settings }) =>
      `${entity.name} of ${of ?? 'nobody'} on ${clusters.map(({ name }) => name).join(', ')} ${change}: ${settings.map(aboutOf).join(', ')}`,
  );
}

describe('namespaces of one name on different clusters', () => {
  const red = tenant('red', { fullName: 'ci', clusters: ['two'], quota: { cpu: '4' } });
  const blue = (more: object = {}) => tenant('blue', { fullName: 'ci', clusters: ['one'], ...more });

  it('each have settings of their own', async () => {
    const opened = blue({ quota: { cpu: '400' }, isolation: { podSecurity: 'privileged', network: 'None' } });
    const { plan, found } = await planBetween({ ...blue(), ...red }, { ...opened, ...red });
    expect(told(plan)).toEqual(['ci of blue on one changed: network, podSecurity, quota cpu']);
    expect(found.filter((text) => text.startsWith('TEN529')).length).toBe(2);
    const cordoned = await planBetween({ ...blue(), ...red }, { ...blue({ cordoned: true }), ...red });
    expect(told(cordoned.plan)).toEqual(['ci of blue on one changed: cordoned']);
    for (const text of textsOf(cordoned.plan))
      expect(text.replaceAll('`', '')).toContain('namespace ci of tenant blue on one: cordoned');
  });

  it('are deleted by their own tenant, with their own data', async () => {
    const marked = blue({ state: 'MarkedForDeletion', quota: { storage: '7Gi' } });
    const { plan, found } = await planBetween({ ...marked, ...red }, { ...tenant('blue'), ...red });
    expect(told(plan)).toEqual([expect.stringMatching(/^ci of blue on one removed: /)]);
    expect(found.filter((text) => text.startsWith('TEN527'))).toEqual([
      'TEN527 namespace `ci` is deleted from cluster `one`, with all that is in it, irreversibly; its quota let it have 7Gi of storage',
    ]);
    expect(textsOf(plan)[0]).toMatch(/namespace ci of tenant blue: removed\n +deleted on one with all that is in it/);
  });

  it('do not move to whoever has the name elsewhere', async () => {
    const onTwo = tenant('red', { fullName: 'ci', clusters: ['two'] });
    const { plan } = await planBetween({ ...blue(), ...tenant('red') }, { ...blue(), ...onTwo });
    expect(told(plan)).toEqual([expect.stringMatching(/^ci of red on two added: /)]);
    expect(textsOf(plan)[0]).not.toContain('→ red');
  });

  it('do move where they are one and the same', async () => {
    const taken = { ...tenant('blue'), ...tenant('red', { fullName: 'ci', clusters: ['one'] }) };
    const { plan } = await planBetween({ ...blue(), ...tenant('red') }, taken);
    expect(told(plan)).toEqual(['ci of red on one changed: tenant']);
  });

  it('are one item where their tenant has them on several clusters, and the same happens there', async () => {
    const everywhere = (more: object) => tenant('blue', { fullName: 'ci', clusters: ['one', 'prod'], ...more });
    const { plan } = await planBetween({ ...everywhere({}), ...red }, { ...everywhere({ cordoned: true }), ...red });
    expect(told(plan)).toEqual(['ci of blue on one, prod changed: cordoned']);
    expect(textsOf(plan)[0]).toContain('namespace ci of tenant blue on prod (production), one: cordoned');
  });

  it('say of one that its tenant has elsewhere only that it comes to a cluster, or leaves it', async () => {
    const on = (...clusters: ClusterName[]) => tenant('blue', { fullName: 'ci', clusters, quota: { cpu: '1' } });
    expect(told((await planBetween(on('one'), on('one', 'two'))).plan)).toEqual([
      'ci of blue on two changed: on cluster',
    ]);
    expect(told((await planBetween(on('one'), on('prod', 'two'))).plan)).toEqual([
      'ci of blue on one, prod, two changed: on cluster, on cluster, on cluster',
    ]);
  });

  it('own nothing of a tenant that is on other clusters (TEN313)', async () => {
    const robot = { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' };
    const owned = (...clusters: ClusterName[]): Files => ({
      'tenants/blue.yaml': tenantFile('blue', {
        owners: [{ kind: 'Group', name: 'blue' }, robot],
        namespaces: [
          { fullName: 'ci', clusters: ['one'] },
          { fullName: 'blue-dev', clusters },
        ],
      }),
    });
    const refused = async (files: Files): Promise<string[]> => {
      const { context } = await changeBetween({ ...platform, ...files }, { ...platform, ...files });
      return checkConfig(rules, context.after).flatMap(({ code, message }) => (code === 'TEN313' ? [message] : []));
    };
    expect(await refused({ ...owned('one'), ...red })).toEqual([]);
    // On a cluster where blue has a namespace and red controls the service account's, red's people own it.
    expect(await refused({ ...owned('one', 'two'), ...red })).toEqual([
      'service account `ci/deployer` owns tenant `blue`, but tenant `red` controls its namespace',
    ]);
  });
});

const tenantNames = ['blue', 'red', 'green'] as const;
const namespaceNames = ['ci', 'ops', 'monitoring'] as const;

/** A value of a namespace, in two different ways. */
const values = [
  [{ quota: { cpu: '1' } }, { quota: { cpu: '2' } }],
  [{ quota: { hard: { 'count/jobs.batch': '3' } } }, { quota: { hard: { 'count/jobs.batch': '4' } } }],
  [{ cordoned: false }, { cordoned: true }],
  [{ labels: { tier: 'gold' } }, { labels: { tier: 'tin' } }],
  [{ labels: {} }, { labels: { tier: 'tin' } }],
  [{ containerLimits: { default: { cpu: '1' } } }, { containerLimits: { default: { cpu: '2' } } }],
  [{ isolation: { podSecurity: 'baseline' } }, { isolation: { podSecurity: 'privileged' } }],
  [{ isolation: { network: 'SameNamespace' } }, { isolation: { network: 'None' } }],
  [{ isolation: { registries: ['a.example.com/'] } }, { isolation: { registries: ['b.example.com/'] } }],
  [{ isolation: { storageClasses: [] } }, {}],
  [{ isolation: { nodeSelector: { pool: 'a' } } }, { isolation: { nodeSelector: { pool: 'b' } } }],
  [{ state: 'Active' }, { state: 'MarkedForDeletion' }],
] as const;

/** Who has each name on each cluster, if anybody. */
const holders = fc.array(fc.option(fc.constantFrom(...tenantNames), { nil: undefined, freq: 5 }), {
  minLength: namespaceNames.length * clusterNames.length,
  maxLength: namespaceNames.length * clusterNames.length,
});

/** The clusters of the tenants' entries, by `tenant/name`. */
function entriesOf(held: readonly (string | undefined)[]): Map<string, ClusterName[]> {
  const entries = new Map<string, ClusterName[]>();
  const places = namespaceNames.flatMap((name) => clusterNames.map((cluster) => ({ name, cluster })));
  for (const [i, { name, cluster }] of places.entries()) {
    const holder = held[i];
    if (holder !== undefined) addTo(entries, `${holder}/${name}`, cluster);
  }
  return entries;
}

function filesOf(entries: ReadonlyMap<string, readonly string[]>, valueOf: (entry: string) => object): Files {
  return Object.fromEntries(
    tenantNames.flatMap((of) => {
      const namespaces = Array.from(entries).flatMap(([entry, clusters]) => {
        const [holder, fullName] = entry.split('/');
        return holder === of ? [{ fullName, clusters, ...valueOf(entry) }] : [];
      });
      return Object.entries(tenant(of, ...namespaces));
    }),
  );
}

describe('a change of one value of one namespace', () => {
  it('shows in the plan, named by its tenant and its clusters, whoever has the name elsewhere', () =>
    fc.assert(
      fc.asyncProperty(
        holders,
        fc.nat(),
        fc.constantFrom(...values),
        fc.constantFrom(...values),
        fc.boolean(),
        async (held, pick, [one, other], [kept], isBackwards) => {
          const entries = entriesOf(held);
          const changed = Array.from(entries.keys())[pick % Math.max(1, entries.size)];
          fc.pre(changed !== undefined);
          const files = (value: object): Files => filesOf(entries, (entry) => (entry === changed ? value : kept));
          const [before, after] = isBackwards ? [other, one] : [one, other];
          const { plan } = await planBetween(files(before), files(after));
          const [of, name] = changed.split('/');
          const where = entries.get(changed) ?? [];

          const items = namespacesIn(plan);
          expect(items.map((item) => [item.entity.name, item.tenant, item.clusters.map((on) => on.name)])).toEqual([
            [name, of, [...where].sort()],
          ]);
          for (const text of textsOf(plan)) {
            const told = text.replaceAll('`', '');
            expect(told).toContain(`namespace ${name ?? ''} of tenant ${of ?? ''}`);
            for (const cluster of where) expect(told).toMatch(new RegExp(` on .*\\b${cluster}\\b`));
          }
        },
      ),
      { numRuns: cases(60) },
    ));
});
