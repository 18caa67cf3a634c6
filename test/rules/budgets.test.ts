import { describe, expect, it } from 'vitest';
import { configExample, exampleCertificate } from '../support/examples.ts';
import { certificateExpired } from '../../src/rules/budgets/TEN408-certificate-expired/rule.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';

const on = { clusters: ['prodcluster01'] };

const organization = (spec: Record<string, unknown>): ExampleFiles => ({ 'organization.yaml': organizationFile(spec) });

const solar = (spec: Record<string, unknown>): ExampleFiles => ({ 'tenants/solar.yaml': tenantFile('solar', spec) });

const prod = (spec: Record<string, unknown>): ExampleFiles => solar({ namespaces: [{ name: 'prod', ...on, ...spec }] });

const share = (until: string, group = 'solar-sre') => ({ group, role: 'view', until });

const says = (codes: string, files: ExampleFiles, asOf?: string) =>
  diagnosePlaced(files, { codes, ...(asOf !== undefined && { asOf }) });

/** The only thing that the rules with these codes say. */
async function only(codes: string, files: ExampleFiles, asOf?: string) {
  const found = await diagnose(files, { codes, ...(asOf !== undefined && { asOf }) });
  expect(found).toHaveLength(1);
  const [first] = found;
  if (!first) throw new Error(`${codes} says nothing`);
  return first;
}

const budget = { amount: '120000', currency: 'USD', period: 'Year' };

describe('TEN401 not-a-day', () => {
  it('looks at every date, and other rules at none of those', async () => {
    const files = {
      ...organization({
        exceptions: [{ code: 'TEN205', target: 'solar-prod', reason: 'For the test of it.', until: '2025-13-01' }],
        limits: { shareDays: 1 },
      }),
      ...solar({
        allocations: [{ name: 'main', budget, start: '2026-04-31', end: '2025-02-29' }],
        defaults: { ...on, allocation: 'main', sharedWith: [share('2025-00-10', 'audit')] },
        namespaces: [{ name: 'prod', sharedWith: [share('2030-02-30')] }, { name: 'dev' }],
      }),
    };
    expect(await says('TEN4', files)).toEqual([
      'organization.yaml:17:14 TEN401 `until` is 2025-13-01, a day that the calendar does not have',
      'tenants/solar.yaml:15:14 TEN401 `start` is 2026-04-31, a day that the calendar does not have',
      'tenants/solar.yaml:16:12 TEN401 `end` is 2025-02-29, a day that the calendar does not have',
      'tenants/solar.yaml:24:16 TEN401 `until` is 2025-00-10, a day that the calendar does not have',
      'tenants/solar.yaml:30:18 TEN401 `until` is 2030-02-30, a day that the calendar does not have',
    ]);
  });

  it.each([
    ['2026-02-30', 'that month ends on 2026-02-28'],
    ['2024-02-30', 'that month ends on 2024-02-29'],
    ['2026-04-31', 'that month ends on 2026-04-30'],
    ['2026-12-32', 'that month ends on 2026-12-31'],
    ['2026-12-00', 'write a day as `YYYY-MM-DD`'],
    ['2026-13-01', 'write a day as `YYYY-MM-DD`'],
  ])('helps with %s: %s', async (until, help) => {
    expect((await only('TEN4', prod({ sharedWith: [share(until)] }))).help).toBe(help);
  });

  it('leaves what has not the form of a day to the schema', async () => {
    expect(await says('TEN4', prod({ sharedWith: [share('tomorrow')] }))).toEqual([]);
  });
});

