import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claims } from '../../src/access/evaluate.ts';
import {
  accessesOf,
  builtInAccesses,
  evaluate,
  groupClaims,
  serviceAccountClaims,
  tokenClaims,
} from '../../src/access/evaluate.ts';
import { accessKey } from '../../src/access/graph.ts';
import { groupsOf, knownUsers, whatUserCan } from '../../src/access/queries.ts';
import type { AccessRequest, PolicyRule } from '../../src/kubernetes/rbac.ts';
import { ruleAllows } from '../../src/kubernetes/rbac.ts';
import { resolveResource } from '../../src/kubernetes/resources.ts';
import type { CanIOptions } from '../../src/commands/can-i.ts';
import { accessCanI } from '../../src/commands/can-i.ts';
import { Failure } from '../../src/values/failure.ts';
import { cases } from '../support/cases.ts';
import { exampleDay, exampleOrganization } from '../support/examples.ts';
import { originPath } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { tenantryHere } from '../support/cli.ts';
import { tenantFile } from '../support/config.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';

/** `test/live/built-in-roles.test.ts` compares the same with a real API server; here is what it comes to. */
describe('a rule of RBAC', () => {
  const pods: PolicyRule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
  const get = { verb: 'get', group: '', resource: 'pods' };

  it.each<[string, PolicyRule, AccessRequest, boolean]>([
    ['its verb, group and resource', pods, get, true],
    ['another verb', pods, { ...get, verb: 'delete' }, false],
    ['another group', pods, { ...get, group: 'apps' }, false],
    ['another resource', pods, { ...get, resource: 'secrets' }, false],
    ['a subresource', pods, { ...get, subresource: 'log' }, false],
    ['a named object', pods, { ...get, name: 'blue' }, true],
    ['any verb', { ...pods, verbs: ['*'] }, { ...get, verb: 'frobnicate' }, true],
    ['all verbs at once, with some', pods, { ...get, verb: '*' }, false],
    ['any group', { ...pods, apiGroups: ['*'] }, { ...get, group: 'example.com' }, true],
    ['any resource', { ...pods, resources: ['*'] }, { ...get, resource: 'secrets' }, true],
    ['any resource, subresources too', { ...pods, resources: ['*'] }, { ...get, subresource: 'log' }, true],
    ['its subresource', { ...pods, resources: ['pods/log'] }, { ...get, subresource: 'log' }, true],
    ['the resource of a subresource', { ...pods, resources: ['pods/log'] }, get, false],
    ['its subresource of anything', { ...pods, resources: ['*/log'] }, { ...get, subresource: 'log' }, true],
    ['another subresource of anything', { ...pods, resources: ['*/log'] }, { ...get, subresource: 'exec' }, false],
    ['no wildcard for subresources', { ...pods, resources: ['pods/*'] }, { ...get, subresource: 'log' }, false],
    ['its name', { ...pods, resourceNames: ['blue'] }, { ...get, name: 'blue' }, true],
    ['another name', { ...pods, resourceNames: ['blue'] }, { ...get, name: 'red' }, false],
    ['all names', { ...pods, resourceNames: ['blue'] }, { ...get, verb: 'list' }, false],
    ['a path', pods, { verb: 'get', path: '/pods' }, false],
    ['its path', { nonResourceURLs: ['/healthz'], verbs: ['get'] }, { verb: 'get', path: '/healthz' }, true],
    ['a path below', { nonResourceURLs: ['/healthz'], verbs: ['get'] }, { verb: 'get', path: '/healthz/etcd' }, false],
    [
      'any path below',
      { nonResourceURLs: ['/healthz/*'], verbs: ['get'] },
      { verb: 'get', path: '/healthz/etcd' },
      true,
    ],
    ['no resource, by a path', { nonResourceURLs: ['*'], verbs: ['*'] }, get, false],
  ])('meets %s', (_, rule, request, allowed) => {
    expect(ruleAllows(rule, request)).toBe(allowed);
  });
});

