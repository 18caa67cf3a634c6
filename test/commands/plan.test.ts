import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../src/plan/read-report.ts';
import type { PlanReport, ReportItem } from '../../src/plan/report.ts';
import { markdownPlan, planMarker } from '../../src/render/plan/markdown.ts';
import { repeatedByItem } from '../../src/rules/index.ts';
import { exampleOrganization } from '../support/examples.ts';
import { tenantry, tenantryHere } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import type { TestRepository } from '../support/repositories.ts';
import { cloneOf, gitEnvironment, temporaryRepository } from '../support/repositories.ts';

const day = ['--as-of', '2026-01-15'];
const solar = 'tenants/solar.yaml';
const tenant = exampleOrganization[solar];
const asView = tenant.replace('role: admin', 'role: view');

/** A repository on a branch `change`, with the example organization on `main`. */
function organization(): TestRepository {
  const repository = temporaryRepository();
  repository.commit({ ...exampleOrganization });
  repository.git(['checkout', '--quiet', '-b', 'change']);
  return repository;
}

const run = (repository: TestRepository, args: readonly string[]) =>
  tenantryHere(args, { cwd: repository.folder, env: gitEnvironment });
/** The same as a user does it. */
const runForReal = (repository: TestRepository, args: readonly string[]) =>
  tenantry(args, { cwd: repository.folder, env: gitEnvironment });

async function report(repository: TestRepository, ...args: readonly string[]): Promise<PlanReport> {
  const { stdout, stderr } = await run(repository, ['plan', ...day, '--format', 'json', ...args]);
  const read = readReport(stdout);
  if ('problem' in read) throw new Error(`${read.problem}: ${stderr}`);
  return read.report;
}

const subjects = ({ items }: PlanReport): string[] =>
  items.flatMap((item) => (item.kind === 'access' ? [`${item.subject.name} ${item.direction}`] : []));

