import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { nameBasedUuid } from '../../src/app/object-history.ts';
import { tenantryHere } from '../support/cli.ts';
import { exampleDay, exampleOrganization } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import type { TestRepository } from '../support/repositories.ts';
import { cloneOf, gitEnvironment, repositoryIn, temporaryRepository } from '../support/repositories.ts';

/** Documents of what is declared, with what real Git histories say of it. */

const solar = 'tenants/solar.yaml';
const texts: Readonly<Record<string, string>> = exampleOrganization;
const day = (n: number): string => `2026-01-${String(n).padStart(2, '0')}T10:00:00Z`;

/** The example organization, committed on the second day of January. */
function begun(): TestRepository {
  const repo = temporaryRepository();
  repo.commit({ 'README.md': 'Before there is anything.\n' }, { date: day(1) });
  repo.commit(texts, { date: day(2) });
  return repo;
}

/** A file of the example with one text in the place of another. */
function edited(path: string, what: string, by: string): Record<string, string> {
  const text = texts[path] ?? '';
  if (!text.includes(what)) throw new Error(`${path} does not hold ${what}`);
  return { [path]: text.replace(what, by) };
}

async function got(folder: string, ...args: string[]) {
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const { code, stdout, stderr } = await tenantryHere(['get', ...args, '--as-of', exampleDay], { cwd: folder, env });
  return { code, stdout, stderr };
}

interface Metadata {
  readonly id?: string;
  readonly name: string;
  readonly createdAt?: string;
  readonly modifiedAt?: string;
  readonly resourceVersion?: string;
}

async function metadata({ folder }: Pick<TestRepository, 'folder'>, kind = 'namespace', name = 'solar-prod') {
  const { stdout, stderr } = await got(folder, kind, name);
  const { id, createdAt, modifiedAt, resourceVersion } = (parse(stdout) as { metadata: Metadata }).metadata;
  return { id, createdAt, modifiedAt, resourceVersion, stderr };
}

/** A quota of the namespace: something that it means. */
const withCpu = (cpu: number): string =>
  (texts[solar] ?? '').replace('    - name: prod\n', `    - name: prod\n      quota: { cpu: "${cpu}" }\n`);

