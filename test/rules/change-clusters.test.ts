import { describe, expect, it } from 'vitest';
import { cluster, exampleGroups, exampleShares, organization, otherCertificate } from '../support/change-files.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { exampleChange } from '../support/change.ts';
import { codes, told } from '../support/change-rules.ts';

describe('TEN511 cluster-repointed', () => {
  const text = cluster('prodcluster01', exampleShares);
  const server = { 'clusters/prodcluster01.yaml': text.replace('prodcluster01.example', 'other.example') };
  const authority = { 'clusters/example-ca.pem': otherCertificate };
  it.each([
    ['the server alone', server, ['TEN511']],
    [
      'the server alone, in other words',
      {
        'clusters/prodcluster01.yaml': text.replace(
          'prodcluster01.example.com:6443',
          'PRODcluster01.example.com:6443/',
        ),
      },
      [],
    ],
    ['the certificate authority alone', authority, []],
    ['both', { ...server, ...authority }, ['TEN511']],
  ])('%s', async (_, after, expected) => {
    expect(await codes({}, after)).toEqual(expected);
  });

  it('says whether the certificate authority is new too', async () => {
    expect(await told({}, server)).toEqual([
      'clusters/prodcluster01.yaml:6:11 error TEN511 cluster `prodcluster01` gets another server under the same certificate authority: it may be another cluster under an old name',
    ]);
    expect(await told({}, { ...server, ...authority })).toEqual([
      'clusters/prodcluster01.yaml:6:11 error TEN511 cluster `prodcluster01` gets another server and another certificate authority: it would be another cluster under an old name',
    ]);
    expect(await codes({}, server, {}, ['TEN511'])).toEqual([]);
  });

  it('tells a cluster that takes the server of another, with anything on it or not', async () => {
    const [a, b] = [cluster('spare', []), cluster('prodcluster02', exampleShares)];
    const before = { 'clusters/spare.yaml': a, 'clusters/prodcluster02.yaml': b };
    const swapped = {
      'clusters/spare.yaml': a.replace('https://spare.', 'https://prodcluster02.'),
      'clusters/prodcluster02.yaml': b.replace('https://prodcluster02.', 'https://spare.'),
    };
    expect(await told(before, swapped)).toEqual([
      expect.stringContaining('TEN511 cluster `prodcluster02` gets the server of cluster `spare`'),
      expect.stringContaining('TEN511 cluster `spare` gets the server of cluster `prodcluster02`'),
    ]);
    const taken = { 'clusters/spare.yaml': swapped['clusters/spare.yaml'], 'clusters/prodcluster02.yaml': null };
    expect(await codes(before, taken)).toEqual(['TEN505', 'TEN511']);
  });

  it('says nothing of a cluster with nothing on it', async () => {
    const spare = cluster('spare', []);
    const after = { 'clusters/spare.yaml': spare.replace('spare.example', 'x.example').replace('example-ca', 'b') };
    expect(await codes({ 'clusters/spare.yaml': spare, 'clusters/b.pem': otherCertificate }, after)).toEqual([]);
  });
});

