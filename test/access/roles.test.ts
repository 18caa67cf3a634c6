import { describe, expect, it } from 'vitest';
import { accessesOf, evaluate, tokenClaims } from '../../src/access/evaluate.ts';
import { bindingName } from '../../src/manifests/binding-name.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { changeBetween } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { diagnose } from '../support/diagnose.ts';
import { exampleCertificate, exampleDay } from '../support/examples.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';

/** Roles of the organization, ClusterRoles by their names, and several roles for one subject. */

type Files = Readonly<Record<string, string>>;
type Spec = Readonly<Record<string, unknown>>;

const rule = (...verbs: string[]) => ({ apiGroups: ['apps'], resources: ['deployments'], verbs });
const restarter = (...verbs: string[]) => ({ name: 'restarter', rules: [rule(...verbs)] });

const files = (spec: Spec, tenants: Readonly<Record<string, Spec>>): Files => ({
  'organization.yaml': organizationFile({ groups: [{ name: 'red' }, { name: 'blue' }, { name: 'devs' }], ...spec }),
  'clusters/one.yaml': clusterFile('one', {
    labels: { environment: 'production' },
    sharedWith: ['red', 'blue', 'devs'].map((group) => ({ group, namespace: false })),
  }),
  'clusters/example-ca.pem': exampleCertificate,
  ...Object.fromEntries(
    Object.entries(tenants).map(([name, spec]) => [`tenants/${name}.yaml`, tenantFile(name, spec)]),
  ),
});

const team = (name: string, sharedWith: readonly Spec[], spec: Spec = {}): Readonly<Record<string, Spec>> => ({
  [name]: {
    owners: [{ kind: 'Group', name }],
    namespaces: [{ name: 'prod', clusters: ['one'], sharedWith }],
    ...spec,
  },
});

const give = (role: string): Spec => ({ group: 'devs', role });
const whole = (tree: Files) => pipeline(memoryTree(tree), exampleDay);
const textOf = async (tree: Files, path: RegExp): Promise<string> => {
  const { files: rendered, diagnostics } = await whole(tree);
  expect(errorsOf(diagnostics)).toEqual([]);
  return rendered.flatMap((file) => (path.test(file.path) ? [file.text] : [])).join('\n');
};
const codes = async (tree: Files, code: string) =>
  (await diagnose(tree, { codes: code })).map(({ message }) => message);

const request = (verb: string, resource: string) => ({ verb, group: 'apps', resource, namespace: 'blue-prod' });
async function verdictOf(tree: Files, verb: string, resource: string) {
  const { graph } = await whole(tree);
  const [cluster] = graph.clusters;
  if (!cluster) throw new Error('no cluster');
  return evaluate(cluster, accessesOf(cluster, tokenClaims('dan', ['devs'])), request(verb, resource));
}

