import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accessGraph } from '../../src/access/graph.ts';
import type { LiveObject, Snapshot } from '../../src/cluster/snapshot.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { render } from '../../src/manifests/render.ts';
import { parseYaml } from '../../src/source/source.ts';
import { worktree } from '../../src/tree/tree.ts';
import { at, listAt } from '../../src/values/json.ts';
import type { CliResult } from '../support/cli.ts';
import { tenantryHere } from '../support/cli.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate } from '../support/examples.ts';
import { temporaryFolder } from '../support/folders.ts';
import { liveSnapshot } from '../support/live-snapshot.ts';
import type { TestRepository } from '../support/repositories.ts';
import { temporaryRepository } from '../support/repositories.ts';

/** `tenantry drift` in a repository whose newest commit Argo CD has not applied yet. */

const argoCD = { repoURL: 'https://git.example.com/access.git', cluster: 'prodcluster01' };
const [firstDay, secondDay] = ['2026-01-15', '2026-01-20'];

const files = (sharedWith: readonly object[]): Record<string, string> => ({
  'organization.yaml': organizationFile({ argoCD }),
  'clusters/example-ca.pem': exampleCertificate,
  'clusters/prodcluster01.yaml': clusterFile('prodcluster01', {
    sharedWith: [
      { group: 'solar-leads', namespace: false },
      { group: 'audit', namespace: false },
    ],
  }),
  'tenants/solar.yaml': tenantFile('solar', {
    defaults: { clusters: ['prodcluster01'] },
    namespaces: [{ name: 'prod', sharedWith }],
  }),
});

/** Renders `dist/` as of a day and commits everything; gives the commit's id. */
async function commit(repository: TestRepository, day: string, more: Record<string, string> = {}): Promise<string> {
  repository.commit(more, { date: `${day}T08:00:00Z` });
  const { code, stderr } = await tenantryHere(['synth', '--as-of', day, '--dir', repository.folder]);
  if (code !== 0) throw new Error(stderr);
  return repository.commit({}, { date: `${day}T08:00:00Z` });
}

/** What the fleet holds on which the files as they are now were applied, with Argo CD at a commit. */
async function snapshotAt(
  { folder }: TestRepository,
  day: string,
  applied: string,
  how: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot,
): Promise<string> {
  const desired = resolve(
    await readConfigFiles(worktree(folder), (file, text) => Promise.resolve(parseYaml(file, text))),
  );
  const meaning = { desired, graph: accessGraph(desired, day) };
  const { clusters, ...rest } = how(liveSnapshot(meaning, render(desired, day).objects));
  const file = join(temporaryFolder(), 'snapshot.json');
  const at_ = clusters.map((one) => ({
    ...one,
    objects: {
      ...one.objects,
      applications: one.objects.applications?.map((application) => ({ ...application, applied })),
    },
  }));
  writeFileSync(file, JSON.stringify({ ...rest, clusters: at_ }));
  return file;
}

const drift = ({ folder }: TestRepository, snapshot: string, ...args: string[]): Promise<CliResult> =>
  tenantryHere(['drift', '--snapshot', snapshot, '--as-of', secondDay, '--dir', folder, ...args], { cwd: folder });

const [edit, view] = ['edit', 'view'].map((role) => [{ group: 'audit', role }]);

/** A repository in which audit has had `edit`, which was applied, and has `view` by now. */
async function narrowed(): Promise<{ repository: TestRepository; snapshot: string; first: string }> {
  const repository = temporaryRepository();
  const first = await commit(repository, firstDay, files(edit ?? []));
  const snapshot = await snapshotAt(repository, firstDay, first);
  await commit(repository, secondDay, files(view ?? []));
  return { repository, snapshot, first };
}