describe('TEN515 cluster-admins-changed', () => {
  const settings = (...lines: string[]): ExampleFiles => ({ 'organization.yaml': organization(exampleGroups, lines) });
  const admins = (names: string): ExampleFiles => ({ 'organization.yaml': organization(exampleGroups, [], names) });
  const trusting = (...lines: string[]): ExampleFiles => ({
    'clusters/prodcluster01.yaml': cluster('prodcluster01', exampleShares, lines),
  });
  const cases: readonly (readonly [string, ExampleFiles, ExampleFiles, readonly string[]])[] = [
    [
      'an admin more',
      admins('alice'),
      admins('alice, mallory'),
      ['user `mallory` is now listed as an admin of all clusters'],
    ],
    [
      'an admin less',
      admins('alice, bob'),
      admins('alice'),
      ['user `bob` is no longer listed as an admin of all clusters'],
    ],
    ['another order', admins('alice, bob'), admins('bob, alice'), []],
    [
      'a break-glass group more',
      settings('policies: { breakGlassGroups: [cluster-admins] }'),
      settings('policies: { breakGlassGroups: [cluster-admins, solar-sre] }'),
      [
        'group `solar-sre` becomes a break-glass group: on every cluster its members may change what the policies keep for Argo CD',
      ],
    ],
    [
      'a break-glass group less',
      settings('policies: { breakGlassGroups: [cluster-admins, solar-sre] }'),
      settings('policies: { breakGlassGroups: [cluster-admins] }'),
      [],
    ],
    [
      'another identity of Argo CD, said once',
      settings(),
      settings('argoCD: { repoURL: "https://git.example.com/a.git", serviceAccount: other }'),
      ['`system:serviceaccount:argocd:other` is what Argo CD writes as, which it is not in the base'],
    ],
    [
      'another identity of Argo CD on a cluster',
      {},
      trusting('syncIdentity: system:serviceaccount:dev:mallory'),
      [
        '`system:serviceaccount:dev:mallory` is what Argo CD writes as on cluster `prodcluster01`, which it is not in the base',
      ],
    ],
    [
      'a service account that is trusted',
      trusting('trustedServiceAccounts: [{ serviceAccount: ops/a, powers: [Maintain] }]'),
      trusting(
        'trustedServiceAccounts: [{ serviceAccount: ops/a, powers: [Maintain] }, { serviceAccount: ops/b, powers: [AggregateRoles, Maintain] }]',
      ),
      ['`ops/b` is trusted on cluster `prodcluster01` with Maintain and AggregateRoles, which it is not in the base'],
    ],
    [
      'a service account that is trusted with more',
      trusting('trustedServiceAccounts: [{ serviceAccount: ops/a, powers: [Maintain] }]'),
      trusting('trustedServiceAccounts: [{ serviceAccount: ops/a, powers: [BoundByTenants] }]'),
      ['`ops/a` is trusted on cluster `prodcluster01` with BoundByTenants, which it is not in the base'],
    ],
    [
      'a service account that is trusted with less',
      trusting('trustedServiceAccounts: [{ serviceAccount: ops/a, powers: [Maintain, CreateNamespaces] }]'),
      trusting('trustedServiceAccounts: [{ serviceAccount: ops/a, powers: [Maintain] }]'),
      [],
    ],
    [
      'a new cluster with what it trusts',
      {},
      {
        'clusters/spare.yaml': cluster(
          'spare',
          [],
          ['trustedServiceAccounts: [{ serviceAccount: ops/a, powers: [Maintain] }]', 'syncIdentity: x'],
        ),
      },
      [
        '`x` is what Argo CD writes as on the new cluster `spare`',
        '`ops/a` is trusted on the new cluster `spare` with Maintain',
      ],
    ],
    ['a new cluster that trusts nobody', {}, { 'clusters/spare.yaml': cluster('spare', []) }, []],
    [
      'a new cluster that says of Argo CD what the organization says',
      {},
      {
        'clusters/spare.yaml': cluster(
          'spare',
          [],
          ['syncIdentity: system:serviceaccount:argocd:argocd-application-controller'],
        ),
      },
      [],
    ],
  ];
  it.each(cases)('%s', async (_, before, after, expected) => {
    const { found } = await exampleChange({ before, after });
    expect(found.flatMap(({ code, message }) => (code === 'TEN515' ? [message] : []))).toEqual(expected);
  });

  it('is waived by the name', async () => {
    const exceptions = [
      'exceptions:',
      '  - { code: TEN515, target: mallory, reason: She is on call from now on., until: 2026-12-31 }',
    ];
    const before = { 'organization.yaml': organization(exampleGroups, exceptions) };
    const after = { 'organization.yaml': organization(exampleGroups, exceptions, 'alice, mallory, trudy') };
    const { found } = await exampleChange({ before, after });
    expect(found.flatMap(({ code, message }) => (code === 'TEN515' ? [message] : []))).toEqual([
      'user `trudy` is now listed as an admin of all clusters',
    ]);
  });
});
