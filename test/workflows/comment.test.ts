import { describe, expect, it } from 'vitest';
import type { JobResult } from '../support/actions.ts';
import { runWorkflow } from '../support/actions.ts';
import type { Comment, Pull } from '../support/github.ts';
import { bot } from '../support/github.ts';
import type { Hosted } from '../support/hosted.ts';
import { hosted, onlyPull, onPull, onRun, preparedOnce } from '../support/hosted.ts';
import type { ZipEntry } from '../support/zip.ts';
import { zip } from '../support/zip.ts';

const patience = { timeout: 180_000 };
const marker = '<!-- tenantry-plan -->';

async function comment(repo: Hosted, pull: Pull, of: number, env: Record<string, string> = {}): Promise<JobResult> {
  const { comment: job } = await runWorkflow('comment.yml', onRun(pull, of + 1, of), { ...repo, env });
  if (!job) throw new Error('no job');
  return job;
}

/** What `validate` does beside the plan. */
const without = /^the files, and|^dist\/ and CODEOWNERS/;

/** A pull request that \`validate\` has run for, and made its plan. */
const planned = preparedOnce(async (repo) => {
  const pull = repo.propose(1, (files) => {
    files.replace('tenants/solar.yaml', 'role: edit', 'role: admin');
    files.tenantry('synth');
  });
  await runWorkflow('validate.yml', onPull(pull, 11), { ...repo, without });
});

/** One whose author has not rendered it. */
const proposed = preparedOnce((repo) => {
  repo.propose(1, (files) => {
    files.replace('tenants/solar.yaml', 'role: edit', 'role: admin');
  });
});

const byBot = ({ api }: Hosted): Comment[] => api.comments.filter(({ user }) => user.login === bot);