describe('tenantry plan', () => {
  it('compares the worktree with where the branch left main, and touches neither', async () => {
    const repository = organization();
    repository.commit({ [solar]: asView });
    repository.git(['checkout', '--quiet', 'main']);
    // What others have merged since is no part of the change.
    repository.commit({ 'organization.yaml': exampleOrganization['organization.yaml'].replace('[sam]', '[sam, pat]') });
    repository.git(['checkout', '--quiet', 'change']);
    writeFileSync(join(repository.folder, solar), tenant.replace('role: admin', 'role: edit'));
    const before = repository.git(['status', '--porcelain=v2']);

    const plan = await report(repository);
    expect(subjects(plan)).toEqual(['solar-sre narrows']);
    expect(plan.items).toHaveLength(1);
    expect(plan.items[0]).toMatchObject({ after: [{ role: 'edit' }], before: [{ role: 'admin' }] });
    expect(plan.base.name).toBe('merge base of main and HEAD');
    expect(plan.head).toMatchObject({ name: 'worktree', commit: null });
    expect(repository.git(['status', '--porcelain=v2'])).toBe(before);
  });

  it('compares two commits, whatever is in the worktree', async () => {
    const repository = organization();
    const head = repository.commit({ [solar]: asView });
    writeFileSync(join(repository.folder, solar), 'not: [a config');
    const plan = await report(repository, '--base', 'main', '--head', 'HEAD');
    expect(subjects(plan)).toEqual(['solar-sre narrows']);
    expect(plan.head.commit).toBe(head);
  });

  it('compares a merge commit with its first parent in a clone that is two commits deep', async () => {
    const origin = organization();
    origin.commit({ [solar]: asView });
    origin.git(['checkout', '--quiet', 'main']);
    origin.commit({ 'NOTES.md': 'merged by somebody else' });
    origin.git(['merge', '--quiet', '--no-ff', '--message=merge', 'change']);
    const clone = cloneOf(origin, '--depth=2');
    expect(subjects(await report(clone, '--base', 'HEAD^1', '--head', 'HEAD'))).toEqual(['solar-sre narrows']);
  });

  it('says how to get a base that a shallow clone does not have', async () => {
    const origin = organization();
    const base = origin.git(['rev-parse', 'main']);
    origin.commit({ [solar]: asView });
    const clone = cloneOf(origin, '--depth=1');
    const { code, stderr } = await run(clone, ['plan', '--base', base]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/is not in this clone, which is shallow\nhelp: fetch more of the history: .*fetch-depth: 0/);
  });

  it('says that everything is new where the base has no organization', async () => {
    const repository = temporaryRepository();
    repository.commit({ 'README.md': 'nothing yet' });
    repository.git(['checkout', '--quiet', '-b', 'change']);
    repository.commit({ ...exampleOrganization });
    const plan = await report(repository);
    expect(plan.base.errors).toBe(0);
    expect(subjects(plan)).toEqual(['solar-leads gains', 'solar-sre gains', 'audit gains']);
    expect(plan.summary.refused).toBe(0);
  });

  it('gives no answer where a pull request’s checkout has no base', async () => {
    const origin = organization();
    origin.commit({ [solar]: asView });
    origin.git(['update-ref', 'refs/pull/1/merge', 'HEAD']);
    const clone = temporaryRepository();
    clone.git(['remote', 'add', 'origin', `file://${origin.folder}`]);
    clone.git(['fetch', '--quiet', '--depth=1', 'origin', '+refs/pull/1/merge:refs/remotes/pull/1/merge']);
    clone.git(['checkout', '--quiet', 'refs/remotes/pull/1/merge']);
    const { code, stdout, stderr } = await runForReal(clone, ['plan', ...day]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^error: `refs\/remotes\/pull\/1\/merge` is checked out, and .*\nhelp: fetch it: .*--base\n$/,
    );
    clone.git(['fetch', '--quiet', '--deepen=1']);
    expect(subjects(await report(clone))).toEqual(['solar-sre narrows']);
  });

  it('says where a commit would be compared with itself', async () => {
    const repository = organization();
    const same = 'Base and head are the same commit: no change was looked at. Give another one with --base.';
    const rest = ' → worktree, only what is not committed, as of ';
    for (const args of [[], ['--base', 'HEAD'], ['--head', 'HEAD'], ['--format', 'markdown']]) {
      const { code, stdout } = await run(repository, ['plan', ...day, ...args]);
      expect([code, stdout]).toEqual([0, expect.stringContaining(same)]);
    }
    expect(await run(repository, ['validate', ...day, '--base', 'main'])).toMatchObject({
      code: 0,
      stderr: `${same}\n`,
    });
    // Two days are compared then.
    const days = await run(repository, [
      'plan',
      '--head',
      'HEAD',
      '--base-as-of',
      '2026-01-15',
      '--as-of',
      '2026-02-15',
    ]);
    expect(days.stdout).not.toContain(same);
    writeFileSync(join(repository.folder, solar), asView);
    const changed = await run(repository, ['plan', ...day]);
    expect(changed.stdout).toContain(rest);
    expect(await run(repository, ['validate', ...day, '--base', 'main'])).toMatchObject({ stderr: '' });
    repository.commit();
    expect((await run(repository, ['plan', ...day])).stdout).not.toMatch(/same commit|not committed/);
  });

  it('exits with 3 for a change when asked to, with 0 for none, and says which it is', async () => {
    const repository = organization();
    const none = await run(repository, ['plan', ...day, '--exit-code']);
    expect(none.code).toBe(0);
    expect(none.stdout).toContain('\nno change in access\n');
    writeFileSync(join(repository.folder, solar), asView);
    expect((await runForReal(repository, ['plan', ...day, '--exit-code'])).code).toBe(3);
    expect((await run(repository, ['plan', ...day])).code).toBe(0);
  });

  it('prints a refused plan all the same, and exits with 1', async () => {
    const repository = organization();
    repository.git(['rm', '--quiet', solar]);
    const { code, stdout } = await runForReal(repository, ['plan', ...day]);
    expect(code).toBe(1);
    expect(stdout).toContain('Refused\n  ✗ TEN504 tenant `solar` is removed');
    expect(stdout).toContain('group solar-sre (sam, sue) loses admin on what was solar-prod on prodcluster01');
  });

  it('lets --allow waive what can be waived, and shows it with its figures', async () => {
    const repository = organization();
    const admins = exampleOrganization['organization.yaml'].replace('[alice]', '[alice, mallory]');
    writeFileSync(join(repository.folder, 'organization.yaml'), admins);
    expect((await run(repository, ['plan', ...day])).code).toBe(1);
    const { code, stdout } = await run(repository, ['plan', ...day, '--allow', 'TEN515']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Waived\n {2}○ TEN515 .*mallory.*\n.*\n(?:.*\n)*? {6}waived by --allow/);
    expect((await run(repository, ['plan', ...day, '--allow', 'TEN504'])).stderr).toContain(
      '`TEN504` cannot be waived',
    );
    expect((await run(repository, ['plan', ...day, '--allow', 'TEN101'])).stderr).toContain('is no rule about changes');
  });

  it('N5: shows what the days between two dates have ended', async () => {
    const repository = temporaryRepository();
    repository.commit({
      ...exampleOrganization,
      [solar]: tenant.replace('role: admin', 'role: admin, until: 2026-01-31'),
    });
    const { stdout } = await run(repository, [
      'plan',
      '--base',
      'HEAD',
      '--base-as-of',
      '2026-01-31',
      '--as-of',
      '2026-02-01',
    ]);
    expect(stdout).toContain('as of 2026-01-31 → 2026-02-01');
    expect(stdout).toContain('group solar-sre (sam, sue) loses admin until 2026-01-31 on solar-prod on prodcluster01');
    const same = await run(repository, ['plan', '--base', 'HEAD', '--as-of', '2026-02-01']);
    expect(same.stdout).toContain('\nno change in access\n');
  });

  it('writes to a file, and prints a plan that was written', async () => {
    const repository = organization();
    writeFileSync(join(repository.folder, solar), asView);
    const file = join(temporaryFolder(), 'plan.json');
    expect((await runForReal(repository, ['plan', ...day, '--format', 'json', '--out', file])).stdout).toBe('');
    const elsewhere = temporaryFolder();
    const printed = await tenantry(['plan', '--from', file, '--format', 'markdown'], { cwd: elsewhere });
    expect(printed.code).toBe(0);
    expect(printed.stdout).toBe((await run(repository, ['plan', ...day, '--format', 'markdown'])).stdout);
  });

  it('gives the same digests for the same change, and others for another', async () => {
    const repository = organization();
    writeFileSync(join(repository.folder, solar), asView);
    const [a, b] = [await report(repository), await report(repository)];
    expect(a).toEqual(b);
    writeFileSync(join(repository.folder, solar), tenant.replace('role: admin', 'role: edit'));
    const c = await report(repository);
    writeFileSync(
      join(repository.folder, solar),
      `# A comment moves every line.\n${tenant.replace('role: admin', 'role: edit')}`,
    );
    expect((await report(repository)).digest).toBe(c.digest);
    expect(c.base.digest).toBe(a.base.digest);
    expect(c.head.digest).not.toBe(a.head.digest);
    expect(c.digest).not.toBe(a.digest);
  });

  it('S11 and S12: names a changed role and a revocation with the lines on both sides', async () => {
    const repository = organization();
    writeFileSync(join(repository.folder, solar), asView);
    const changed = await run(repository, ['plan', ...day]);
    expect(changed.stdout).toContain(
      '  ↓ group solar-sre (sam, sue) gets view instead of admin (narrower) on solar-prod on prodcluster01\n' +
        '      tenants/solar.yaml:15; before: tenants/solar.yaml:15\n',
    );
    writeFileSync(join(repository.folder, solar), tenant.replace(/ {6}sharedWith:\n.*\n$/, ''));
    const revoked = await run(repository, ['plan', ...day]);
    expect(revoked.stdout).toContain(
      '  - group solar-sre (sam, sue) loses admin on solar-prod on prodcluster01\n      before: tenants/solar.yaml:15\n',
    );
  });
});

