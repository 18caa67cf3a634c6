import { describe, expect, it } from 'vitest';
import { changeBetween } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { diagnose } from '../support/diagnose.ts';
import { exampleCertificate } from '../support/examples.ts';

/**
 * Service accounts in shares: whoever controls the namespace of one gets what is shared with it (TEN713), wherever the
 * share is written and however long it holds.
 */

type Files = Readonly<Record<string, string>>;
type Share = Readonly<Record<string, unknown>>;
type Spec = Readonly<Record<string, unknown>>;

const shares = [...['red', 'blue', 'devs'].map((group) => ({ group, namespace: false })), { group: 'ops' }];

const platform = (spec: Spec = {}): Files => ({
  'organization.yaml': organizationFile({
    groups: [
      { name: 'red', members: ['ray'] },
      { name: 'blue', members: ['bea', 'ray'] },
      { name: 'devs' },
      { name: 'ops', namespace: 'ops-home' },
    ],
    naming: { identifierMaxLength: 20, tenantPrefix: 'Optional' },
    ...spec,
  }),
  'clusters/one.yaml': clusterFile('one', { sharedWith: shares, retainedNamespaces: ['left'] }),
  'clusters/two.yaml': clusterFile('two', { sharedWith: [{ group: 'red' }, { group: 'blue' }, { group: 'ops' }] }),
  'clusters/example-ca.pem': exampleCertificate,
});

const group = (name: string) => ({ kind: 'Group', name });
const deployer: Share = { serviceAccount: 'red-ci/deployer', role: 'edit' };

/** Tenant red has the namespace `red-ci` of the account. */
const red = (ci: Spec = {}, spec: Spec = {}): Files => ({
  'tenants/red.yaml': tenantFile('red', {
    owners: [group('red')],
    namespaces: [{ name: 'ci', clusters: ['one'], ...ci }],
    ...spec,
  }),
});

/** Tenant blue shares. */
const blue = (sharedWith: readonly Share[], spec: Spec = {}, namespace: Spec = {}): Files => ({
  'tenants/blue.yaml': tenantFile('blue', {
    owners: [group('blue')],
    namespaces: [{ name: 'prod', clusters: ['one'], sharedWith, ...namespace }],
    ...spec,
  }),
});

const says = async (codes: string, ...parts: readonly Files[]) =>
  (await diagnose(Object.assign({}, ...parts) as Files, { codes })).map(({ message }) => message);
const refused = async (...parts: readonly Files[]) => (await says('TEN713', ...parts)).length > 0;