describe('drift, where Argo CD has yet to apply the newest commit', () => {
  it('tells that apart, and is no success: what was revoked still holds', async () => {
    const { repository, snapshot, first } = await narrowed();
    const { code, stdout } = await drift(repository, snapshot);
    expect(stdout.split('\n').slice(1)).toEqual([
      '0 of 1 cluster in step; 1 difference that Argo CD has yet to apply',
      '',
      'CLUSTER         STATE             DIFFERENCES   NOT APPLIED   EXPECTED   UNKNOWN   READ AT',
      'prodcluster01   not applied yet             0             1          0         0   2026-01-15T08:00:00Z',
      '',
      'prodcluster01',
      `  Not applied yet by Argo CD, which is at ${first.slice(0, 8)}`,
      '    ↑ group audit has edit in solar-prod where Git says view: stronger',
      '        by RoleBinding tenantry:group:audit:edit in solar-prod',
      '        tenants/solar.yaml:15',
      '',
    ]);
    expect(code).toBe(3);
  });

  it('says so in JSON, Markdown and SARIF', async () => {
    const { repository, snapshot, first } = await narrowed();
    const json: unknown = JSON.parse((await drift(repository, snapshot, '--format', 'json')).stdout);
    expect(at(json, 'clusters', 0)).toMatchObject({
      inStep: false,
      findings: [],
      notApplied: [{ kind: 'other', direction: 'widens' }],
      argoCD: { applications: [{ name: 'tenantry-prodcluster01', commit: first, errors: [] }] },
    });
    const { stdout: markdown } = await drift(repository, snapshot, '--format', 'markdown');
    expect(markdown).toContain('| `prodcluster01` | ❔ not applied yet | 0 | 1 | 0 | 0 |');
    expect(markdown).toContain(
      `- ⏳ not applied yet by Argo CD, which is at \`${first.slice(0, 8)}\`: 🔺 group \`audit\``,
    );
    const sarif: unknown = JSON.parse((await drift(repository, snapshot, '--format', 'sarif')).stdout);
    expect(listAt(sarif, 'runs', 0, 'results').map((result) => [at(result, 'ruleId'), at(result, 'level')])).toEqual([
      ['drift/not-applied', 'note'],
    ]);
  });

  it('proposes no lines to expect it by', async () => {
    const { repository, snapshot } = await narrowed();
    expect((await drift(repository, snapshot, '--accept')).stdout).toBe('');
  });

  it('goes by the day of a commit: a share that has ended since is rendered no more, and not applied yet', async () => {
    const repository = temporaryRepository();
    const first = await commit(repository, firstDay, files([{ group: 'audit', role: 'edit', until: '2026-01-17' }]));
    const snapshot = await snapshotAt(repository, firstDay, first);
    await commit(repository, secondDay);
    const { stdout } = await drift(repository, snapshot);
    expect(stdout).toContain('Not applied yet');
    expect(stdout).toContain('has edit in solar-prod, and Git gives nothing there');
  });

  it('goes by what was rendered: by an older version of tenantry, the same files may have said something else', async () => {
    const repository = temporaryRepository();
    await commit(repository, firstDay, files(view ?? []));
    const policy = 'dist/prodcluster01/cluster/policy-cordon.yaml';
    const text = readFileSync(join(repository.folder, policy), 'utf8');
    const older = text.replace('failurePolicy: Fail', 'failurePolicy: Ignore');
    expect(older).not.toBe(text);
    const first = repository.commit({ [policy]: older }, { date: `${firstDay}T09:00:00Z` });
    const ignoring = (one: LiveObject): LiveObject =>
      one.name.startsWith('cordon.') ? { ...one, spec: { ...Object(one.spec), failurePolicy: 'Ignore' } } : one;
    const snapshot = await snapshotAt(repository, firstDay, first, ({ clusters, ...rest }) => ({
      ...rest,
      clusters: clusters.map((one) => ({
        ...one,
        objects: {
          ...one.objects,
          validatingadmissionpolicies: (one.objects.validatingadmissionpolicies ?? []).map(ignoring),
        },
      })),
    }));
    // Applied by somebody's hand, it is drift: at that commit nobody said so.
    const { stdout: atFirst } = await drift(repository, snapshot);
    expect(atFirst).toContain('1 difference on 1 of 1 cluster');
    repository.commit({ [policy]: text }, { date: `${secondDay}T08:00:00Z` });
    const { stdout } = await drift(repository, snapshot);
    expect(stdout).toContain('0 of 1 cluster in step; 1 difference that Argo CD has yet to apply');
    expect(stdout).toContain('spec.failurePolicy');
  });
});

describe('drift, where nobody knows what Argo CD has applied', () => {
  it.each([
    ['a commit that is not here', 'c'.repeat(40), 'there is no commit'],
    ['what is no commit', '--output=/tmp/x', 'Argo CD does not say which commit it is at'],
  ])('takes everything for drift: %s', async (_what, applied, why) => {
    const { repository } = await narrowed();
    repository.git(['checkout', '--quiet', 'HEAD~2']);
    const snapshot = await snapshotAt(repository, firstDay, applied);
    repository.git(['checkout', '--quiet', 'main']);
    const { stdout, code } = await drift(repository, snapshot);
    expect(stdout).toContain('1 difference on 1 of 1 cluster');
    expect(stdout).toContain(`What Argo CD has yet to apply cannot be told from drift: ${why}`);
    expect(code).toBe(3);
  });
});