describe('a document', () => {
  it('of a namespace: what is declared, since when, and nothing of what is live (S39)', async () => {
    const repo = begun();
    repo.commit(
      { 'organization.yaml': `${texts['organization.yaml'] ?? ''}  grants: { solar: { labelKeys: [tier] } }\n` },
      { date: day(3) },
    );
    repo.commit(edited(solar, 'name: prod', 'name: prod\n      labels: { tier: gold }\n      cordoned: true'), {
      date: day(5),
    });
    const { code, stdout, stderr } = await got(repo.folder, 'namespace', 'solar-prod', '-o', 'yaml');
    const id = /^ {2}id: "?([0-9a-f-]{36})"?$/m.exec(stdout)?.[1] ?? '';
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(stdout.replace(/^ {2}id: .*$/m, '  id: ID')).toBe(`apiVersion: v1
kind: Namespace
metadata:
  id: ID
  name: solar-prod
  createdAt: "2026-01-02T10:00:00Z"
  modifiedAt: "2026-01-05T10:00:00Z"
  resourceVersion: "2"
  labels:
    tier: gold
spec:
  kind: Tenant
  tenant: solar
  identifier: prod
  subscriptionGroup: solar
  cordoned: true
  isolation:
    enforcement: Enforce
    network: SameNamespace
    podSecurity: baseline
  clusters:
    - prodcluster01
  access:
    - group: audit
      role: view
    - group: solar-leads
      role: admin
    - group: solar-sre
      role: admin
status:
  state: ACTIVE
  conditions:
    - type: Ready
      status: Unknown
      reason: NotRead
      message: "prodcluster01: the cluster was not read"
    - type: Cordoned
      status: "True"
      reason: Cordoned
      message: cordoned
  clusters:
    - name: prodcluster01
      state: ACTIVE
`);
  });

  it('of a namespace has the fields of S39, and of one that is marked for deletion the state (S41)', async () => {
    const reference = `
kind: Namespace
apiVersion: v1
metadata:
  id: 4f4bf2f4-6048-48a9-af85-e558ab4f06e5
  name: my-namespace
  createdAt: 2018-09-03T09:47:04.443Z
  modifiedAt: 2018-09-03T09:49:50.750Z
  resourceVersion: 1
status:
  state: MARKED_FOR_DELETION`;
    const repo = begun();
    const before = await metadata(repo);
    repo.commit(edited(solar, 'name: prod', 'name: prod\n      state: MarkedForDeletion'), { date: day(3) });
    const { stdout } = await got(repo.folder, 'namespace', 'solar-prod', '-o', 'json');
    const document = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    const expected = parse(reference) as Record<string, Record<string, unknown>>;
    for (const [key, value] of Object.entries(expected)) {
      if (typeof value === 'string') expect(document[key]).toBe(value);
      else expect(Object.keys(document[key] ?? {})).toEqual(expect.arrayContaining(Object.keys(value)));
    }
    expect(document['metadata']).toEqual({
      id: before.id,
      name: 'solar-prod',
      createdAt: day(2),
      modifiedAt: day(3),
      resourceVersion: '2',
    });
    expect(document['status']).toMatchObject({
      state: 'MARKED_FOR_DELETION',
      clusters: [{ name: 'prodcluster01', state: 'MARKED_FOR_DELETION' }],
    });
  });

  it('of a tenant lists its namespaces, their number and their conditions (S61)', async () => {
    const repo = begun();
    repo.commit(edited(solar, '    - name: prod\n', '    - name: dev\n      cordoned: true\n    - name: prod\n'), {
      date: day(4),
    });
    const { stdout, stderr } = await got(repo.folder, 'tenant', 'solar', '-o', 'json');
    const { metadata: of, ...document } = JSON.parse(stdout) as { metadata: Metadata };
    expect(stderr).toBe('');
    expect({ ...of, id: undefined }).toEqual({
      name: 'solar',
      createdAt: day(2),
      modifiedAt: day(4),
      resourceVersion: '2',
    });
    const cordoned = (status: string) =>
      status === 'True'
        ? { type: 'Cordoned', status, reason: 'Cordoned', message: 'cordoned' }
        : { type: 'Cordoned', status, reason: 'Active', message: 'not cordoned' };
    const ready = (message: string) => ({ type: 'Ready', status: 'Unknown', reason: 'NotRead', message });
    const notRead = 'prodcluster01: the cluster was not read';
    const clusters = [{ name: 'prodcluster01', state: 'ACTIVE' }];
    expect(document).toEqual({
      apiVersion: 'tenantry.dev/v1',
      kind: 'Tenant',
      spec: {
        owners: [{ kind: 'Group', name: 'solar-leads' }],
        cordoned: false,
        deletion: 'TwoStep',
        state: 'Active',
        allocations: [],
        subscriptionGroup: 'solar',
        defaults: { clusters: ['prodcluster01'], sharedWith: [{ group: 'audit', role: 'view' }] },
        roles: [],
        limits: { namespacesPerTenant: 10 },
      },
      status: {
        state: 'ACTIVE',
        size: 2,
        namespaces: ['solar-dev', 'solar-prod'],
        conditions: [ready(`solar-dev on ${notRead} (and 1 more)`), cordoned('False')],
        spaces: [
          { name: 'solar-dev', state: 'ACTIVE', conditions: [ready(notRead), cordoned('True')], clusters },
          { name: 'solar-prod', state: 'ACTIVE', conditions: [ready(notRead), cordoned('False')], clusters },
        ],
      },
    });
  });

  it('of a cluster says who sees it, and that nobody has asked it', async () => {
    const { stdout } = await got(begun().folder, 'cluster', 'prodcluster01', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'Cluster',
      metadata: { name: 'prodcluster01', createdAt: day(2), modifiedAt: day(2), resourceVersion: '1' },
      spec: {
        server: 'https://prodcluster01.example.com:6443',
        kubernetesVersion: '1.36',
        certificateAuthority: { pem: texts['clusters/example-ca.pem'] },
        sharedWith: [
          { group: 'solar-leads', namespace: false },
          { group: 'solar-sre', namespace: false },
          { group: 'audit', namespace: false },
        ],
      },
      status: {
        conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NotRead', message: 'the cluster was not read' }],
        seenBy: [{ group: 'solar-leads' }, { group: 'solar-sre' }, { group: 'audit' }],
        namespaces: ['solar-prod'],
      },
    });
    expect(stdout).not.toContain('"live"');
  });

  it.each([
    ['namespace', 'solar-prod'],
    ['tenant', 'solar'],
    ['cluster', 'prodcluster01'],
  ])('of a %s is the same in YAML and in JSON', async (...args) => {
    const { folder } = begun();
    const yaml = await got(folder, ...args);
    expect(parse(yaml.stdout)).toEqual(JSON.parse((await got(folder, ...args, '--output', 'json')).stdout));
  });

  it.each([
    ['namespace', 'solar-prd', 'no namespace `solar-prd` is declared', 'did you mean `solar-prod`?'],
    ['tenant', 'sola', 'no tenant `sola` is declared', 'did you mean `solar`?'],
    ['cluster', 'prodcluster1', 'no cluster `prodcluster1` is declared', 'did you mean `prodcluster01`?'],
  ])('of what is not declared there is none: %s %s', async (kind, name, message, help) => {
    expect(await got(begun().folder, kind, name)).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: ${message}\nhelp: ${help}\n`,
    });
  });

  it('there is none of an organization with errors', async () => {
    const repo = begun();
    writeFiles(repo.folder, edited(solar, 'role: view', 'role: vew'));
    const { code, stdout, stderr } = await got(repo.folder, 'namespace', 'solar-prod');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[TEN107]');
  });

  it('holds nothing that a CI system would take for a command', async () => {
    const repo = begun();
    repo.commit(edited(solar, 'spec:\n', 'spec:\n  description: "##vso[task]\\n::error::owned"\n'));
    const { stdout } = await got(repo.folder, 'tenant', 'solar');
    expect(stdout).not.toMatch(/^\s*::|##vso\[/m);
    expect((parse(stdout) as { spec: object }).spec).toMatchObject({ description: '##vso[task]\n::error::owned' });
  });
});

describe('the history of an object', () => {
  it('counts the commits that change what it means', async () => {
    const repo = begun();
    const first = await metadata(repo);
    repo.commit({ [solar]: withCpu(2) }, { date: day(3) });
    repo.commit({ [solar]: `# A comment.\n${withCpu(2)}` }, { date: day(4) });
    repo.commit({ 'README.md': 'Another text.\n' }, { date: day(5) });
    repo.commit({ [solar]: withCpu(3) }, { date: day(6) });
    expect(first).toEqual({
      id: first.id,
      createdAt: day(2),
      modifiedAt: day(2),
      resourceVersion: '1',
      stderr: '',
    });
    expect(await metadata(repo)).toEqual({ ...first, modifiedAt: day(6), resourceVersion: '3' });
    // A namespace is itself; its tenant is what it was.
    expect(await metadata(repo, 'tenant', 'solar')).toMatchObject({ modifiedAt: day(2), resourceVersion: '1' });
    expect(await metadata(repo, 'cluster', 'prodcluster01')).toMatchObject({ resourceVersion: '1' });
  });

  it('is of the object alone, wherever what it means is written', async () => {
    const repo = begun();
    const other = (texts[solar] ?? '').replaceAll('solar\n', 'lunar\n').replace('name: prod', 'name: test');
    repo.commit({ 'tenants/lunar.yaml': other }, { date: day(3) });
    // Isolation of the organization is the namespace's; a cordon of the admins is, too.
    repo.commit(edited('organization.yaml', 'spec:\n', 'spec:\n  defaults: { isolation: { network: None } }\n'), {
      date: day(4),
    });
    expect(await metadata(repo)).toMatchObject({ createdAt: day(2), modifiedAt: day(4), resourceVersion: '2' });
    expect(await metadata(repo, 'namespace', 'lunar-test')).toMatchObject({
      createdAt: day(3),
      modifiedAt: day(4),
      resourceVersion: '2',
    });
    expect(await metadata(repo, 'tenant', 'solar')).toMatchObject({ resourceVersion: '1' });
    repo.commit(edited(solar, 'name: solar-leads', 'name: solar-sre'), { date: day(5) });
    expect(await metadata(repo, 'tenant', 'solar')).toMatchObject({ modifiedAt: day(5), resourceVersion: '2' });
  });

  it('of a cluster is of what is declared of it, not of what tenants give there', async () => {
    const repo = begun();
    const before = await metadata(repo, 'cluster', 'prodcluster01');
    const role = 'roles: [{ name: looker, rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }] }]';
    const given = (texts[solar] ?? '').replace('spec:\n', `spec:\n  ${role}\n`).replace('role: admin', 'role: looker');
    repo.commit({ [solar]: given }, { date: day(3) });
    expect(await metadata(repo)).toMatchObject({ resourceVersion: '2' });
    expect(await metadata(repo, 'tenant', 'solar')).toMatchObject({ resourceVersion: '2' });
    expect(await metadata(repo, 'cluster', 'prodcluster01')).toEqual(before);
    repo.commit(edited('clusters/prodcluster01.yaml', '"1.36"', '"1.35"'), { date: day(4) });
    expect(await metadata(repo, 'cluster', 'prodcluster01')).toEqual({
      ...before,
      modifiedAt: day(4),
      resourceVersion: '2',
    });
  });

  it('is the same on every day, though shares end', async () => {
    const repo = begun();
    const ending = '        - { group: audit, role: edit, until: 2026-02-01 }';
    repo.commit({ [solar]: `${texts[solar] ?? ''}${ending}\n` }, { date: day(3) });
    repo.commit({ [solar]: `${repo.git(['show', `HEAD:${solar}`])}\n# Still so.\n` }, { date: '2026-03-01T10:00:00Z' });
    for (const asOf of ['2026-01-15', '2026-02-02', '2027-01-01']) {
      const { stdout } = await tenantryHere(['get', 'namespace', 'solar-prod', '--as-of', asOf], { cwd: repo.folder });
      expect((parse(stdout) as { metadata: Metadata }).metadata).toMatchObject({
        modifiedAt: day(3),
        resourceVersion: '2',
      });
      expect(stdout.includes('until: "2026-02-01"')).toBe(asOf === '2026-01-15');
    }
  });

  it('does not change where values are written in another way', async () => {
    const repo = begun();
    const allocated = (quota: string, budget: string): Record<string, string> => ({
      [solar]: withCpu(1)
        .replace('cpu: "1"', quota)
        .replace('spec:\n', `spec:\n  allocations: [{ name: money, budget: { ${budget} } }]\n`),
      'organization.yaml': `${texts['organization.yaml'] ?? ''}  limits: { budgets: [{ amount: "9", currency: USD, period: Year }] }\n`,
    });
    repo.commit(allocated('cpu: "1", memory: 1Gi', 'amount: "9", currency: USD, period: Year'), { date: day(3) });
    const before = [await metadata(repo), await metadata(repo, 'tenant', 'solar')];
    expect(before).toMatchObject([{ resourceVersion: '2' }, { resourceVersion: '2' }]);
    repo.commit(allocated('memory: 1024Mi, cpu: 1000m', 'period: Year, currency: USD, amount: "9"'), { date: day(4) });
    expect([await metadata(repo), await metadata(repo, 'tenant', 'solar')]).toEqual(before);
  });

  it('does not change where a certificate moves from its own file into the cluster’s', async () => {
    const repo = begun();
    const before = await metadata(repo, 'cluster', 'prodcluster01');
    const pem = texts['clusters/example-ca.pem'] ?? '';
    const moved = edited(
      'clusters/prodcluster01.yaml',
      'file: example-ca.pem',
      `base64: ${Buffer.from(pem).toString('base64')}`,
    );
    repo.commit({ ...moved, 'clusters/example-ca.pem': undefined }, { date: day(3) });
    expect(await metadata(repo, 'cluster', 'prodcluster01')).toEqual(before);
  });

  it('is that of the first-parent line: what a branch did is the merge’s', async () => {
    const repo = begun();
    repo.git(['checkout', '--quiet', '-b', 'change']);
    repo.commit({ [solar]: withCpu(2) }, { date: day(3) });
    repo.commit({ [solar]: withCpu(3) }, { date: day(4) });
    repo.git(['checkout', '--quiet', 'main']);
    repo.commit({ 'README.md': 'Meanwhile.\n' }, { date: day(5) });
    repo.git(['merge', '--quiet', '--no-ff', '--message=merge', 'change'], { env: { GIT_COMMITTER_DATE: day(6) } });
    expect(await metadata(repo)).toMatchObject({ createdAt: day(2), modifiedAt: day(6), resourceVersion: '2' });
  });

  it('begins anew where it was deleted and declared again', async () => {
    const repo = begun();
    const { id } = await metadata(repo);
    repo.commit({ [solar]: withCpu(2) }, { date: day(3) });
    repo.commit({ [solar]: undefined }, { date: day(4) });
    repo.commit({ [solar]: withCpu(2) }, { date: day(5) });
    const again = await metadata(repo);
    expect(again).toMatchObject({ createdAt: day(5), modifiedAt: day(5), resourceVersion: '1', stderr: '' });
    expect(again.id).not.toBe(id);
  });

  it('goes on where a group namespace is retained', async () => {
    const repo = begun();
    const cluster = 'clusters/prodcluster01.yaml';
    repo.commit(edited(cluster, '{ group: audit, namespace: false }', '{ group: audit }'), { date: day(3) });
    const before = await metadata(repo, 'namespace', 'audit');
    expect(before).toMatchObject({ createdAt: day(3), resourceVersion: '1' });
    const retained = `${texts[cluster] ?? ''}  retainedNamespaces: [audit]\n`;
    repo.commit({ [cluster]: retained }, { date: day(4) });
    expect(await metadata(repo, 'namespace', 'audit')).toEqual({ ...before, modifiedAt: day(4), resourceVersion: '2' });
  });

  it('is read where the organization is in a folder of the repository', async () => {
    const repo = temporaryRepository();
    const inFolder = (files: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`platform/access/${path}`, text]));
    repo.commit(inFolder(texts), { date: day(2) });
    repo.commit({ 'tenants/solar.yaml': 'none of ours' }, { date: day(3) });
    repo.commit(inFolder({ [solar]: withCpu(2) }), { date: day(4) });
    const folder = join(repo.folder, 'platform/access');
    expect(await metadata({ folder })).toMatchObject({ createdAt: day(2), modifiedAt: day(4), resourceVersion: '2' });
  });

  it('says what is not committed', async () => {
    const repo = begun();
    writeFiles(repo.folder, { [solar]: withCpu(2) });
    const changed = await metadata(repo);
    expect(changed).toMatchObject({ createdAt: day(2), modifiedAt: day(2), resourceVersion: '1' });
    expect(changed.stderr).toBe(
      'note: namespace `solar-prod`: the worktree changes what it means, which is not committed: modifiedAt and resourceVersion are of the last commit\n',
    );
    writeFiles(repo.folder, edited(solar, '    - name: prod\n', '    - name: dev\n    - name: prod\n'));
    expect(await metadata(repo, 'namespace', 'solar-dev')).toEqual({
      id: undefined,
      createdAt: undefined,
      modifiedAt: undefined,
      resourceVersion: '0',
      stderr:
        'note: namespace `solar-dev`: not committed: HEAD does not have it, so it has no id, createdAt and modifiedAt\n',
    });
  });

  it.each([
    ['of a repository without commits', (folder: string) => repositoryIn(folder).git(['init', '--quiet'])],
    ['in no repository', () => undefined],
  ])('is none %s', async (_, prepare) => {
    const folder = temporaryFolder();
    writeFiles(folder, texts);
    prepare(folder);
    const { resourceVersion, id, stderr } = await metadata({ folder });
    expect({ resourceVersion, id }).toEqual({ resourceVersion: '0', id: undefined });
    expect(stderr).toMatch(/^note: namespace `solar-prod`: not committed: /);
  });

  it('of a shallow clone is not invented', async () => {
    const repo = begun();
    const { id } = await metadata(repo);
    repo.commit({ [solar]: withCpu(2) }, { date: day(3) });
    const other = (texts[solar] ?? '').replaceAll('solar\n', 'lunar\n');
    repo.commit({ 'tenants/lunar.yaml': other }, { date: day(4) });
    repo.commit({ [solar]: withCpu(3) }, { date: day(5) });
    const clone = cloneOf(repo, '--depth=3');
    const cut = await metadata(clone);
    expect(cut).toMatchObject({ id: undefined, createdAt: undefined, resourceVersion: undefined, modifiedAt: day(5) });
    expect(cut.stderr).toContain('this clone is shallow and ends before the first commit that has it');
    // What came to be since is known.
    expect(await metadata(clone, 'tenant', 'lunar')).toEqual(await metadata(repo, 'tenant', 'lunar'));
    // As deep as there is: Git calls none of it shallow.
    expect(await metadata(cloneOf(repo, '--depth=20'))).toMatchObject({ id, resourceVersion: '3', stderr: '' });
  });

  it('passes over commits that nobody can read, and says so', async () => {
    const repo = begun();
    repo.commit({ [solar]: 'spec: [' }, { date: day(3) });
    repo.commit({ [solar]: withCpu(2) }, { date: day(4) });
    const { stderr, ...rest } = await metadata(repo);
    expect(rest).toMatchObject({ createdAt: day(2), modifiedAt: day(4), resourceVersion: '2' });
    expect(stderr).toContain('1 commit passed over');
  });

  it('follows a file into TypeScript, where the organization lets that be evaluated', async () => {
    const repo = begun();
    const before = await metadata(repo);
    const typescript = `import { prod } from './_prod.ts';\nexport default ${JSON.stringify(
      parse(texts[solar] ?? ''),
    ).replace('"prod"', 'prod')};\n`;
    const shared = "export const prod = 'prod';\n";
    repo.commit({ [solar]: undefined, 'tenants/solar.ts': typescript, 'tenants/_prod.ts': shared }, { date: day(3) });
    repo.commit({ 'README.md': 'Nothing.\n' }, { date: day(4) });
    expect(await metadata(repo)).toEqual(before);
    repo.commit({ 'tenants/_prod.ts': "export const prod = 'web';\n" }, { date: day(5) });
    expect(await metadata(repo, 'namespace', 'solar-web')).toMatchObject({ createdAt: day(5), resourceVersion: '1' });
    const forbidden = `${texts['organization.yaml'] ?? ''}  config: { typescript: forbid }\n`;
    repo.commit(
      {
        'organization.yaml': forbidden,
        'tenants/solar.ts': undefined,
        'tenants/_prod.ts': undefined,
        ...edited(solar, 'name: prod', 'name: web'),
      },
      { date: day(6) },
    );
    const { stderr, createdAt } = await metadata(repo, 'namespace', 'solar-web');
    expect(createdAt).toBe(day(6));
    expect(stderr).toContain('2 commits passed over, of which the files cannot be read (TypeScript, which');
  });

  it('is not changed by edits without a meaning, however many there are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.nat(5).map((cpu) => ({ cpu })),
            fc.constantFrom(...free),
          ),
          { maxLength: 5 },
        ),
        async (edits) => {
          const repo = begun();
          const { id } = await metadata(repo);
          const others = await Promise.all([
            metadata(repo, 'tenant', 'solar'),
            metadata(repo, 'cluster', 'prodcluster01'),
          ]);
          let [meant, changes, modifiedAt]: [number | undefined, number, string] = [undefined, 1, day(2)];
          for (const [i, edit] of edits.entries()) {
            const date = day(3 + i);
            const text = readFileSync(join(repo.folder, solar), 'utf8');
            if (typeof edit === 'function') repo.commit(edit(text, i), { date });
            else {
              repo.commit({ [solar]: withCpu(edit.cpu + 1) }, { date });
              if (meant !== edit.cpu) [meant, changes, modifiedAt] = [edit.cpu, changes + 1, date];
            }
          }
          expect(await metadata(repo)).toEqual({
            id,
            createdAt: day(2),
            modifiedAt,
            resourceVersion: String(changes),
            stderr: '',
          });
          // What the namespace means is no part of what these do.
          expect(await metadata(repo, 'tenant', 'solar')).toEqual(others[0]);
          expect(await metadata(repo, 'cluster', 'prodcluster01')).toEqual(others[1]);
        },
      ),
      { numRuns: 6 },
    );
  });
});