describe('the comment', () => {
  it('is the plan, written once and edited from then on', patience, async () => {
    const repo = await planned();
    const pull = onlyPull(repo);
    const forged = { id: 99, number: 1, user: { login: 'mallory' }, body: `${marker}\nNothing changes.` };
    repo.api.comments.push(forged);
    const first = await comment(repo, pull, 11);
    expect(first.log).toContain('::notice::the plan is posted in pull request 1');
    expect(first.result).toBe('success');
    const [posted] = byBot(repo);
    expect(posted?.body).toMatch(/^<!-- tenantry-plan -->\n### /);
    expect(posted?.body).toMatch(/admin\W+instead of\W+edit/);
    expect(posted?.body).toContain('[this run](https://github.example.com/acme/access/actions/runs/11)');
    expect(posted?.body).not.toContain('WARNING');

    // Its workflow is altered as well: the comment says so before anything else.
    const again = repo.propose(1, (files) => {
      files.write('.github/workflows/validate.yml', `${files.read('.github/workflows/validate.yml')}# quicker\n`);
      files.write('src/cli.ts', '// quicker\n');
      files.replace('tenants/solar.yaml', 'role: admin', 'role: view');
      files.tenantry('synth');
    });
    await runWorkflow('validate.yml', onPull(again, 21), { ...repo, without });
    expect((await comment(repo, again, 21)).log).toContain('::notice::the plan is edited in pull request 1');
    expect(byBot(repo)).toHaveLength(1);
    expect(byBot(repo)[0]?.body).toMatch(
      /^<!-- tenantry-plan -->\n> \[!WARNING\]\n> This change alters what runs on GitHub[^]*> \[!WARNING\]\n> This change alters the program[^]*### /,
    );
    expect(byBot(repo)[0]?.body).toMatch(/view\W+instead of\W+edit/);
    expect(forged.body).toBe(`${marker}\nNothing changes.`);
    expect(repo.api.writes).toEqual(['POST issues/1/comments', 'PATCH issues/comments/2']);
    expect((await comment(repo, again, 21)).result).toBe('success');
    expect(repo.api.writes).toHaveLength(2);
  });

  it('is written for a fork, and warns when there are more files than GitHub lists', patience, async () => {
    const repo = await hosted();
    const pull = repo.propose(
      7,
      (files) => {
        files.replace('tenants/solar.yaml', 'role: edit', 'role: view');
        files.tenantry('synth');
      },
      { from: 'mallory/access', branch: 'main2' },
    );
    await runWorkflow('validate.yml', onPull(pull, 11), { ...repo, without });
    Object.assign(pull, { changed_files: 3001 });
    expect((await comment(repo, pull, 11)).result).toBe('success');
    expect(byBot(repo)[0]?.body).toContain('or is too large to tell');
  });

  it('finds its own among more than a page of comments', patience, async () => {
    const repo = await planned();
    const pull = onlyPull(repo);
    for (let id = 1000; id < 1120; id++) repo.api.comments.push({ id, number: 1, user: { login: 'amy' }, body: 'Hm' });
    repo.api.comments.push({ id: 2000, number: 1, user: { login: bot }, body: `${marker}\nthe plan of yesterday` });
    await comment(repo, pull, 11);
    expect(repo.api.writes).toEqual(['PATCH issues/comments/2000']);
  });
});

/** What a run of the change leaves, when the change is hostile: whatever it likes. */
interface Forgery {
  readonly number?: unknown;
  readonly headSha?: string;
  readonly plan?: string;
  readonly entries?: (honest: readonly ZipEntry[]) => readonly ZipEntry[];
  readonly archive?: Buffer;
}

describe('is refused', () => {
  const other = 'f'.repeat(40);
  const cases: [string, Forgery | ((repo: Hosted, pull: Pull) => Forgery), RegExp][] = [
    [
      "the number of somebody else's pull request, even of the same commit",
      (repo, { head }) => {
        repo.api.pulls.push({
          ...repo.propose(2, () => undefined),
          number: 3,
          head: { ...head, repo: { full_name: 'amy/access' } },
        });
        return { number: 3 };
      },
      /the run is not of pull request 3/,
    ],
    [
      "the number of another branch's pull request",
      (repo) => {
        repo.propose(2, () => undefined);
        return { number: 2 };
      },
      /the run is not of pull request 2/,
    ],
    ['a number of no pull request', { number: 12 }, /GET pulls\/12|pulls\/12: GitHub answered 404/],
    ['a number that is a path', { number: '1/../../issues/1' }, /no number of a pull request/],
    ['a plan for another commit', { headSha: other }, /the plan is for another commit than the run/],
    [
      'a plan of commits that GitHub does not know',
      { plan: JSON.stringify({ base: { commit: other }, head: { commit: other } }) },
      /GitHub answered 404/,
    ],
    [
      'a plan of another merge',
      (repo, { base }) => {
        repo.api.commits.set(other, [base.sha, 'e'.repeat(40)]);
        return { plan: JSON.stringify({ base: { commit: base.sha }, head: { commit: other } }) };
      },
      /not of the merge of this pull request/,
    ],
    [
      'a plan of a later base',
      (repo, { head }) => {
        repo.api.commits.set(other, ['e'.repeat(40), head.sha]);
        return { plan: JSON.stringify({ base: { commit: head.sha }, head: { commit: other } }) };
      },
      /not of the merge of this pull request/,
    ],
    [
      'a plan whose commits are paths',
      { plan: '{"base":{"commit":"../x"},"head":{"commit":"../../pulls/1"}}' },
      /names no commits/,
    ],
    ['a plan that is not JSON', { plan: '{' }, /plan\.json is not JSON/],
    ['a plan that is no object', { plan: 'null' }, /no JSON object/],
    [
      'a plan of another shape',
      (repo, { base }) => {
        const head = { commit: repo.bare('rev-parse', 'refs/pull/1/merge') };
        return { plan: JSON.stringify({ formatVersion: 1, base: { commit: base.sha }, head, summary: '<img>' }) };
      },
      /plan\.json is refused: error: .* is no plan of this version/,
    ],
    ['what is no archive', { archive: Buffer.from('PK') }, /no ZIP archive/],
    ['an archive that is cut', { archive: zip([{ name: 'plan.json', content: 'x' }]).subarray(10) }, /broken|outside/],
    ['an archive that is too large', { archive: Buffer.alloc(16 * 2 ** 20 + 1) }, /larger than 16777216 bytes/],
    [
      'an archive that says it is too large',
      { entries: (all) => all.map((e) => ({ ...e, claimedSize: 2 ** 30 })) },
      /unpacks to more than 67108864 bytes/,
    ],
    [
      'an archive that is larger than it says',
      { entries: (all) => all.map((e) => ({ ...e, content: Buffer.alloc(2 ** 27), claimedSize: 10 })) },
      /not as large as it says/,
    ],
    [
      'a link for the plan',
      { entries: (all) => all.map((e) => ({ ...e, content: '/etc/passwd', mode: 0o120777 })) },
      /plan\.json is no plain file/,
    ],
    [
      'a file too many',
      { entries: (all) => [...all, { name: 'build/cli.js', content: '' }] },
      /unexpected file "build\/cli\.js"/,
    ],
    [
      'a file outside',
      { entries: (all) => [{ name: '../plan.json', content: '' }, ...all] },
      /unexpected file "\.\.\/plan\.json"/,
    ],
    ['two files of a name', { entries: (all) => [...all, ...all.slice(0, 1)] }, /plan\.json twice/],
    ['a file too few', { entries: (all) => all.slice(0, 2) }, /lacks pull-request\.json/],
  ];

  it.each(cases)('%s', patience, async (_, forgery, message) => {
    const { repo, pull } = await forged(forgery);
    const job = await comment(repo, pull, 11);
    expect(job.log).toMatch(message);
    expect(job.log).toMatch(/^::error::/m);
    expect(job.result).toBe('failure');
    expect(repo.api.writes).toEqual([]);
  });

  it(
    'nothing, without harm: a pull request that has moved on, or is closed, and a run without a plan',
    patience,
    async () => {
      const { repo, pull } = await forged({});
      const { head } = pull;
      pull.head = { ...head, sha: other };
      const started = { ...pull, head };
      expect((await comment(repo, started, 11)).log).toContain('::notice::pull request 1 has moved on');
      Object.assign(pull, { head, state: 'closed' });
      expect((await comment(repo, started, 11)).log).toContain('::notice::pull request 1 is closed');
      const none = await comment(repo, started, 12);
      expect(none.log).toContain('::notice::the run made no plan');
      expect(none.result).toBe('success');
      expect(repo.api.writes).toEqual([]);
    },
  );

  it('a run that was not for a pull request', patience, async () => {
    const { repo, pull } = await forged({});
    const trigger = onRun(pull, 12, 11);
    Object.assign(trigger.payload['workflow_run'] as object, { event: 'push' });
    expect((await runWorkflow('comment.yml', trigger, repo))['comment']?.result).toBe('skipped');
  });
});

/** A pull request with the artifact of a hostile run. */
async function forged(
  forgery: Forgery | ((repo: Hosted, pull: Pull) => Forgery),
): Promise<{ repo: Hosted; pull: Pull }> {
  const repo = await proposed();
  const pull = onlyPull(repo);
  const merge = repo.bare('rev-parse', 'refs/pull/1/merge');
  const {
    number = 1,
    headSha = pull.head.sha,
    plan,
    entries,
    archive,
  } = typeof forgery === 'function' ? forgery(repo, pull) : forgery;
  const honest: ZipEntry[] = [
    {
      name: 'plan.json',
      content: plan ?? JSON.stringify({ base: { commit: pull.base.sha }, head: { commit: merge } }),
    },
    { name: 'plan.md', content: marker },
    { name: 'pull-request.json', content: JSON.stringify({ number, headSha }) },
  ];
  repo.api.artifacts.push({ run: 11, name: 'plan', zip: archive ?? zip(entries?.(honest) ?? honest) });
  return { repo, pull };
}