const files = {
  ...exampleOrganization,
  'tenants/solar.yaml': tenantFile('solar', {
    owners: [
      { kind: 'Group', name: 'solar-leads' },
      { kind: 'ServiceAccount', name: 'deployer', namespace: 'solar-ci' },
    ],
    roles: [
      {
        name: 'operator',
        rules: [
          { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
          { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['shop'], verbs: ['patch'] },
        ],
      },
    ],
    namespaces: [
      { name: 'ci', clusters: ['prodcluster01'] },
      {
        name: 'prod',
        clusters: ['prodcluster01'],
        sharedWith: [
          { group: 'solar-sre', role: 'operator' },
          { group: 'audit', role: 'view', until: exampleDay },
          { user: 'eve', role: 'view' },
        ],
      },
    ],
  }),
};

async function onExample(asOf = exampleDay) {
  const { graph, diagnostics } = await pipeline(memoryTree(files), asOf);
  expect(errorsOf(diagnostics)).toEqual([]);
  const [cluster] = graph.clusters;
  if (!cluster) throw new Error('the example has no cluster');
  return {
    cluster,
    ask: (claims: Claims, request: AccessRequest) => evaluate(cluster, accessesOf(cluster, claims), request),
  };
}

const inProd = { group: '', namespace: 'solar-prod' };

describe('the evaluator', () => {
  it('says because of which accesses, and which do not suffice', async () => {
    const { ask } = await onExample();
    const both = tokenClaims('sue', ['solar-sre', 'audit']);
    const logs = ask(both, { ...inProd, verb: 'get', resource: 'pods', subresource: 'log' });
    expect(logs.because.map(({ access }) => access.role.name)).toEqual(['view', 'operator']);
    const list = ask(both, { ...inProd, verb: 'list', resource: 'pods' });
    expect(list.because.map(({ access }) => access.role.name)).toEqual(['view']);
    expect(list.insufficient.map(({ role }) => role.name)).toContain('operator');
  });

  it('finds the rule of a custom role, and where it is written', async () => {
    const { ask } = await onExample();
    const patch = { ...inProd, verb: 'patch', group: 'apps', resource: 'deployments' };
    const sre = tokenClaims('sue', ['solar-sre']);
    const [grant] = ask(sre, { ...patch, name: 'shop' }).because;
    expect(grant?.rule.resourceNames).toEqual(['shop']);
    expect(grant?.ruleOrigin && originPath(grant.ruleOrigin)).toEqual(['spec', 'roles', 0, 'rules', 1]);
    expect(ask(sre, { ...patch, name: 'bank' }).allowed).toBe(false);
    expect(ask(sre, patch).allowed).toBe(false);
  });

  it('lets a share hold through its last day', async () => {
    const view = { ...inProd, verb: 'get', resource: 'configmaps' };
    const auditor = tokenClaims('uma', ['audit']);
    expect((await onExample(exampleDay)).ask(auditor, view).allowed).toBe(true);
    expect((await onExample('2100-01-01')).ask(auditor, view).allowed).toBe(false);
  });

  it('tells users, groups and service accounts of one name apart', async () => {
    const { ask } = await onExample();
    const create = { ...inProd, verb: 'create', resource: 'pods' };
    expect(ask(tokenClaims('x', ['solar-leads']), create).allowed).toBe(true);
    expect(ask(tokenClaims('solar-leads', []), create).allowed).toBe(false);
    expect(ask(tokenClaims('x', ['user:solar-leads']), create).allowed).toBe(false);
    expect(ask(serviceAccountClaims('solar-ci', 'deployer'), create).allowed).toBe(true);
    expect(ask(serviceAccountClaims('solar-prod', 'deployer'), create).allowed).toBe(false);
    expect(ask(tokenClaims('deployer', []), create).allowed).toBe(false);
  });

  it('keeps a role in its namespace', async () => {
    const { ask } = await onExample();
    const owner = tokenClaims('sam', ['solar-leads']);
    const list = { verb: 'list', group: '', resource: 'pods' };
    expect(ask(owner, { ...list, namespace: 'solar-ci' }).allowed).toBe(true);
    expect(ask(owner, { ...list, namespace: 'default' }).allowed).toBe(false);
    expect(ask(owner, list).allowed).toBe(false);
    expect(ask(owner, { ...list, resource: 'nodes' }).allowed).toBe(false);
  });

  it('knows what Kubernetes gives to everyone', async () => {
    const { ask } = await onExample();
    const nobody = tokenClaims('nobody', []);
    expect(ask(nobody, { verb: 'get', path: '/version' }).allowed).toBe(true);
    expect(ask(nobody, { verb: 'get', path: '/metrics' }).allowed).toBe(false);
    const reviews = { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' };
    expect(ask(nobody, reviews).allowed).toBe(true);
  });

  it('gives a token cluster-scope where the cluster is shared with one of its groups', async () => {
    const { cluster, ask } = await onExample();
    const classes = { verb: 'list', group: 'storage.k8s.io', resource: 'storageclasses' };
    expect(ask(tokenClaims('sue', groupClaims(cluster, ['solar-sre'])), classes).allowed).toBe(true);
    expect(groupClaims(cluster, ['strangers'])).toEqual(['strangers']);
    expect(groupClaims(cluster, ['cluster-admins'])).toContain('cluster-scope');
  });

  it('holds the same accesses for a user by his claims as by his name', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const { desired, graph } = await pipeline(memoryTree(organizationFiles(documents)), lawDay);
        const { organization } = desired;
        for (const cluster of graph.clusters) {
          for (const user of knownUsers(desired)) {
            const groups = groupsOf(organization, user).map((g) => g.name);
            const admin = organization.admins.some((a) => a.value === user) ? ['cluster-admins'] : [];
            const claims = tokenClaims(user, groupClaims(cluster, [...groups, ...admin]));
            const byName = whatUserCan(graph, organization, user, { cluster: cluster.cluster.name });
            const builtIn = new Set(builtInAccesses(cluster, claims).map(accessKey));
            const byClaims = accessesOf(cluster, claims).map(accessKey);
            expect(byClaims.filter((key) => !builtIn.has(key))).toEqual(byName.map(({ access }) => accessKey(access)));
          }
        }
      }),
      { numRuns: cases(25) },
    );
  });
});