type FreeEdit = (text: string, n: number) => Record<string, string | undefined>;

/** Edits that change no meaning. */
const free: readonly FreeEdit[] = [
  (text, n) => ({ [solar]: `# Comment ${n}.\n${text}` }),
  (text) => ({ [solar]: stringify(reversed(parse(text))) }),
  (text) => ({ [solar]: JSON.stringify(parse(text), null, 2) }),
  (_, n) => ({ 'tenants/README.md': `Notes, ${n}.\n` }),
  (_, n) => edited('clusters/prodcluster01.yaml', 'file: example-ca.pem', `file: "example-ca.pem" # ${n}`),
  // Another tenant's.
  (_, n) => ({
    'tenants/lunar.yaml': (texts[solar] ?? '').replaceAll('solar\n', 'lunar\n').replace('name: prod', `name: t${n}`),
  }),
  // Members are the group's, and who they are is no access of the namespace's.
  (_, n) => edited('organization.yaml', 'members: [ann]', `members: [ann, bob${n}]`),
];

/** The same with the keys of each mapping the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, reversed(inner)])
      .reverse(),
  );
}

it('an id is a UUID of version 5, as the example of RFC 9562 has it', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  expect(nameBasedUuid(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

it('a file that was a link in some commit is passed over there', async () => {
  const repo = begun();
  rmSync(join(repo.folder, solar));
  writeFileSync(join(repo.folder, 'other'), 'tenant');
  repo.git([
    '-c',
    'core.symlinks=true',
    'update-index',
    '--add',
    '--cacheinfo',
    `120000,${blobOf(repo, 'other')},${solar}`,
  ]);
  repo.git(['commit', '--quiet', '--message=link'], { env: gitEnvironment });
  repo.commit({ [solar]: withCpu(1) }, { date: day(9) });
  const { stderr, resourceVersion } = await metadata(repo);
  expect(resourceVersion).toBe('2');
  expect(stderr).toContain('1 commit passed over');
});

function blobOf(repo: TestRepository, path: string): string {
  return repo.git(['hash-object', '-w', path]);
}
