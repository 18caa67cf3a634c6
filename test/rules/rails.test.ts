import { describe, expect, it } from 'vitest';
import { changeBetween } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate } from '../support/examples.ts';

/**
 * The rails, on an organization of the size that was tried: 4 clusters, 25 tenants, 100 namespaces. Ordinary work passes
 * them without a label, and what nobody means is refused, whichever rule refuses it.
 */

interface Share {
  readonly group?: string;
  readonly user?: string;
  readonly role: string;
}

interface Namespace {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly state?: string;
  readonly sharedWith?: readonly Share[];
}

interface Tenant {
  readonly owners: readonly string[];
  readonly shares: readonly Share[];
  readonly namespaces: readonly Namespace[];
}

type Tenants = Readonly<Record<string, Tenant>>;

const clusters = ['prod1', 'prod2', 'test1', 'dev1'];
const names = Array.from({ length: 25 }, (_, i) => `t${i}`);
const groups = ['sre', 'auditors', 'helpers', ...names.map((name) => `team-${name}`)];

const usual: Tenants = Object.fromEntries(
  names.map((name): [string, Tenant] => [
    name,
    {
      owners: [`team-${name}`],
      shares: [
        { group: 'sre', role: 'edit' },
        { group: 'auditors', role: 'view' },
      ],
      namespaces: [
        { name: 'prod', clusters: ['prod1', 'prod2'] },
        { name: 'test', clusters: ['test1'] },
        { name: 'demo', clusters: ['test1'] },
        { name: 'dev', clusters: ['dev1'], sharedWith: [{ user: 'lee', role: 'edit' }] },
      ],
    },
  ]),
);

function files(tenants: Tenants): Record<string, string> {
  const sharedWith = groups.map((group) => ({ group, namespace: false }));
  return {
    'organization.yaml': organizationFile({ groups: groups.map((name) => ({ name })) }),
    'clusters/example-ca.pem': exampleCertificate,
    ...Object.fromEntries(clusters.map((name) => [`clusters/${name}.yaml`, clusterFile(name, { sharedWith })])),
    ...Object.fromEntries(
      Object.entries(tenants).map(([name, { owners, shares, namespaces }]) => [
        `tenants/${name}.yaml`,
        tenantFile(name, {
          owners: owners.map((owner) => ({ kind: 'Group', name: owner })),
          defaults: { sharedWith: shares },
          namespaces,
        }),
      ]),
    ),
  };
}

/** The tenants, with the first so many of them changed. */
function changed(count: number, change: (tenant: Tenant) => Tenant): Tenants {
  return Object.fromEntries(
    Object.entries(usual).map(([name, tenant], i) => [name, i < count ? change(tenant) : tenant]),
  );
}

const withoutShare =
  (is: (share: Share) => boolean) =>
  (tenant: Tenant): Tenant => ({
    ...tenant,
    shares: tenant.shares.filter((share) => !is(share)),
    namespaces: tenant.namespaces.map(({ sharedWith = [], ...rest }) => ({
      ...rest,
      sharedWith: sharedWith.filter((share) => !is(share)),
    })),
  });
const marked =
  (is: (namespace: Namespace) => boolean) =>
  (tenant: Tenant): Tenant => ({
    ...tenant,
    namespaces: tenant.namespaces.map((one) => (is(one) ? { ...one, state: 'MarkedForDeletion' } : one)),
  });
const without =
  (is: (namespace: Namespace) => boolean) =>
  (tenant: Tenant): Tenant => ({
    ...tenant,
    namespaces: tenant.namespaces.filter((one) => !is(one)),
  });
const isDemo = ({ name }: Namespace): boolean => name === 'demo';

async function refusals(before: Tenants, after: Tenants, allowed: readonly string[] = []): Promise<string[]> {
  const { verdicts } = await changeBetween(files(before), files(after), { allowed });
  const errors = verdicts.filter(({ diagnostic: { severity } }) => severity === 'error');
  return [...new Set(errors.map(({ diagnostic: { code } }) => code))].sort();
}

describe('ordinary work is not refused', () => {
  it.each<[string, Tenants, Tenants]>([
    [
      'a group is revoked in one tenant',
      usual,
      changed(
        1,
        withoutShare(({ group }) => group === 'auditors'),
      ),
    ],
    [
      'a group is revoked everywhere',
      usual,
      changed(
        25,
        withoutShare(({ group }) => group === 'auditors'),
      ),
    ],
    [
      'the group with the most is revoked in one tenant',
      usual,
      changed(
        1,
        withoutShare(({ group }) => group === 'sre'),
      ),
    ],
    [
      'somebody leaves, with a share in each tenant',
      usual,
      changed(
        25,
        withoutShare(({ user }) => user === 'lee'),
      ),
    ],
    [
      'what has an end is taken away before it',
      usual,
      changed(
        25,
        withoutShare(({ user }) => user === 'pat'),
      ),
    ],
    ['a tenant goes to another team', usual, changed(1, (tenant) => ({ ...tenant, owners: ['helpers'] }))],
    [
      'a group takes the place of another',
      usual,
      changed(25, (tenant) => ({
        ...withoutShare(({ group }) => group === 'sre')(tenant),
        shares: [...tenant.shares.slice(1), { group: 'helpers', role: 'edit' }],
      })),
    ],
    ['five namespaces are marked', usual, changed(5, marked(isDemo))],
    ['and deleted', changed(5, marked(isDemo)), changed(5, without(isDemo))],
    ['many that were marked on purpose are deleted', changed(20, marked(isDemo)), changed(20, without(isDemo))],
  ])('%s', async (_, before, after) => {
    expect(await refusals(before, after)).toEqual([]);
  });
});

describe('what nobody means is refused', () => {
  it.each<[string, Tenants, Tenants, string[]]>([
    [
      'all shares of a tenant',
      usual,
      changed(
        1,
        withoutShare(() => true),
      ),
      ['TEN518'],
    ],
    [
      'all shares of all',
      usual,
      changed(
        25,
        withoutShare(() => true),
      ),
      ['TEN518'],
    ],
    ['the defaults of all', usual, changed(25, (tenant) => ({ ...tenant, shares: [] })), ['TEN518']],
    ['owners and a group at once', usual, changed(25, (t) => ({ ...t, owners: ['helpers'], shares: [] })), ['TEN518']],
    ['six namespaces marked', usual, changed(6, marked(isDemo)), ['TEN517']],
    ['all of a kind marked', usual, changed(25, marked(isDemo)), ['TEN517']],
    ['six deleted unmarked', usual, changed(6, without(isDemo)), ['TEN502', 'TEN517']],
    [
      'six deleted, of which one was marked',
      changed(1, marked(isDemo)),
      changed(7, without(isDemo)),
      ['TEN502', 'TEN517'],
    ],
    [
      'all of six tenants',
      usual,
      changed(
        6,
        without(() => true),
      ),
      ['TEN502', 'TEN517', 'TEN518'],
    ],
  ])('%s', async (_, before, after, codes) => {
    expect(await refusals(before, after)).toEqual(codes);
  });
});