describe('a role of the organization', () => {
  const organization = { roles: [restarter('get', 'patch')] };
  const tree = files(organization, { ...team('blue', [give('restarter')]), ...team('red', [give('restarter')]) });

  it('is one ClusterRole where somebody has it, bound in each namespace', async () => {
    const roles = await textOf(tree, /cluster-access\/one\/organization-roles\.yaml$/);
    const [, name] = /name: "?(tenantry::restarter\.[0-9a-f]{10})"?/.exec(roles) ?? [];
    expect(name).toBeDefined();
    expect(roles.match(/^kind: ClusterRole$/gm)).toHaveLength(1);
    for (const namespace of ['blue-prod', 'red-prod']) {
      expect(await textOf(tree, new RegExp(`namespaces/${namespace}\\.yaml$`))).toContain(name);
    }
    expect(await textOf(tree, /cluster-access\/one\/argo-cd\.yaml$/)).toContain(name);
    expect(await textOf(tree, /policy-custom-roles/)).toContain("startsWith('tenantry::')");
  });

  it('is nowhere where nobody has it, and is said to be unused', async () => {
    const unused = files(organization, team('blue', []));
    expect((await whole(unused)).files.map(({ path }) => path).join('\n')).not.toContain('organization-roles');
    expect(await codes(unused, 'TEN110')).toEqual([
      'custom role `restarter` of the organization is not used by any share',
    ]);
    expect(await codes(tree, 'TEN110')).toEqual([]);
  });

  it('allows what its rules say, and nothing else', async () => {
    expect(await verdictOf(tree, 'patch', 'deployments')).toMatchObject({ allowed: true });
    expect(await verdictOf(tree, 'delete', 'deployments')).toMatchObject({ allowed: false, unknown: [] });
  });

  it('tells whom it widens for, in which tenants', async () => {
    const after = files(
      { roles: [restarter('get', 'patch', 'delete')] },
      { ...team('blue', [give('restarter')]), ...team('red', [give('restarter')]) },
    );
    const wider = await changeBetween(tree, after);
    expect(wider.found.filter(({ code }) => code === 'TEN524').map(({ message }) => message)).toEqual([
      'custom role `restarter` of the organization now allows `delete deployments.apps`, on production too: for group `devs`, in 2 namespaces of tenants `blue` and `red`',
    ]);
    const narrower = await changeBetween(after, tree);
    expect(narrower.found.map(({ code }) => code)).not.toContain('TEN524');
    expect(narrower.context.plan.items).toMatchObject([
      { kind: 'role', tenant: '', role: 'restarter', direction: 'narrows', removed: ['delete deployments.apps'] },
      { kind: 'entity' },
    ]);
  });

  it('is told where it is given, with what it allows', async () => {
    const { found } = await changeBetween(
      files(organization, team('blue', [])),
      files(organization, team('blue', [give('restarter')])),
    );
    expect(found.filter(({ code }) => code === 'TEN534').map(({ message }) => message)).toEqual([
      'custom role `restarter` of the organization is given to group `devs`, on production too: it allows `patch deployments.apps` and `get deployments.apps`',
    ]);
    expect(found.map(({ code }) => code)).toContain('TEN540');
  });

  it('changes nothing for anybody where a role of a tenant moves up unchanged', async () => {
    const own = files({}, team('blue', [give('restarter')], { roles: [restarter('get', 'patch')] }));
    const { found } = await changeBetween(own, files(organization, team('blue', [give('restarter')])));
    expect(found.map(({ code }) => code)).not.toContain('TEN534');
    expect(found.map(({ code }) => code)).not.toContain('TEN520');
  });

  it.each<[string, Spec, Spec, string]>([
    ['escalates', { roles: [restarter('*')] }, {}, 'TEN305'],
    ['is called as one of Kubernetes', { roles: [{ ...restarter('get'), name: 'vlew' }] }, {}, 'TEN306'],
    [
      'names what there is not',
      { roles: [{ name: 'restarter', rules: [{ ...rule('get'), resources: ['deployment'] }] }] },
      {},
      'TEN316',
    ],
    ['is declared twice', { roles: [restarter('get'), restarter('get')] }, {}, 'TEN213'],
    ['is called as that of a tenant', organization, { roles: [restarter('get')] }, 'TEN318'],
    [
      'looks like that of a tenant',
      { roles: [{ ...restarter('get'), name: 'rest0rer' }] },
      { roles: [{ ...restarter('get'), name: 'restorer' }] },
      'TEN318',
    ],
    ['is called as a ClusterRole', { ...organization, clusterRoles: ['restarter'] }, {}, 'TEN318'],
  ])('is refused or told where it %s', async (_, spec, tenant, code) => {
    const found = await diagnose(files(spec, team('blue', [], tenant)));
    expect(found.map((d) => d.code)).toContain(code);
  });

  it('may hold what a tenant would need a grant for', async () => {
    const secrets = { name: 'reader', rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] };
    expect(errorsOf((await whole(files({ roles: [secrets] }, team('blue', [give('reader')])))).diagnostics)).toEqual(
      [],
    );
  });
});