describe('a resource as kubectl has it', () => {
  it.each([
    ['pods', { group: '', resource: 'pods' }],
    ['po', { group: '', resource: 'pods' }],
    ['deployment', { group: 'apps', resource: 'deployments' }],
    ['deploy.apps', { group: 'apps', resource: 'deployments' }],
    ['deployments.v1.apps', { group: 'apps', resource: 'deployments' }],
    ['deployments.v1beta1.apps', { group: 'apps', resource: 'deployments' }],
    ['widgets.v2alpha10.example.com', { group: 'example.com', resource: 'widgets' }],
    ['widgets.v1beta.example.com', { group: 'v1beta.example.com', resource: 'widgets' }],
    ['pods.v1', { group: '', resource: 'pods' }],
    ['events', { group: '', resource: 'events' }],
    ['events.events.k8s.io', { group: 'events.k8s.io', resource: 'events' }],
    ['pods/exec', { group: '', resource: 'pods', subresource: 'exec' }],
    ['deployments.apps/scale', { group: 'apps', resource: 'deployments', subresource: 'scale' }],
    ['widgets.example.com', { group: 'example.com', resource: 'widgets' }],
    ['widgets.example.com/scale', { group: 'example.com', resource: 'widgets', subresource: 'scale' }],
    ['signers', { group: 'certificates.k8s.io', resource: 'signers' }],
    ['*', { group: '*', resource: '*' }],
    ['*.apps', { group: 'apps', resource: '*' }],
    ['*/scale', { group: '*', resource: '*', subresource: 'scale' }],
  ])('%s', (written, expected) => {
    const found = resolveResource(written, '1.36');
    expect(found).toMatchObject({ kind: 'Resource', ...expected });
    expect('subresource' in found).toBe('subresource' in expected);
  });

  it.each([
    ['deploymnets', 'Unknown'],
    ['widgets', 'Unknown'],
    ['deploymnets.apps', 'Unknown'],
    ['pods/exce', 'UnknownSubresource'],
    ['pods/', 'UnknownSubresource'],
  ])('%s is %s', (written, kind) => {
    expect(resolveResource(written, '1.36').kind).toBe(kind);
  });
});

const answerTo = async (options: Partial<CanIOptions>, kubernetesVersion = '1.36') => {
  const dir = temporaryFolder();
  const clusterFile = 'clusters/prodcluster01.yaml';
  writeFiles(dir, { ...files, [clusterFile]: files[clusterFile].replace('"1.36"', `"${kubernetesVersion}"`) });
  let text = '';
  const out = { write: (more: string) => void (text += more), colour: false };
  const io = {
    dir,
    cwd: dir,
    today: exampleDay,
    now: () => new Date(),
    nodePath: process.execPath,
    environment: {},
    version: '',
    out,
    err: out,
  };
  const defaults = { cluster: 'prodcluster01', verb: 'get', resource: 'pods', format: 'table' } as const;
  const code = await accessCanI(io, { ...defaults, ...options });
  return { code, text };
};