describe('TEN713 account-not-granted', () => {
  it('refuses an account that another tenant controls, and says who and where', async () => {
    expect(await says('TEN713', platform(), red(), blue([deployer]))).toEqual([
      'service account `red-ci/deployer` would get edit on `blue-prod`, but tenant `red` controls its namespace, which is not granted to tenant `blue`',
    ]);
  });

  it.each(['view', 'edit', 'admin'])('whatever the role: %s', async (role) => {
    expect(await refused(platform(), red(), blue([{ ...deployer, role }]))).toBe(true);
  });

  it('finds it among defaults, once, and where it is inherited', async () => {
    const inDefaults = blue([], { defaults: { sharedWith: [deployer] } });
    expect(await says('TEN713', platform(), red(), inDefaults)).toHaveLength(1);
    const heirs = [
      { name: 'a', clusters: ['two'], sharedWith: [deployer] },
      { name: 'b', clusters: ['one'], inherits: 'a' },
    ];
    // In `a` alone, on another cluster, the account is nobody; `red-ci` is what red may declare there, all the same.
    expect(await says('TEN713', platform(), red(), blue([], { namespaces: heirs }))).toHaveLength(1);
  });

  it.each([
    ['of a tenant that does not declare it', 'red-tools', true],
    ["of a group's own namespace", 'ops-home', true],
    ['of a namespace that a group has left', 'left', true],
    ['that nobody declares', 'argo-workflows', false],
    ['of Kubernetes', 'kube-system', false],
    ['of its own', 'blue-prod', false],
    ['of its own, not declared', 'blue-tools', false],
  ])('judges an account in a namespace %s', async (_, namespace, isRefused) => {
    expect(await refused(platform(), red(), blue([{ serviceAccount: `${namespace}/deployer`, role: 'edit' }]))).toBe(
      isRefused,
    );
  });

  it.each<[string, Files, readonly Share[], boolean]>([
    ['the owner has the role here', red(), [{ group: 'red', role: 'edit' }], false],
    ['the owner has a wider role here', red(), [{ group: 'red', role: 'admin' }], false],
    ['the owner has a lesser role here', red(), [{ group: 'red', role: 'view' }], true],
    ['the owner has it for a while', red(), [{ group: 'red', role: 'edit', until: '2026-12-01' }], true],
    ['a member of the owning group has it', red(), [{ user: 'ray', role: 'admin' }], true],
    [
      'another can start pods there too',
      red({ sharedWith: [{ group: 'devs', role: 'edit' }] }),
      [{ group: 'red', role: 'edit' }],
      true,
    ],
    [
      'another could until yesterday',
      red({ sharedWith: [{ group: 'devs', role: 'edit', until: '2026-01-01' }] }),
      [{ group: 'red', role: 'edit' }],
      true,
    ],
    [
      'another may only look there',
      red({ sharedWith: [{ group: 'devs', role: 'view' }] }),
      [{ group: 'red', role: 'edit' }],
      false,
    ],
    [
      'an account of the same namespace is admin there',
      red({ sharedWith: [{ serviceAccount: 'red-ci/other', role: 'admin' }] }),
      [{ group: 'red', role: 'edit' }],
      false,
    ],
    [
      'an account of another namespace is admin there',
      red({ sharedWith: [{ serviceAccount: 'red-more/other', role: 'admin' }] }),
      [{ group: 'red', role: 'edit' }],
      true,
    ],
    [
      'some of the people who can look there can start pods by a custom role',
      red(
        { sharedWith: [{ group: 'devs', role: 'runner' }] },
        { roles: [{ name: 'runner', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }] }] },
      ),
      [{ group: 'red', role: 'edit' }],
      true,
    ],
  ])('asks whether anybody gains: %s', async (_, controlled, others, isRefused) => {
    expect(await refused(platform(), controlled, blue([deployer, ...others]))).toBe(isRefused);
  });

  it('compares how long both hold', async () => {
    const until = (share: string, owner: string) =>
      refused(
        platform(),
        red(),
        blue([
          { ...deployer, until: share },
          { group: 'red', role: 'edit', until: owner },
        ]),
      );
    expect(await until('2026-12-01', '2026-12-01')).toBe(false);
    expect(await until('2026-12-01', '2026-12-02')).toBe(false);
    expect(await until('2026-12-02', '2026-12-01')).toBe(true);
  });

  it('asks for the same role in every namespace in which the share holds', async () => {
    const namespaces = [
      { name: 'prod', clusters: ['one'], sharedWith: [{ group: 'red', role: 'edit' }] },
      { name: 'dev', clusters: ['one'] },
    ];
    const inBoth = blue([], { defaults: { sharedWith: [deployer] }, namespaces });
    expect(await refused(platform(), red(), inBoth)).toBe(true);
    const owned = blue([], { owners: [group('blue'), group('red')], defaults: { sharedWith: [deployer] } });
    expect(await refused(platform(), red(), owned)).toBe(false);
  });

  it.each<[string, Spec, boolean]>([
    ['to all', { limits: { accountNamespaces: ['red-ci'] } }, false],
    ['to the tenant', { grants: { blue: { accountNamespaces: ['red-ci'] } } }, false],
    ['to another tenant', { grants: { red: { accountNamespaces: ['red-ci'] } } }, true],
    ['of another name', { limits: { accountNamespaces: ['red'] } }, true],
    [
      'to all, but not to the tenant',
      {
        limits: { accountNamespaces: ['red-ci'] },
        grants: { blue: { accountNamespaces: [] } },
      },
      true,
    ],
  ])('lets pass what admins granted %s', async (_, spec, isRefused) => {
    expect(await refused(platform(spec), red(), blue([deployer]))).toBe(isRefused);
  });
});

describe('TEN313, for owners', () => {
  const owned = (spec: Spec = {}): Files => ({
    'tenants/blue.yaml': tenantFile('blue', {
      owners: [group('blue'), { kind: 'ServiceAccount', name: 'deployer', namespace: 'red-ci' }],
      namespaces: [{ name: 'prod', clusters: ['one'] }],
      ...spec,
    }),
  });

  it.each<[string, Spec, Spec, boolean]>([
    ['is there where nobody else is', {}, {}, true],
    [
      'is not there where who controls it is admin by the defaults',
      {},
      {
        defaults: { sharedWith: [{ group: 'red', role: 'admin' }] },
      },
      false,
    ],
    [
      'is there where that ends',
      {},
      {
        defaults: { sharedWith: [{ group: 'red', role: 'admin', until: '2026-12-01' }] },
      },
      true,
    ],
    [
      'is there where that is so in its namespaces of today alone',
      {},
      {
        namespaces: [{ name: 'prod', clusters: ['one'], sharedWith: [{ group: 'red', role: 'admin' }] }],
      },
      true,
    ],
  ])('%s', async (_, ci, spec, isRefused) => {
    expect((await says('TEN313', platform(), red(ci), owned(spec))).length > 0).toBe(isRefused);
  });
});