describe('a ClusterRole by its name', () => {
  const organization = { clusterRoles: ['monitoring:edit.v1', 'view-logs'] };
  const tree = files(organization, team('blue', [give('monitoring:edit.v1'), give('view')]));

  it('is bound as it is, and may be given by Argo CD where it is in use', async () => {
    expect(await textOf(tree, /namespaces\/blue-prod\.yaml$/)).toContain('name: monitoring:edit.v1');
    const argoCD = await textOf(tree, /cluster-access\/one\/argo-cd\.yaml$/);
    expect(argoCD).toContain('monitoring:edit.v1');
    expect(argoCD).not.toContain('view-logs');
    expect(await textOf(tree, /policy-custom-roles/)).toContain('monitoring:edit.v1');
  });

  it('is known to nobody here: neither yes nor no', async () => {
    const verdict = await verdictOf(tree, 'delete', 'deployments');
    expect(verdict.allowed).toBe(false);
    expect(verdict.unknown.map(({ role }) => role.name)).toEqual(['monitoring:edit.v1']);
    expect(await verdictOf(tree, 'get', 'deployments')).toMatchObject({ allowed: true });
  });

  it('is something to look at when it is given, and covered by nothing', async () => {
    const { found, context } = await changeBetween(files(organization, team('blue', [give('admin')])), tree);
    expect(found.filter(({ code }) => code === 'TEN534').map(({ message }) => message)).toEqual([
      'ClusterRole `monitoring:edit.v1` is given to group `devs`, on production too: what it allows, the files do not say; it may be more than `admin`',
    ]);
    expect(context.plan.items).toContainEqual(expect.objectContaining({ kind: 'access', direction: 'changes' }));
    expect(found.map(({ code }) => code)).toContain('TEN540');
  });

  it('is refused where the organization does not list it', async () => {
    expect(await codes(files({}, team('blue', [give('view-logs')])), 'TEN107')).toHaveLength(1);
    expect(
      await codes(files({ clusterRoles: ['view-logz'] }, team('blue', [give('view-logs')])), 'TEN107'),
    ).toHaveLength(1);
  });

  it.each([
    'cluster-admin',
    'cluster-scope',
    'admin',
    'vlew',
    'Cluster-Admin',
    'tenantry:blue.x.0123456789',
    'tenantry::x.0123456789',
    'Tenantry:x',
    'system:node',
    'System:node',
    'system:openshift:scc:privileged',
    'system-node',
  ])('cannot be %s', async (name) => {
    expect(await codes(files({ clusterRoles: [name] }, team('blue', [])), 'TEN319')).toHaveLength(1);
  });

  it.each(['system:image-puller', 'argocd-app-viewer', 'edit-crds', 'Strimzi.View'])('can be %s', async (name) => {
    expect(await codes(files({ clusterRoles: [name] }, team('blue', [give(name)])), 'TEN319')).toEqual([]);
    expect(await codes(files({ clusterRoles: [name] }, team('blue', [give(name)])), 'TEN107')).toEqual([]);
  });
});

describe('several roles of one subject', () => {
  const organization = { roles: [restarter('get', 'patch')], clusterRoles: ['view-logs'] };
  const own = { roles: [{ name: 'debugger', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }] };
  const all = ['edit', 'restarter', 'view-logs', 'debugger'];

  it('are each a binding, in one list or over defaults and namespace', async () => {
    const oneList = files(organization, team('blue', all.map(give), own));
    const two = files(
      organization,
      team('blue', [give('edit')], { ...own, defaults: { sharedWith: all.slice(1).map(give) } }),
    );
    for (const tree of [oneList, two]) {
      const text = await textOf(tree, /namespaces\/blue-prod\.yaml$/);
      expect(text.match(/name: devs$/gm)).toHaveLength(4);
      expect(await codes(tree, 'TEN303')).toEqual([]);
    }
  });

  it.each(all)('are not the same one twice: %s', async (role) => {
    expect(await codes(files(organization, team('blue', [give(role), give(role)], own)), 'TEN302')).toHaveLength(1);
    const again = team('blue', [give(role)], { ...own, defaults: { sharedWith: [give(role)] } });
    expect(await codes(files(organization, again), 'TEN303')).toHaveLength(1);
  });
});

describe('the name of a binding', () => {
  it('is another for whoever and whatever is bound', () => {
    const subjects = ['a', 'a:', 'a:b', 'a:x.0123456789', 'b'].map((name) => ({ kind: 'Group' as const, name }));
    const roles = [
      'admin',
      'x.0123456789',
      'b:x',
      'b:x.0123456789',
      ':x',
      'blue.x.0123456789',
      'x',
      'x~3Ay',
      'x:y',
      'x.y',
      'x~2Ey',
      'tenantry::x.0123456789',
      'tenantry:blue.x.0123456789',
    ];
    const names = subjects.flatMap((subject) => roles.map((role) => bindingName(subject, role)));
    expect(new Set(names).size).toBe(names.length);
  });
});