describe('access can-i', () => {
  const sue = { user: 'sue', namespace: 'solar-prod' };

  it('says yes, and because of which line', async () => {
    const { code, text } = await answerTo({ ...sue, resource: 'pods/log' });
    expect(code).toBe(0);
    const [answer, , header, row] = text.split('\n');
    expect(answer).toBe('yes');
    expect(header).toMatch(/BECAUSE +RULE$/);
    expect(row).toMatch(/group solar-sre +operator +tenants\/solar\.yaml:\d+ +tenants\/solar\.yaml:\d+$/);
  });

  it('says no, and what does not suffice', async () => {
    const { code, text } = await answerTo({ ...sue, verb: 'create', resource: 'pods/exec' });
    expect(code).toBe(1);
    expect(text).toMatch(/^no\n\nnone of what user `sue` has in `solar-prod` allows it:\n\n/);
    expect(text).toContain('operator');
  });

  it('says no, and that there is nothing, and no token for it', async () => {
    const { code, text } = await answerTo({ serviceAccount: 'solar-ci/other', namespace: 'solar-ci' });
    expect(code).toBe(1);
    expect(text).toBe('no\n\nnothing gives service account `solar-ci/other` anything in `solar-ci`\n');
  });

  it('says that the platform gives no token for a cluster', async () => {
    const { text } = await answerTo({ user: 'eve', resource: '/version' });
    expect(text).toMatch(/^yes\n[^]*note: prodcluster01 is shared with no group of user `eve`/);
  });

  it('answers for groups, service accounts and paths', async () => {
    const create = { verb: 'create', resource: 'deploy', namespace: 'solar-prod' };
    const codeOf = async (options: Partial<CanIOptions>) => (await answerTo(options)).code;
    expect(await codeOf({ ...create, group: ['solar-leads'] })).toBe(0);
    expect(await codeOf({ ...create, group: ['audit', 'solar-leads'] })).toBe(0);
    expect(await codeOf({ ...create, group: ['audit'] })).toBe(1);
    expect(await codeOf({ ...create, user: 'sue', group: ['solar-leads'] })).toBe(0);
    expect(await codeOf({ ...create, serviceAccount: 'solar-ci/deployer' })).toBe(0);
    expect(await codeOf({ user: 'alice', verb: '*', resource: '*' })).toBe(0);
    const { text } = await answerTo({ user: 'sue', resource: '/version' });
    expect(text).toMatch(/system:discovery +Kubernetes itself$/m);
  });

  it("answers by the roles and resources of the cluster's own Kubernetes", async () => {
    const events = { group: ['audit'], namespace: 'solar-prod', resource: 'events.events.k8s.io' };
    const answers = async (version: string, options: Partial<CanIOptions>) => {
      const { code, text } = await answerTo({ format: 'json', ...options }, version);
      return { code, kubernetes: (JSON.parse(text) as { kubernetes: object }).kubernetes };
    };
    // A viewer may read these only since the roles name their new API group.
    expect(await answers('1.30', events)).toEqual({
      code: 1,
      kubernetes: { cluster: '1.30', builtInRoles: expect.stringMatching(/^v1\.30\./) as string },
    });
    expect(await answers('1.36', events)).toMatchObject({ code: 0 });
    // What is older or newer than all that is recorded is answered by what is nearest, and that is said.
    expect(await answers('1.20', events)).toMatchObject({ code: 1, kubernetes: { cluster: '1.20' } });
    const newer = await answerTo(events, '1.99');
    expect(newer.code).toBe(0);
    expect(newer.text).toMatch(
      /note: built-in roles are taken from Kubernetes v1\.\d+\.\d+; prodcluster01 runs\s1\.99/,
    );

    const claims = { ...events, resource: 'resourceclaims' };
    expect((await answerTo(claims, '1.36')).code).toBe(0);
    await expect(answerTo(claims, '1.30')).rejects.toThrow('Kubernetes 1.30 has no resource `resourceclaims`');
  });

  it('takes a request about one Namespace for one inside it, as the API server does', async () => {
    const codeOf = async (options: Partial<CanIOptions>) =>
      (await answerTo({ group: ['solar-leads'], resource: 'ns', ...options })).code;
    expect(await codeOf({ name: 'solar-prod' })).toBe(0);
    expect(await codeOf({ namespace: 'solar-prod' })).toBe(0);
    expect(await codeOf({})).toBe(1);
    expect(await codeOf({ verb: 'list' })).toBe(1);
    expect(await codeOf({ verb: 'delete', name: 'solar-prod' })).toBe(1);
  });

  it('prints JSON', async () => {
    const { text } = await answerTo({ ...sue, verb: 'patch', resource: 'deployments', name: 'shop', format: 'json' });
    expect(JSON.parse(text)).toMatchObject({
      formatVersion: 1,
      allowed: true,
      request: { group: 'apps', resource: 'deployments', subresource: null, name: 'shop', namespace: 'solar-prod' },
      claims: { username: 'user:sue', groups: ['solar-sre', 'cluster-scope', 'system:authenticated'] },
      getsToken: true,
      because: [{ role: { kind: 'CustomRole', name: 'operator' }, rule: { resourceNames: ['shop'] } }],
      notes: [],
    });
  });

  it.each<[Partial<CanIOptions>, string, string]>([
    [{ user: 'suee' }, 'no user `suee`', 'did you mean `sue`?'],
    [{ group: ['solar-ser'] }, 'no group `solar-ser`', '`solar-sre`'],
    [{}, 'nobody is named', '--service-account'],
    [{ user: 'sue', serviceAccount: 'solar-ci/deployer' }, 'alone', 'leave out --user'],
    [{ user: 'sue', verb: 'lsit' }, 'no verb `lsit`', 'did you mean `list`?'],
    [{ user: 'sue', verb: 'frobnicate' }, 'no verb `frobnicate`', 'deletecollection'],
    [{ user: 'sue', resource: 'pdos' }, 'no resource `pdos`', 'did you mean `pods`?'],
    [{ user: 'sue', resource: 'deploymnets.apps' }, 'no resource `deploymnets`', 'did you mean `deployments`?'],
    [{ user: 'sue', resource: 'widgets' }, 'no resource `widgets`', 'widgets.<group>'],
    [{ user: 'sue', resource: 'pods/exce' }, 'no subresource `exce`', '`pods/exec`'],
    [{ user: 'sue', resource: 'pods/my-very-own-pod' }, 'no subresource', '--name'],
    [{ ...sue, resource: 'nodes' }, '`nodes` are in no namespace', 'leave out --namespace'],
    [{ ...sue, verb: 'list', resource: 'ns' }, 'not in the namespace', 'leave out --namespace'],
    [{ ...sue, verb: 'create', name: 'blue' }, 'does not see the names', 'leave out --name'],
    [{ ...sue, resource: '/version' }, 'in no namespace', 'leave out --namespace'],
    [{ user: 'sue', namespace: 'solar-prdo' }, 'no namespace', '`solar-prod`'],
    [{ user: 'sue', cluster: 'prodcluster1' }, 'no cluster', '`prodcluster01`'],
    [{ serviceAccount: 'deployer' }, 'no service account', '<namespace>/<name>'],
    [{ serviceAccount: 'kube-system/x' }, 'up to Kubernetes', 'kubectl'],
  ])('gives no answer to %j', async (options, message, help) => {
    const failure: unknown = await answerTo(options).catch((error: unknown) => error);
    if (!(failure instanceof Failure)) throw new Error('there is an answer', { cause: failure });
    expect(failure.message).toContain(message);
    expect(failure.help).toContain(help);
  });

  const arguments_ = ['access', 'can-i', '--user', 'sue', '--cluster', 'prodcluster01', '--as-of', exampleDay];

  it.each([
    [0, files, ['--verb', 'get', '--resource', 'pods/log', '--namespace', 'solar-prod'], /^yes\n/],
    [1, files, ['--verb', 'get', '--resource', 'secrets', '--namespace', 'solar-prod'], /^no\n/],
    [2, files, ['--verb', 'gett', '--resource', 'pods'], /^$/],
    [2, files, ['--verb', 'get'], /^$/],
    [2, { ...files, 'tenants/other.yaml': 'kind: Tenant\n' }, ['--verb', 'get', '--resource', 'pods'], /^$/],
  ])('ends with %i', async (code, config, args, stdout) => {
    const folder = temporaryFolder();
    writeFiles(folder, config);
    const result = await tenantryHere([...arguments_, ...args], { cwd: folder });
    expect(result.code).toBe(code);
    expect(result.stdout).toMatch(stdout);
    expect(result.stderr === '').toBe(code !== 2);
  });

  it('says that it answers for RBAC alone', async () => {
    const { stdout } = await tenantryHere(['access', 'can-i', '--help']);
    expect(stdout).toContain('an admission policy, a\nquota or Pod Security may still refuse the request');
    expect(stdout).toContain('Exit codes: 0 yes, 1 no, 2 no answer.');
  });
});