describe('TEN402 share-expired', () => {
  it('holds through the last day', async () => {
    const files = prod({ sharedWith: [share('2026-01-15')] });
    expect(await says('TEN402', files, '2026-01-15')).toEqual([]);
    expect(await says('TEN402', files, '2026-01-16')).toEqual([
      'tenants/solar.yaml:16:18 TEN402 the share with group `solar-sre` on `solar-prod` ended on 2026-01-15 and gives no access any more',
    ]);
  });

  it('reports a default and what is inherited once', async () => {
    const files = solar({
      defaults: { ...on, sharedWith: [share('2025-12-31', 'audit')] },
      namespaces: [
        { name: 'prod', sharedWith: [share('2025-12-31')] },
        { name: 'dev', inherits: 'prod' },
      ],
    });
    const found = await diagnose(files, { codes: 'TEN402' });
    expect(found.map((d) => [d.severity, d.message])).toEqual([
      [
        'warning',
        'the share with group `audit` on all namespaces of tenant `solar` ended on 2025-12-31 and gives no access any more',
      ],
      ['warning', 'the share with group `solar-sre` on `solar-prod` ended on 2025-12-31 and gives no access any more'],
    ]);
  });

  it('names a user', async () => {
    const files = prod({ sharedWith: [{ user: 'sam', role: 'view', until: '2025-12-31' }] });
    expect((await only('TEN402', files)).message).toContain('the share with user `sam`');
  });
});

describe('TEN403 share-too-far', () => {
  const limit = (shareDays: unknown) => organization({ limits: { shareDays } });

  it('counts the days from today', async () => {
    const until = (day: string) => ({ ...limit(30), ...prod({ sharedWith: [share(day)] }) });
    expect(await says('TEN403', until('2026-02-14'))).toEqual([]);
    expect(await says('TEN403', until('2026-02-15'))).toEqual([
      'tenants/solar.yaml:16:18 TEN403 the share with group `solar-sre` on `solar-prod` ends in 31 days, 30 are allowed',
    ]);
    expect((await only('TEN403', until('2026-02-15'))).help).toContain('write `until: 2026-02-14` or earlier');
  });

  it('asks nothing of shares without an end, nor where there is no limit', async () => {
    expect(
      await says('TEN403', { ...limit(1), ...prod({ sharedWith: [{ group: 'solar-sre', role: 'view' }] }) }),
    ).toEqual([]);
    expect(await says('TEN403', prod({ sharedWith: [share('9999-12-31')] }))).toEqual([]);
    expect(await says('TEN403', { ...limit('few'), ...prod({ sharedWith: [share('9999-12-31')] }) })).toEqual([]);
  });

  it('is not shaken by the largest limit', async () => {
    expect(await says('TEN403', { ...limit(2 ** 31 - 1), ...prod({ sharedWith: [share('9999-12-31')] }) })).toEqual([]);
  });

  it('is waived by namespace or, for a default, by tenant', async () => {
    const exception = (target: string) => ({
      code: 'TEN403',
      target,
      reason: 'The audit takes two years.',
      until: '2026-12-31',
    });
    const files = solar({
      defaults: { ...on, sharedWith: [share('2027-12-31', 'audit')] },
      namespaces: [{ name: 'prod', sharedWith: [share('2027-12-31')] }],
    });
    const limits = { shareDays: 90 };
    const all = { ...files, ...organization({ limits, exceptions: [exception('solar'), exception('solar-prod')] }) };
    expect(await says('TEN4', all)).toEqual([]);
    const one = await says('TEN4', { ...files, ...organization({ limits, exceptions: [exception('solar')] }) });
    expect(one).toEqual([expect.stringContaining('on `solar-prod`')]);
  });
});

describe('TEN404 allocation-dates', () => {
  const dated = (start: string | undefined, end: string | undefined) =>
    solar({
      allocations: [{ name: 'main', budget, ...(start && { start }), ...(end && { end }) }],
      namespaces: [{ name: 'prod', ...on, allocation: 'main' }],
    });

  it('allows a single day, and dates left out', async () => {
    expect(await says('TEN404', dated('2026-01-15', '2026-01-15'))).toEqual([]);
    expect(await says('TEN404', dated('2026-01-15', undefined))).toEqual([]);
    expect(await says('TEN404', dated(undefined, '2026-01-15'))).toEqual([]);
  });

  it('marks the end', async () => {
    expect(await says('TEN404', dated('2026-01-15', '2026-01-14'))).toEqual([
      'tenants/solar.yaml:16:12 TEN404 allocation `main` ends on 2026-01-14, before it starts on 2026-01-15',
    ]);
  });
});