describe('tenantry validate --base', () => {
  it('does not take --head or --allow for a verdict on a change without it', async () => {
    const repository = organization();
    for (const args of [
      ['--head', 'HEAD'],
      ['--allow', 'TEN515'],
    ]) {
      const { code, stderr } = await run(repository, ['validate', ...args]);
      expect([code, stderr.split('\n')[0]]).toEqual([
        2,
        'error: --head and --allow are about a change, and there is no --base',
      ]);
    }
  });

  it('takes no exception that the base has taken back since the branch left it', async () => {
    const repository = temporaryRepository();
    const excepting = `${exampleOrganization['organization.yaml']}  exceptions:
    - { code: TEN515, target: eve, reason: She joins the platform team., until: 2026-06-30 }
`;
    repository.commit({ ...exampleOrganization, 'organization.yaml': excepting });
    repository.git(['checkout', '--quiet', '-b', 'change']);
    repository.commit({ 'organization.yaml': excepting.replace('[alice]', '[alice, eve]') });
    expect((await run(repository, ['validate', ...day, '--base', 'main'])).code).toBe(0);
    repository.git(['checkout', '--quiet', 'main']);
    repository.commit({ 'organization.yaml': exampleOrganization['organization.yaml'] });
    repository.git(['checkout', '--quiet', 'change']);
    const { code, stdout } = await run(repository, ['validate', ...day, '--base', 'main']);
    expect(code).toBe(1);
    expect(stdout).toContain('error[TEN515]');
  });

  it('runs no TypeScript of the head that the base forbids', async () => {
    const forbidding = exampleOrganization['organization.yaml'].replace(
      'spec:\n',
      'spec:\n  config: { typescript: forbid }\n',
    );
    const repository = temporaryRepository();
    repository.commit({ ...exampleOrganization, 'organization.yaml': forbidding });
    writeFileSync(join(repository.folder, 'organization.yaml'), exampleOrganization['organization.yaml']);
    writeFileSync(join(repository.folder, 'tenants/wind.ts'), "throw new Error('ran');");
    const { code, stdout } = await run(repository, ['validate', ...day, '--base', 'HEAD']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error\[TEN01\d\]: .*TypeScript/m);
    expect(stdout).not.toContain('ran');
  });

  it('reports what is wrong with the head, and says that the change is not judged before that is right', async () => {
    const repository = organization();
    writeFileSync(
      join(repository.folder, solar),
      tenant.replace('name: prod', 'name: prod2\n      clusters: [nowhere]'),
    );
    const { code, stdout, stderr } = await run(repository, ['validate', ...day, '--base', 'main']);
    expect(code).toBe(1);
    expect(stdout).toContain('error[TEN102]');
    expect(stdout).not.toContain('TEN5');
    expect(stderr).toBe('The change itself is not judged before its files are right.\n');
  });

  it('sees in dist/ that a binding refers to another role, which Kubernetes refuses', async () => {
    const binding = (role: string): string =>
      `# Generated\napiVersion: v1\nkind: Namespace\nmetadata: { name: solar-prod }\n---\n` +
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: b, namespace: solar-prod }\n` +
      `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role} }\n`;
    const repository = temporaryRepository();
    repository.commit({ ...exampleOrganization, 'dist/prodcluster01/namespaces/solar-prod.yaml': binding('view') });
    writeFileSync(join(repository.folder, 'dist/prodcluster01/namespaces/solar-prod.yaml'), binding('admin'));
    const { code, stdout } = await run(repository, ['validate', ...day, '--base', 'HEAD']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error\[TEN516\]: .*ClusterRole\/view.*ClusterRole\/admin/m);
  });

  it('annotates a pull request, and points into the base where something is gone', async () => {
    const repository = organization();
    writeFileSync(join(repository.folder, solar), tenant.replace('name: prod', 'name: store'));
    const github = await runForReal(repository, ['validate', ...day, '--base', 'main', '--format', 'github']);
    expect(github.code).toBe(1);
    expect(github.stdout).toMatch(/^::error .*file=tenants\/solar\.yaml.*TEN502/m);
    const human = await run(repository, ['validate', ...day, '--base', 'main']);
    expect(human.stdout).toMatch(/::: base:tenants\/solar\.yaml:\d+:\d+/);
    expect((await run(repository, ['validate', ...day])).code).toBe(0);
  });
});

describe('a plan from a stranger', () => {
  const side = {
    name: 'main',
    commit: null,
    asOf: '2026-01-15',
    digest: `sha256:${'0'.repeat(64)}`,
    empty: false,
    errors: 0,
  };
  const planWith = (items: ReportItem[], organizationName = 'acme'): PlanReport => ({
    formatVersion: 1,
    organization: organizationName,
    base: side,
    head: side,
    digest: side.digest,
    summary: { gains: 0, loses: 0, items: items.length, refused: 0, waived: 0, risks: 0 },
    byHand: [],
    membersDeclared: true,
    verdicts: [],
    items,
  });
  const item = (name: string): ReportItem => ({
    kind: 'access',
    id: name,
    subject: { kind: 'Group', name, namespace: null },
    members: [name],
    direction: 'gains',
    before: [],
    after: [{ role: name, kind: 'CustomRole', until: null }],
    heldThrough: [],
    tenant: name,
    places: [
      { cluster: name, namespace: name, production: false, state: 'kept', because: { before: [], after: [name] } },
    ],
  });

  const hostileTexts = [
    '@everyone',
    'ask @everyone, see acme/widgets#12 and www.evil.example.com',
    '<img src=x onerror=alert(1)>',
    '[here](https://evil.example.com)',
    '![x](https://evil.example.com/x.png)',
    '</details><h1>approved</h1>',
    '`code` ``and more``',
    '**bold** | table | #12',
    'line\nbreak\n### heading',
    '\u{1b}[2Jgone\u{202e}txt',
    '<!-- tenantry-plan -->',
  ];

  /** What is in a comment, as GitHub renders it: its tags, and its text without what stands in code. */
  async function rendered(text: string): Promise<{ readonly tags: readonly string[]; readonly prose: string }> {
    const html = await marked.parse(text, { gfm: true });
    const tags = new Set(Array.from(html.matchAll(/<\/?([a-z0-9]+)/gi), ([, tag = '']) => tag));
    return { tags: [...tags].sort(), prose: html.replace(/<code>.*?<\/code>/gs, '') };
  }

  // GitHub finds mentions, issues and addresses in what is rendered, but not in code.
  const foundByGitHub = /@everyone|#12|https:\/\/|www\.\w/;

  it.each(hostileTexts)('cannot write Markdown by a name: %j', async (hostile) => {
    const text = markdownPlan(planWith([item(hostile)]), repeatedByItem);
    const { tags, prose } = await rendered(text);
    expect(tags).toEqual(['code', 'details', 'h3', 'li', 'p', 'strong', 'sub', 'summary', 'ul']);
    expect(prose).not.toMatch(foundByGitHub);
    expect(text).not.toMatch(/\u{1b}|\u{202e}/u);
    expect(text.startsWith(planMarker)).toBe(true);
  });

  it.each(hostileTexts)('cannot write Markdown by what a rule says: %j', async (hostile) => {
    const verdict = (severity: 'error' | 'note', waivedBy: string | null, items: string[] = []) => ({
      code: 'TEN501',
      rule: hostile,
      severity,
      message: hostile,
      at: hostile,
      related: [{ at: hostile, message: hostile }],
      help: hostile,
      waivedBy,
      items,
    });
    const plan = {
      ...planWith([item('a')]),
      verdicts: [verdict('error', null), verdict('note', hostile), verdict('note', null, ['a'])],
    };
    const text = markdownPlan(plan, repeatedByItem);
    const { tags, prose } = await rendered(text);
    expect(tags.filter((tag) => !['code', 'em', 'h3', 'li', 'p', 'strong', 'sub', 'ul'].includes(tag))).toEqual([]);
    expect(prose).not.toMatch(foundByGitHub);
    expect(text).not.toMatch(/\u{1b}|\u{202e}/u);
  });

  it('is cut before a comment is too long, with the count of what is missing', () => {
    const items = Array.from({ length: 3000 }, (_, i) => ({ ...item(`group-${i}`), id: String(i) }));
    const text = markdownPlan(planWith(items), repeatedByItem);
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
    const kept = text.match(/^- ➕/gm)?.length ?? 0;
    expect(kept).toBeGreaterThan(200);
    expect(text).toContain(`- … and ${3000 - kept} more: the whole plan is in the artifact \`plan\``);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it.each([
    ['no JSON', 'x', 'it is not JSON'],
    [
      'another version',
      JSON.stringify({ ...planWith([]), formatVersion: 2 }),
      '/formatVersion must be equal to constant',
    ],
    ['something more', JSON.stringify({ ...planWith([]), html: '<b>' }), 'it must NOT have additional properties'],
    [
      'a text without end',
      JSON.stringify(planWith([], 'x'.repeat(5000))),
      '/organization must NOT have more than 4000 characters',
    ],
    ['a foreign commit', JSON.stringify({ ...planWith([]), head: { ...side, commit: '$(id)' } }), '/head/commit'],
  ])('is refused when it is %s', async (_, text, problem) => {
    const file = join(temporaryFolder(), 'plan.json');
    writeFileSync(file, text);
    const { code, stderr } = await tenantryHere(['plan', '--from', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
