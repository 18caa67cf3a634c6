import { describe, expect, it } from 'vitest';
import { exampleOrganization, granted } from '../support/examples.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import { cluster, organization, owners, prod, solar, tenant } from '../support/written.ts';

/** Text for a YAML string in double quotes: config files hold no invisible characters but escaped ones. */
function escaped(text: string): string {
  return text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

describe('TEN301 reserved-group', () => {
  const codes = 'TEN301';

  it.each([
    ['cluster-admins', 'group `cluster-admins` is reserved'],
    ['cluster-scope', 'group `cluster-scope` is reserved'],
    ['system:masters', 'group `system:masters` is reserved'],
    ['system:', 'group `system:` is reserved'],
    ['CLUSTER-ADMINS', 'group `CLUSTER-ADMINS` looks like the reserved `cluster-admins`'],
    ['cluster_scope', 'group `cluster_scope` looks like the reserved `cluster-scope`'],
    ['clusteradmins', 'group `clusteradmins` looks like the reserved `cluster-admins`'],
    ['clu ster-admins', 'group `clu ster-admins` looks like the reserved `cluster-admins`'],
    ['Cluster Admins', 'group `Cluster Admins` looks like the reserved `cluster-admins`'],
    ['cluster-\u0430dmins', 'group `cluster-\u0430dmins` looks like the reserved `cluster-admins`'],
    ['System:Masters', 'group `System:Masters` looks like the reserved `system:*`'],
    ['system\uff1amasters', 'group `system\uff1amasters` looks like the reserved `system:*`'],
    ['\u0455ystem:nodes', 'group `\u0455ystem:nodes` looks like the reserved `system:*`'],
  ])('refuses %j', async (name, message) => {
    const groups = `    - name: "${escaped(name)}"\n`;
    expect(await diagnosePlaced(organization(groups), { codes })).toEqual([`organization.yaml:9:13 TEN301 ${message}`]);
  });

  it.each(['cluster-admin', 'cluster-admins-solar', 'scope', 'systems', 'ecosystem:dev', 'github:cluster-admins'])(
    'accepts %j',
    async (name) => {
      expect(await diagnosePlaced(organization(`    - name: "${name}"\n`), { codes })).toEqual([]);
    },
  );

  it('finds one wherever it is named, and says so instead of that it is not declared', async () => {
    const files = {
      ...solar(`owners:
  - { kind: Group, name: system:masters }
  - { kind: User, name: cluster-admins }
defaults:
  sharedWith: [{ group: cluster-admins, role: view }]
${prod}    sharedWith:
      - { group: Cluster-Scope, role: view }`),
      ...cluster('prodcluster01', 'server: https://a.example.com', 'sharedWith: [{ group: cluster-scope }]'),
    };
    expect(await diagnosePlaced(files, { codes })).toEqual([
      'clusters/prodcluster01.yaml:9:25 TEN301 group `cluster-scope` is reserved',
      'tenants/solar.yaml:7:28 TEN301 group `system:masters` is reserved',
      'tenants/solar.yaml:10:27 TEN301 group `cluster-admins` is reserved',
      'tenants/solar.yaml:15:20 TEN301 group `Cluster-Scope` looks like the reserved `cluster-scope`',
    ]);
    expect(await diagnose(files, { codes: 'TEN101' })).toEqual([]);
  });

  it('reports a declared one once, not with each use', async () => {
    const files = {
      ...organization('    - name: solar-leads\n    - name: cluster-admins\n'),
      ...solar(`${owners}${prod}    sharedWith: [{ group: cluster-admins, role: view }]`),
    };
    expect(await diagnosePlaced(files, { codes })).toEqual([
      'organization.yaml:10:13 TEN301 group `cluster-admins` is reserved',
    ]);
  });

  it('says which characters are not what they seem', async () => {
    const [found] = await diagnose(organization('    - name: "\u0441luster-\u0430dmins"\n'), { codes });
    expect(found?.primary.message).toBe('holds U+0441, U+0430');
  });
});

describe('TEN302 duplicate-subject', () => {
  const codes = 'TEN302';

  it('finds a subject twice in a list, with its roles where they differ', async () => {
    const files = solar(`owners:
  - { kind: Group, name: solar-leads }
  - { kind: User, name: solar-leads }
  - { kind: Group, name: solar-leads }
defaults:
  sharedWith:
    - { group: audit, role: view }
    - { group: audit, role: view, until: 2026-12-31 }
${prod}    sharedWith:
      - { group: sue, role: view }
      - { user: sue, role: view }
      - { user: sue, role: edit }
      - { group: audit, role: edit }`);
    expect(await diagnosePlaced(files, { codes })).toEqual([
      'tenants/solar.yaml:9:28 TEN302 group `solar-leads` is in `owners` twice',
      'tenants/solar.yaml:13:18 TEN302 group `audit` is in `sharedWith` twice',
      'tenants/solar.yaml:20:19 TEN302 user `sue` is in `sharedWith` twice, as view and as edit',
    ]);
  });

  it('lets a custom role add to another one, and finds the same one twice', async () => {
    const files = solar(`${owners}roles:
  - { name: debugger, rules: [{ apiGroups: [""], resources: [pods/ephemeralcontainers], verbs: [patch] }] }
  - { name: caller, rules: [{ apiGroups: [""], resources: [pods/log], verbs: [get] }] }
${prod}    sharedWith:
      - { group: audit, role: admin }
      - { group: audit, role: debugger }
      - { group: audit, role: caller }
      - { group: audit, role: debugger }`);
    expect(await diagnosePlaced(files, { codes })).toEqual([
      'tenants/solar.yaml:18:20 TEN302 group `audit` is in `sharedWith` twice',
    ]);
  });

  it('reports each line after the first', async () => {
    const line = '      - { group: audit, role: view }\n';
    const found = await diagnosePlaced(solar(`${owners}${prod}    sharedWith:\n${line.repeat(3)}`), { codes });
    expect(found.map((text) => text.split(' ')[0])).toEqual(['tenants/solar.yaml:13:20', 'tenants/solar.yaml:14:20']);
  });

  it('tells service accounts of two namespaces apart', async () => {
    const files = solar(`owners:
  - { kind: ServiceAccount, name: deployer, namespace: solar-prod }
  - { kind: ServiceAccount, name: deployer, namespace: solar-dev }
${prod}`);
    expect(await diagnosePlaced(files, { codes })).toEqual([]);
  });
});

describe('TEN303 redundant-share', () => {
  const codes = 'TEN303';
  const members = organization(`    - { name: solar-leads, members: [sam] }
    - { name: solar-sre, members: [sam, sue] }
    - { name: audit, members: [ann, sue] }
`);
  const check = (spec: string): Promise<string[]> => diagnosePlaced({ ...members, ...solar(spec) }, { codes });

  it('finds a share with an owner, once where it is a default', async () => {
    const spec = `${owners}defaults:
  clusters: [prodcluster01]
  sharedWith: [{ group: solar-leads, role: view }]
namespaces:
  - name: prod
    sharedWith: [{ group: solar-leads, role: admin }]
  - name: dev`;
    expect(await check(spec)).toEqual([
      'tenants/solar.yaml:10:27 TEN303 group `solar-leads` has admin on all namespaces of tenant `solar` already, as an owner of the tenant',
      'tenants/solar.yaml:13:29 TEN303 group `solar-leads` has admin on `solar-prod` already, as an owner of the tenant',
    ]);
  });

  it.each([
    ['view', 'view', true],
    ['view', 'edit', true],
    ['edit', 'view', false],
    ['admin', 'edit', false],
    ['view', 'log-reader', false],
    ['log-reader', 'admin', false],
    ['log-reader', 'log-reader', true],
    ['view, until: 2026-06-30', 'view', true],
    ['view', 'view, until: 2026-06-30', false],
    ['view, until: 2026-06-30', 'edit, until: 2026-06-30', true],
    ['view, until: 2026-06-30', 'edit, until: 2026-06-29', false],
  ])('a share with %s beside the default %s: %s', async (own, byDefault, redundant) => {
    const spec = `${owners}defaults:
  sharedWith: [{ group: audit, role: ${byDefault} }]
${prod}    sharedWith: [{ group: audit, role: ${own} }]`;
    expect((await check(spec)).length).toBe(redundant ? 1 : 0);
  });

  it('finds a share that is inherited, at any distance, and only in the heir', async () => {
    const spec = `${owners}${prod}    sharedWith: [{ group: audit, role: edit }]
  - name: test
    inherits: prod
  - name: dev
    inherits: test
    sharedWith: [{ group: audit, role: view }]`;
    expect(await check(spec)).toEqual([
      'tenants/solar.yaml:16:29 TEN303 group `audit` has edit on `solar-dev` already',
    ]);
  });

  it('finds a user with no more than a declared group of his has, beside or above', async () => {
    const spec = `${owners}defaults:
  sharedWith: [{ group: audit, role: view }, { user: ann, role: view }]
${prod}    sharedWith:
      - { user: sue, role: edit }
      - { group: solar-sre, role: admin }
      - { user: sam, role: view }
      - { user: eve, role: view }
  - name: dev
    clusters: [prodcluster01]
    sharedWith:
      - { user: sue, role: view }
      - { user: ann, role: edit }`;
    expect(await check(spec)).toEqual([
      'tenants/solar.yaml:9:56 TEN303 user `ann` has view on all namespaces of tenant `solar` already, as a member of group `audit`',
      'tenants/solar.yaml:14:19 TEN303 user `sue` has admin on `solar-prod` already, as a member of group `solar-sre`',
      'tenants/solar.yaml:16:19 TEN303 user `sam` has admin on `solar-prod` already, as a member of group `solar-leads`, an owner of the tenant',
      'tenants/solar.yaml:21:19 TEN303 user `sue` has view on `solar-dev` already, as a member of group `audit`',
    ]);
  });

  it('takes nothing from namespaces that inherit from each other', async () => {
    const spec = `${owners}${prod}    inherits: dev
    sharedWith: [{ group: audit, role: view }]
  - name: dev
    inherits: prod
    sharedWith: [{ group: audit, role: view }]`;
    expect(await check(spec)).toEqual([]);
  });
});

describe('TEN304 no-owner', () => {
  const codes = 'TEN304';

  it('points at the empty list', async () => {
    expect(await diagnosePlaced(solar(`owners: []\n${prod}`), { codes })).toEqual([
      'tenants/solar.yaml:6:11 TEN304 tenant `solar` has no owner',
    ]);
  });

  it.each<[string, string, string[]]>([
    ['nothing is granted', '', ['TEN304']],
    ['it is granted to all', 'limits: { owners: Optional }', []],
    ['it is granted to the tenant', 'grants: { solar: { owners: Optional } }', []],
    [
      'it is granted to all and not to the tenant',
      'limits: { owners: Optional }\n  grants: { solar: { owners: Required } }',
      ['TEN304'],
    ],
  ])('goes by the grant: %s', async (_, settings, expected) => {
    const organization = `${exampleOrganization['organization.yaml']}  ${settings}\n`;
    const files = { ...solar(`owners: []\n${prod}`), 'organization.yaml': organization };
    expect((await diagnose(files, { codes })).map(({ code }) => code)).toEqual(expected);
  });

  it('concludes nothing from owners that cannot be read', async () => {
    expect(await diagnosePlaced(solar(`owners: [{ kind: Grupe, name: x }]\n${prod}`), { codes })).toEqual([]);
  });
});

describe('TEN308 cordon-contradiction', () => {
  const codes = 'TEN308';

  it('finds each namespace that says otherwise than its cordoned tenant', async () => {
    const spec = `${owners}cordoned: true
${prod}    cordoned: false
  - name: dev
  - name: test
    cordoned: true
  - name: ci
    cordoned: false`;
    expect(await diagnosePlaced(solar(spec), { codes })).toEqual([
      'tenants/solar.yaml:12:17 TEN308 namespace `solar-prod` cannot be uncordoned alone: its tenant `solar` is cordoned',
      'tenants/solar.yaml:17:17 TEN308 namespace `solar-ci` cannot be uncordoned alone: its tenant `solar` is cordoned',
    ]);
  });

  it.each(['', 'cordoned: false\n'])(
    'lets a namespace say what it likes in a tenant that is not cordoned',
    async (cordoned) => {
      for (const own of [true, false]) {
        expect(await diagnosePlaced(solar(`${owners}${cordoned}${prod}    cordoned: ${own}`), { codes })).toEqual([]);
      }
    },
  );
});

describe('TEN310 deletion-never', () => {
  const codes = 'TEN310';
  const marked = `${prod}    state: MarkedForDeletion\n  - name: dev\n`;

  it('finds what is marked in an active tenant that never deletes', async () => {
    expect(await diagnosePlaced(solar(`${owners}deletion: Never\n${marked}`), { codes })).toEqual([
      'tenants/solar.yaml:12:14 TEN310 namespace `solar-prod` is marked for deletion, but tenant `solar` is active and never deletes namespaces',
    ]);
  });

  it.each(['', 'deletion: TwoStep\n', 'deletion: Never\nstate: Deactivated\n', 'deletion: Never\nstate: Deactive\n'])(
    'has nothing to say about %j',
    async (deletion) => {
      expect(await diagnosePlaced(solar(`${owners}${deletion}${marked}`), { codes })).toEqual([]);
    },
  );
});

describe('TEN311 privileged-pods', () => {
  const codes = 'TEN311';
  const privileged = 'isolation: { podSecurity: privileged }\n';
  const exception = (target: string): Record<string, string> =>
    organization(
      '    - name: solar-leads\n',
      `  exceptions:\n    - { code: TEN311, target: ${target}, reason: a node agent of ours, until: 2026-12-31 }\n  grants: { solar: { podSecurity: privileged } }\n`,
    );

  it('reports each place where it is written, with the namespaces that get it from there', async () => {
    const spec = `${owners}${privileged}${prod}    ${privileged}  - name: dev
    inherits: prod
  - name: test
  - name: ci
    isolation: { podSecurity: baseline }`;
    expect(await diagnosePlaced({ ...granted('{ podSecurity: privileged }'), ...solar(spec) }, { codes })).toEqual([
      'tenants/solar.yaml:8:29 TEN311 tenant `solar` allows privileged pods in `solar-test`',
      'tenants/solar.yaml:12:33 TEN311 namespace `solar-prod` allows privileged pods, for `solar-dev` to inherit',
    ]);
  });

  it('reports what the organization allows once, whether or not a namespace gets it', async () => {
    const files = organization(
      '    - name: solar-leads\n',
      '  defaults:\n    isolation: { podSecurity: privileged }\n',
    );
    expect(await diagnosePlaced({ ...files, ...solar(`${owners}${prod}  - name: dev\n`) }, { codes })).toEqual([
      'organization.yaml:9:31 TEN311 organization `example` allows privileged pods in every namespace that does not say otherwise',
    ]);
  });

  it('has nothing to say about a tenant whose namespaces all say otherwise', async () => {
    const spec = `${owners}${privileged}${prod}    isolation: { podSecurity: restricted }`;
    expect(await diagnosePlaced(solar(spec), { codes })).toEqual([]);
  });

  it.each([
    [`${owners}${prod}    ${privileged}`, 'solar-prod'],
    [`${owners}${privileged}${prod}`, 'solar'],
  ])('can be waived for what it is written for', async (spec, target) => {
    expect(await diagnose({ ...solar(spec), ...exception(target) }, { codes })).toEqual([]);
    expect(await diagnose({ ...solar(spec), ...exception('other') }, { codes })).toHaveLength(1);
  });
});

describe('TEN313 unprotected-owner-service-account', () => {
  const codes = 'TEN313';
  const others = owners.replace('solar-leads', 'solar-sre');
  const green = {
    'tenants/green.yaml': tenant('green', `${others}namespaces: [{ name: ci, clusters: [prodcluster01] }]`),
  };
  const check = (namespace: string, more: Record<string, string> = {}): Promise<string[]> => {
    const spec = `${owners}  - { kind: ServiceAccount, name: ci, namespace: ${namespace} }\n${prod}`;
    return diagnosePlaced({ ...green, ...more, ...solar(spec) }, { codes });
  };
  const says = (namespace: string, who: string): string =>
    `tenants/solar.yaml:8:52 TEN313 service account \`${namespace}/ci\` owns tenant \`solar\`, but ${who} controls its namespace`;
  const shared = (line: string, name = 'prodcluster01'): Record<string, string> =>
    cluster(name, `server: https://${name}.example.com`, line);

  it.each(['solar-prod', 'solar-new', 'argocd', 'greenhouse', 'kube-system'])('accepts %s', async (namespace) => {
    expect(await check(namespace)).toEqual([]);
  });

  it('finds a namespace of another tenant, and one that it could declare', async () => {
    expect(await check('green-ci')).toEqual([says('green-ci', 'tenant `green`')]);
    expect(await check('green-new')).toEqual([says('green-new', 'tenant `green`')]);
  });

  it('finds one that another tenant declares by its full name', async () => {
    const more = {
      ...organization('    - name: solar-leads\n', '  naming: { tenantPrefix: Optional }\n'),
      'tenants/green.yaml': tenant('green', `${others}namespaces: [{ fullName: builds, clusters: [prodcluster01] }]`),
    };
    expect(await check('builds', more)).toEqual([says('builds', 'tenant `green`')]);
  });

  it('accepts one of a tenant where all who can do more than view own this one anyway', async () => {
    const of = (sharedWith: string): Record<string, string> => ({
      'tenants/green.yaml': tenant(
        'green',
        `${owners}namespaces: [{ name: ci, clusters: [prodcluster01], sharedWith: [${sharedWith}] }]`,
      ),
    });
    expect(await check('green-ci', of(''))).toEqual([]);
    expect(await check('green-ci', of('{ group: audit, role: view }'))).toEqual([]);
    expect(await check('green-ci', of('{ group: audit, role: edit }'))).toEqual([says('green-ci', 'tenant `green`')]);
    expect(await check('green-ci', of('{ user: sam, role: admin }'))).toEqual([says('green-ci', 'tenant `green`')]);
  });

  it('takes the longest prefix', async () => {
    const more = { 'tenants/solar-east.yaml': tenant('solar-east', `${owners}namespaces: []`) };
    expect(await check('solar-east-ci', more)).toEqual([says('solar-east-ci', 'tenant `solar-east`')]);
    expect(await check('solar-eastern', more)).toEqual([]);
  });

  it('takes a namespace that the tenant itself declares for its own, whatever its prefix', async () => {
    const more = { 'tenants/solar-prod.yaml': tenant('solar-prod', `${owners}namespaces: []`) };
    const spec = `${owners}  - { kind: ServiceAccount, name: ci, namespace: solar-prod-ci }
namespaces: [{ name: prod-ci, clusters: [prodcluster01] }]`;
    expect(await diagnosePlaced({ ...more, ...solar(spec) }, { codes })).toEqual([]);
  });

  it('knows a tenant whose file cannot be read', async () => {
    expect(await check('green-ci', { 'tenants/green.yaml': 'a: [' })).toEqual([says('green-ci', 'tenant `green`')]);
  });

  it('finds a group namespace, unless the group owns the tenant', async () => {
    expect(await check('audit', shared('sharedWith: [{ group: audit }]'))).toEqual([says('audit', 'group `audit`')]);
    expect(await check('audit', shared('sharedWith: [{ group: audit, namespace: false }]'))).toEqual([]);
    expect(await check('solar-leads', shared('sharedWith: [{ group: solar-leads }]'))).toEqual([]);
    expect(await check('old', shared('retainedNamespaces: [old]'))).toEqual([
      says('old', 'a former group of cluster `prodcluster01`'),
    ]);
  });

  it('counts what is on the clusters of the tenant alone', async () => {
    expect(await check('audit', shared('sharedWith: [{ group: audit }]', 'devcluster01'))).toEqual([]);
    expect(await check('old', shared('retainedNamespaces: [old]', 'devcluster01'))).toEqual([]);
  });
});

describe('TEN314 mixed-script-name', () => {
  const codes = 'TEN314';
  const check = (name: string): Promise<string[]> => diagnosePlaced(organization(`    - name: "${name}"\n`), { codes });

  it.each([
    ['sol\u0430r', 'Latin and Cyrillic'],
    ['s\u03bflar', 'Latin and Greek'],
    ['\u0441\u03bf', 'Greek and Cyrillic'],
    ['so\u0578ar-\u0430', 'Latin and Cyrillic and Armenian'],
  ])('refuses %s', async (name, scripts) => {
    expect(await check(name)).toEqual([`organization.yaml:9:13 TEN314 group \`${name}\` mixes ${scripts} letters`]);
  });

  it.each(['solar', '\u0441\u043e\u043b\u043d\u0446\u0435', 'solar-\u592a\u967d', 'm\u00fcller', 'github:a/b_2'])(
    'accepts %s',
    async (name) => {
      expect(await check(name)).toEqual([]);
    },
  );

  it('says which letter is of which script', async () => {
    const [found] = await diagnose(organization('    - name: "sol\u0430r"\n'), { codes });
    expect(found?.primary.message).toBe('`s` is Latin, `\u0430` is Cyrillic (U+0430)');
  });

  it('leaves a look-alike of a reserved name to TEN301', async () => {
    expect(await check('cluster-\u0430dmins')).toEqual([]);
  });
});

describe('TEN315 user-name', () => {
  const codes = 'TEN315';

  it('looks at admins, members, owners and shares', async () => {
    const files = {
      'organization.yaml': exampleOrganization['organization.yaml']
        .replace('[alice]', '[alice, "user:bob", userina]')
        .replace('[ann]', '[User:ann]'),
      ...solar(`owners:
  - { kind: User, name: "system:serviceaccount:ci:deployer" }
  - { kind: Group, name: "user:group" }
${prod}    sharedWith:
      - { user: "user:sue", role: edit }
      - { user: "system:admin", role: edit }
      - { user: "ecosystem:x", role: edit }`),
    };
    const found = await diagnose(files, { codes });
    expect(found.map(({ message, help }) => `${message}: ${help ?? ''}`)).toEqual([
      'user `user:bob` is named with the `user:` of tokens: write `bob`',
      'user `User:ann` is named with the `user:` of tokens: write `ann`',
      'user `system:serviceaccount:ci:deployer` has the name of a user of Kubernetes itself: write `{ kind: ServiceAccount, name: deployer, namespace: ci }`',
      'user `user:sue` is named with the `user:` of tokens: write `sue`',
      'user `system:admin` has the name of a user of Kubernetes itself: name a user of the identity provider',
    ]);
    expect(await diagnosePlaced(files, { codes })).toContain(
      'tenants/solar.yaml:13:19 TEN315 user `user:sue` is named with the `user:` of tokens',
    );
  });
});