describe('TEN405 allocation-ended', () => {
  const allocations = [{ name: 'main', budget, end: '2026-01-14' }];

  it('reports an allocation once, with the places that use it', async () => {
    const files = solar({
      allocations,
      defaults: { ...on, allocation: 'main' },
      namespaces: [{ name: 'prod' }, { name: 'dev' }, { name: 'test', allocation: 'main' }],
    });
    expect(await says('TEN405', files)).toEqual([
      'tenants/solar.yaml:15:12 TEN405 allocation `main` ended on 2026-01-14, and 3 namespaces use it',
    ]);
    expect((await only('TEN405', files)).related.map((r) => r.message)).toEqual(['used here', 'used here']);
    expect(await says('TEN405', files, '2026-01-14')).toEqual([]);
  });

  it('shows three of many places', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const files = solar({ allocations, namespaces: names.map((name) => ({ name, ...on, allocation: 'main' })) });
    const found = await only('TEN405', files);
    expect(found.message).toContain('5 namespaces use it');
    expect(found.related).toHaveLength(3);
  });

  it('is silent about one that no namespace uses', async () => {
    expect(await says('TEN405', solar({ allocations, namespaces: [{ name: 'prod', ...on }] }))).toEqual([]);
  });
});

describe('TEN406 quota-over-tenant', () => {
  const quotas = (tenant: Record<string, unknown>, ...namespaces: Record<string, unknown>[]) =>
    solar({ quota: tenant, namespaces: namespaces.map((quota, i) => ({ name: `n${i}`, ...on, quota })) });

  it.each([
    [{ cpu: '1' }, [{ cpu: '400m' }, { cpu: '0.6' }]],
    [{ memory: '64Gi' }, [{ memory: '32768Mi' }, { memory: '32Gi' }]],
    [{ pods: 10 }, [{ pods: 4 }, { pods: 6 }]],
    [{ hard: { 'limits.cpu': '2' } }, [{ hard: { 'limits.cpu': '1500m' } }, { hard: { 'limits.cpu': '500m' } }]],
  ])('allows %j to be met exactly by %j', async (tenant, namespaces) => {
    expect(await says('TEN4', quotas(tenant, ...namespaces))).toEqual([]);
  });

  it.each([
    [{ cpu: '1' }, [{ cpu: '400m' }, { cpu: '601m' }], '1001m of 1 `cpu`'],
    [{ memory: '64Gi' }, [{ memory: '32769Mi' }, { memory: '32Gi' }], '65537Mi of 64Gi `memory`'],
    [{ memory: '64Gi' }, [{ memory: '64Gi' }, { memory: '32Gi' }], '96Gi of 64Gi `memory`'],
    [{ storage: '1Ti' }, [{ storage: '1Ti' }, { storage: '1M' }], '1099512627776 of 1Ti `storage`'],
    [{ pods: 1000 }, [{ pods: 2000 }, { pods: 1 }], '2001 of 1000 `pods`'],
    [{ persistentVolumeClaims: 0 }, [{ persistentVolumeClaims: 1 }], '1 of 0 `persistentVolumeClaims`'],
    [{ hard: { 'limits.memory': '1G' } }, [{ hard: { 'limits.memory': '1Gi' } }], '1073741824 of 1G `limits.memory`'],
  ])('finds that over %j are %j: %s', async (tenant, namespaces, figures) => {
    const { message } = await only('TEN4', quotas(tenant, ...namespaces));
    expect(message).toBe(`the namespaces of tenant \`solar\` have ${figures} on cluster \`prodcluster01\``);
  });

  it('reports each limit where it is written, with the quotas that take most', async () => {
    const files = quotas(
      { cpu: '10', hard: { 'limits.cpu': '20' } },
      ...['1', '2', '3', '4', '5'].map((cpu) => ({ cpu, hard: { 'limits.cpu': `${cpu}0` } })),
    );
    expect(await says('TEN406', files)).toEqual([
      'tenants/solar.yaml:10:10 TEN406 the namespaces of tenant `solar` have 15 of 10 `cpu` on cluster `prodcluster01`',
      'tenants/solar.yaml:12:19 TEN406 the namespaces of tenant `solar` have 150 of 20 `limits.cpu` on cluster `prodcluster01`',
    ]);
    const [cpu] = await diagnose(files, { codes: 'TEN406' });
    expect(cpu?.related.map((r) => r.message)).toEqual(['`solar-n4`: 5', '`solar-n3`: 4', '`solar-n2`: 3']);
  });

  it('adds up each cluster for itself, and reports equal sums together', async () => {
    const clusters = ['prodcluster01', 'prodcluster02', 'prodcluster03'];
    const more = Object.fromEntries(
      clusters
        .slice(1)
        .map((name) => [
          `clusters/${name}.yaml`,
          clusterFile(name, { sharedWith: [{ group: 'solar-leads', namespace: false }] }),
        ]),
    );
    const files = solar({
      quota: { cpu: '10' },
      namespaces: [
        { name: 'a', clusters, quota: { cpu: '6' } },
        { name: 'b', clusters: clusters.slice(1), quota: { cpu: '5' } },
        { name: 'c', clusters: ['prodcluster01', 'prodcluster01'], quota: { cpu: '4' } },
      ],
    });
    expect((await only('TEN406', { ...files, ...more })).message).toBe(
      'the namespaces of tenant `solar` have 11 of 10 `cpu` on clusters `prodcluster02` and `prodcluster03`',
    );
  });

  it('counts a default for each namespace that has it', async () => {
    const files = solar({
      quota: { cpu: '10' },
      defaults: { ...on, quota: { cpu: '4' } },
      namespaces: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    });
    const found = await only('TEN406', files);
    expect(found.message).toContain('12 of 10 `cpu`');
    expect(found.related.map((r) => r.message)).toEqual(['`solar-a`, `solar-b` and `solar-c`: 4 each']);
  });

  it('is silent where a quota cannot be read', async () => {
    const files = solar({
      quota: { cpu: '10' },
      defaults: { ...on, quota: { cpu: '8' } },
      namespaces: [{ name: 'a' }, { name: 'b', quota: { cpu: 'two' } }],
    });
    expect(await says('TEN4', files)).toEqual([]);
  });
});