describe('a service account in a share', () => {
  it.each([
    [
      '{ kind: ServiceAccount, name: deployer, namespace: red-ci, role: edit }',
      'write `serviceAccount: red-ci/deployer` in place of `kind`, `name` and `namespace`',
    ],
    [
      '{ kind: ServiceAccount, name: deployer, role: edit }',
      'write `serviceAccount: <namespace>/<name>` in place of `kind`, `name` and `namespace`',
    ],
    [
      '{ user: "system:serviceaccount:red-ci:deployer", role: edit }',
      'write `serviceAccount: red-ci/deployer` in place of `user`',
    ],
    ['{ serviceAccount: "system:serviceaccount:red-ci:deployer", role: edit }', 'did you mean `red-ci/deployer`?'],
    [
      '{ serviceaccount: red-ci/deployer, role: edit }',
      'write a service account as `serviceAccount: <namespace>/<name>`',
    ],
    [
      '{ group: "system:serviceaccounts:red-ci", role: edit }',
      'share with each service account that is meant: `serviceAccount: <namespace>/<name>`',
    ],
  ])('is what the help leads to from %s, and never to more', async (share, help) => {
    const text = `apiVersion: tenantry.dev/v1
kind: Tenant
metadata: { name: blue }
spec:
  owners: [{ kind: Group, name: blue }]
  namespaces:
    - name: prod
      clusters: [one]
      sharedWith: [${share}]
`;
    const found = await diagnose({ ...platform(), ...red(), 'tenants/blue.yaml': text });
    expect(found.map((d) => d.help)).toContain(help);
    expect(found.map((d) => d.help ?? '').join('\n')).not.toMatch(/owners|kind: ServiceAccount/);
  });

  it('is told where its namespace is not on the cluster, or is nearly another', async () => {
    expect(await says('TEN121', platform(), red(), blue([deployer], {}, { clusters: ['one', 'two'] }))).toEqual([
      'namespace `red-ci` of the service account is not on cluster `two`, where it is shared with',
    ]);
    expect(
      await says('TEN121', platform(), red(), blue([{ ...deployer, serviceAccount: 'red-cj/deployer' }])),
    ).toHaveLength(1);
    expect(await says('TEN121', platform(), red(), blue([{ ...deployer, serviceAccount: 'kube-system/x' }]))).toEqual(
      [],
    );
  });

  it('is named twice in a list with one role only once too often', async () => {
    const role = { name: 'reader', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] };
    const twice = async (other: Share) => says('TEN302', platform(), red(), blue([deployer, other], { roles: [role] }));
    expect(await twice(deployer)).toEqual(['service account `red-ci/deployer` is in `sharedWith` twice']);
    expect(await twice({ ...deployer, role: 'view' })).toHaveLength(1);
    expect(await twice({ ...deployer, role: 'reader' })).toEqual([]);
    expect(await twice({ ...deployer, serviceAccount: 'red-ci/other' })).toEqual([]);
  });
});

describe('the plan', () => {
  const granted = platform({ limits: { accountNamespaces: ['red-ci'] } });
  const notes = async (before: readonly Files[], after: readonly Files[], code: string) => {
    const { found } = await changeBetween(Object.assign({}, ...before) as Files, Object.assign({}, ...after) as Files);
    return found.filter((one) => one.code === code).map(({ message }) => message);
  };

  it('names who comes with an account', async () => {
    const team = red({
      sharedWith: [
        { group: 'devs', role: 'edit' },
        { group: 'ops', role: 'view' },
      ],
    });
    expect(await notes([granted, team, blue([])], [granted, team, blue([deployer])], 'TEN547')).toEqual([
      'service account `red-ci/deployer` gains `edit` in namespace `blue-prod` on cluster `one`, and with it group `devs` and group `red`: who controls its namespace acts as it',
    ]);
    const known = { group: 'red', role: 'edit' };
    expect(await notes([granted, red(), blue([known])], [granted, red(), blue([known, deployer])], 'TEN547')).toEqual(
      [],
    );
    // In a namespace of its own tenant, who may deploy there is not who may deploy here.
    const own = (sharedWith: readonly Share[]) =>
      blue(sharedWith, {
        namespaces: [
          { name: 'prod', clusters: ['one'], sharedWith },
          { name: 'dev', clusters: ['one'], sharedWith: [{ group: 'devs', role: 'edit' }] },
        ],
      });
    const account = { serviceAccount: 'blue-dev/deployer', role: 'edit' };
    expect(await notes([platform(), own([])], [platform(), own([account])], 'TEN547')).toHaveLength(1);
  });

  it('says where somebody comes to control an account that has access elsewhere', async () => {
    const gained = (share: Share) =>
      notes([granted, red(), blue([deployer])], [granted, red({ sharedWith: [share] }), blue([deployer])], 'TEN548');
    expect(await gained({ group: 'devs', role: 'edit' })).toEqual([
      'group `devs` comes to act as service accounts: service account `red-ci/deployer` has `edit` in namespace `blue-prod` on cluster `one`',
    ]);
    expect(await gained({ group: 'devs', role: 'view' })).toEqual([]);
    expect(await gained({ group: 'blue', role: 'edit' })).toEqual([]);
  });
});