describe('TEN407 quota-key', () => {
  const hard = (keys: Record<string, string>, quota: Record<string, unknown> = {}) =>
    prod({ quota: { ...quota, hard: keys } });

  it.each([
    'limits.cpu',
    'limits.memory',
    'limits.ephemeral-storage',
    'requests.ephemeral-storage',
    'services',
    'secrets',
    'count/jobs.batch',
    'count/pods',
    'requests.nvidia.com/gpu',
    'gold.storageclass.storage.k8s.io/requests.storage',
    'hugepages-2Mi',
    'requests.hugepages-1Gi',
  ])('allows %s', async (key) => {
    expect(await says('TEN407', hard({ [key]: '1' }))).toEqual([]);
  });

  it.each(['limits.storage', 'cpus', 'gpu', 'hugepages', 'a/b/c', 'count/', '/pods', 'limits cpu'])(
    'refuses %s',
    async (key) => {
      expect(await says('TEN407', hard({ [key]: '1' }))).toEqual([
        `tenants/solar.yaml:15:11 TEN407 \`${key}\` is not a key that a ResourceQuota can have`,
      ]);
    },
  );

  it.each([
    ['limit.cpu', 'did you mean `limits.cpu`?'],
    ['requests.cpus', 'did you mean `cpu`?'],
    [
      'statefulsets',
      'see https://kubernetes.io/docs/concepts/policy/resource-quotas/; to count objects of any kind, write `count/statefulsets.<group>`',
    ],
  ])('helps with %s', async (key, help) => {
    const found = await only('TEN407', hard({ [key]: '1' }));
    expect(found.help).toBe(help);
  });

  it.each([
    ['cpu', 'cpu'],
    ['requests.cpu', 'cpu'],
    ['memory', 'memory'],
    ['requests.memory', 'memory'],
    ['requests.storage', 'storage'],
    ['pods', 'pods'],
    ['persistentvolumeclaims', 'persistentVolumeClaims'],
    ['services.loadbalancers', 'loadBalancers'],
    ['services.nodeports', 'nodePorts'],
  ])('wants %s to be written as %s', async (key, name) => {
    expect((await only('TEN407', hard({ [key]: '1' }))).message).toBe(`\`${key}\` is written as \`${name}\``);
  });

  it('shows the other place of what is set twice', async () => {
    const found = await only('TEN407', hard({ memory: '1Gi' }, { memory: '2Gi' }));
    expect(found.message).toBe('`memory` is set twice');
    expect(found.related[0]).toMatchObject({ location: { origin: { step: 'memory' }, target: 'key' } });
  });

  it('wants whole numbers for what is counted', async () => {
    expect(await says('TEN407', hard({ 'count/jobs.batch': '1k', services: '3' }))).toEqual([]);
    expect(await says('TEN407', hard({ 'count/jobs.batch': '500m', services: '1.5', 'limits.cpu': '500m' }))).toEqual([
      'tenants/solar.yaml:15:29 TEN407 `count/jobs.batch` is 500m, but counts whole things',
      'tenants/solar.yaml:16:21 TEN407 `services` is 1.5, but counts whole things',
    ]);
  });

  it('reports a default once, and a quota of the tenant', async () => {
    const quota = { hard: { gpu: '1' } };
    const files = solar({ quota, defaults: { ...on, quota }, namespaces: [{ name: 'a' }, { name: 'b' }] });
    expect((await diagnose(files, { codes: 'TEN407' })).map((d) => d.message)).toHaveLength(2);
  });
});

describe('TEN408 certificate-expired', () => {
  // The certificate of the rule's bad example: its last day is 2025-12-31.
  const old = String(configExample(certificateExpired, 'bad').files['clusters/old-ca.pem']);

  const withAuthority = (certificateAuthority: Record<string, string>, name = 'prodcluster02') => ({
    [`clusters/${name}.yaml`]: clusterFile(name, { certificateAuthority }),
  });

  it.each([
    ['2025-11-30', undefined],
    ['2025-12-01', 'expires on 2025-12-31, in 30 days'],
    ['2025-12-30', 'expires on 2025-12-31, in 1 day'],
    ['2025-12-31', 'expires on 2025-12-31, today'],
    ['2026-01-01', 'expired on 2025-12-31'],
  ])('on %s says: %s', async (asOf, ends) => {
    const expected =
      ends === undefined
        ? []
        : [
            `clusters/prodcluster02.yaml:8:10 TEN408 the CA certificate \`CN=Example cluster CA 2024\` of cluster \`prodcluster02\` ${ends}`,
          ];
    expect(await says('TEN408', withAuthority({ pem: old }), asOf)).toEqual(expected);
  });

  it('looks at every certificate of a bundle, also in base64', async () => {
    const bundle = `Issuer: Example\n${exampleCertificate}${old}`;
    expect(await says('TEN408', withAuthority({ pem: bundle }))).toHaveLength(1);
    expect(await says('TEN408', withAuthority({ base64: Buffer.from(bundle).toString('base64') }))).toHaveLength(1);
    expect(await says('TEN408', withAuthority({ pem: bundle }), '2076-03-01')).toHaveLength(2);
  });

  it('reports a certificate once, with the other clusters that have it', async () => {
    const files = {
      ...withAuthority({ pem: `${old}${old}` }, 'a'),
      ...withAuthority({ file: 'old-ca.pem' }, 'b'),
      'clusters/old-ca.pem': old,
    };
    const found = await only('TEN408', files);
    expect(found.severity).toBe('warning');
    expect(found.message).toContain('of cluster `a` expired');
    expect(found.related.map((r) => r.message)).toEqual(['also of cluster `b`']);
  });

  it.each([
    ['no PEM', 'hello'],
    ['no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['an end that is missing', '-----BEGIN CERTIFICATE-----\nAAAA'],
  ])('leaves %s to another rule', async (_, pem) => {
    expect(await says('TEN408', withAuthority({ pem }))).toEqual([]);
  });
});

describe('TEN409 exception-not-needed', () => {
  const exception = (spec: Record<string, unknown>) => ({
    code: 'TEN205',
    target: 'solar-production',
    reason: 'Known to customers by this name.',
    until: '2026-12-31',
    ...spec,
  });
  const excepted = (...exceptions: Record<string, unknown>[]) => ({
    ...organization({ exceptions: exceptions.map(exception) }),
    ...solar({ namespaces: [{ name: 'production', ...on }] }),
  });

  it('has nothing to say about what is needed', async () => {
    expect(await says('TEN', excepted({}))).toEqual([]);
  });

  it.each([
    [{ code: 'TEN999' }, 14, 'the exception of `solar-production` names `TEN999`, which is no rule'],
    [{ code: 'TEN204' }, 14, 'the exception of `solar-production` names `TEN204`, which cannot be waived'],
    [{ code: 'TEN409' }, 14, 'the exception of `solar-production` names `TEN409`, which cannot be waived'],
    [{ target: 'solar-prod' }, 15, 'the exception of `solar-prod` from `TEN205` waives nothing'],
    [{ target: 'solar-prod', until: '2026-01-15' }, 15, 'the exception of `solar-prod` from `TEN205` waives nothing'],
    [{ until: '2026-01-14' }, 17, 'the exception of `solar-production` from `TEN205` ended on 2026-01-14'],
  ])('reports %j', async (spec, line, message) => {
    const place = `organization.yaml:${line}:${line === 14 ? 13 : line === 15 ? 15 : 14}`;
    expect(await says('TEN409', excepted(spec))).toEqual([`${place} TEN409 ${message}`]);
  });

  it('reports the second of two for the same', async () => {
    expect(await says('TEN409', excepted({}, {}))).toEqual([
      'organization.yaml:19:15 TEN409 the exception of `solar-production` from `TEN205` waives nothing',
    ]);
  });

  it('proposes a code that there is', async () => {
    expect((await only('TEN409', excepted({ code: 'TEN250' }))).help).toMatch(/did you mean `TEN2\d\d`\?/);
  });

  it('does not take what cannot be read for what is not there', async () => {
    const unread = { 'tenants/green.yaml': 'spec: [' };
    expect(await says('TEN409', { ...excepted({ target: 'green-production' }), ...unread })).toEqual([]);
    expect(await says('TEN409', { ...excepted({ until: '2026-01-14' }), ...unread })).toHaveLength(1);
    const inPart = { 'tenants/green.yaml': tenantFile('green', { cordoned: 'perhaps' }) };
    expect(await says('TEN409', { ...excepted({ target: 'green-production' }), ...inPart })).toEqual([]);
  });
});

describe('TEN410 quota-missing', () => {
  it('puts together what the same namespaces lack', async () => {
    const files = solar({
      quota: { cpu: '20', memory: '64Gi', pods: 100 },
      namespaces: [
        { name: 'a', ...on, quota: { cpu: '1', memory: '1Gi', pods: 1 } },
        { name: 'b', ...on, quota: { pods: 1 } },
        { name: 'c', ...on },
      ],
    });
    expect(await says('TEN4', files)).toEqual([
      'tenants/solar.yaml:25:9 TEN410 2 namespaces of tenant `solar` have no quota on `cpu` and `memory`, so that of the tenant cannot be held',
      'tenants/solar.yaml:26:13 TEN410 `solar-c` has no quota on `pods`, so that of tenant `solar` cannot be held',
    ]);
  });

  it('marks a default quota once', async () => {
    const files = solar({
      quota: { cpu: '20', memory: '64Gi' },
      defaults: { ...on, quota: { cpu: '1' } },
      namespaces: [{ name: 'a' }, { name: 'b' }],
    });
    expect(await says('TEN4', files)).toEqual([
      'tenants/solar.yaml:16:7 TEN410 2 namespaces of tenant `solar` have no quota on `memory`, so that of the tenant cannot be held',
    ]);
    expect((await only('TEN4', files)).related.map((r) => r.message)).toEqual(["the tenant's quota"]);
  });

  it('takes `hard` and the named keys for the same', async () => {
    const files = solar({
      quota: { cpu: '20' },
      namespaces: [{ name: 'a', ...on, quota: { hard: { 'requests.cpu': '1' } } }],
    });
    expect(await says('TEN410', files)).toEqual([]);
  });

  it('asks nothing where the tenant has no quota, and of namespaces on no cluster', async () => {
    expect(await says('TEN410', prod({}))).toEqual([]);
    expect(await says('TEN410', solar({ quota: { cpu: '1' }, namespaces: [{ name: 'a', clusters: [] }] }))).toEqual([]);
  });

  it('does not take what cannot be read for what is not there', async () => {
    const files = solar({ quota: { cpu: '1' }, namespaces: [{ name: 'a', ...on, quota: { cpu: 'much' } }] });
    expect(await says('TEN410', files)).toEqual([]);
  });
});
