import { describe, expect, it } from 'vitest';
import type { JobResult } from '../support/actions.ts';
import { runWorkflow } from '../support/actions.ts';
import type { Comment, Pull } from '../support/github.ts';
import { bot } from '../support/github.ts';
import type { Hosted } from '../support/hosted.ts';
import { hosted, onlyPull, onRun, preparedOnce } from '../support/hosted.ts';
import type { ZipEntry } from '../support/zip.ts';
import { zip } from '../support/zip.ts';

const patience = { timeout: 180_000 };
const marker = '<!-- tenantry-plan -->';

/** Runs `comment` after a run of `validate`; `before` is called before each of its steps. */
async function comment(repo: Hosted, pull: Pull, run: number, before?: (step: string) => void): Promise<JobResult> {
  const results = await runWorkflow('comment.yml', onRun(pull, run, 11), { ...repo, ...(before && { before }) });
  const { plan, comment: job } = results;
  if (!plan || !job) throw new Error('no job');
  return job.result === 'skipped' ? plan : job;
}

/** A pull request. */
const planned = preparedOnce((repo) => {
  repo.propose(1, (files) => {
    files.replace('tenants/solar.yaml', 'role: edit', 'role: admin');
    files.tenantry('synth');
  });
});

const byBot = ({ api }: Hosted): Comment[] => api.comments.filter(({ user }) => user.login === bot);

describe('the comment', () => {
  it('is the plan, written once and edited from then on', patience, async () => {
    const repo = await planned();
    const pull = onlyPull(repo);
    const forged = { id: 99, number: 1, user: { login: 'mallory' }, body: `${marker}\nNothing changes.` };
    repo.api.comments.push(forged);
    const first = await comment(repo, pull, 12);
    expect(first.log).toContain('::notice::the plan is posted in pull request 1');
    expect(first.result).toBe('success');
    const [posted] = byBot(repo);
    expect(posted?.body).toMatch(/^<!-- tenantry-plan -->\n### /);
    expect(posted?.body).toMatch(/admin\W+instead of\W+edit/);
    expect(posted?.body).toContain('[this run](https://github.example.com/acme/access/actions/runs/12)');
    expect(posted?.body).not.toContain('WARNING');

    // Its workflow is altered as well: the comment says so before anything else, and is made without it.
    const again = repo.propose(1, (files) => {
      files.write('.github/workflows/validate.yml', `${files.read('.github/workflows/validate.yml')}# quicker\n`);
      files.write('.github/scripts/plan.sh', 'exit 0\n');
      files.write('src/cli.ts', '// quicker\n');
      files.replace('tenants/solar.yaml', 'role: admin', 'role: view');
      files.tenantry('synth');
    });
    expect((await comment(repo, again, 22)).log).toContain('::notice::the plan is edited in pull request 1');
    expect(byBot(repo)).toHaveLength(1);
    expect(byBot(repo)[0]?.body).toMatch(
      /^<!-- tenantry-plan -->\n> \[!WARNING\]\n> This change alters what runs on GitHub[^]*> \[!WARNING\]\n> This change alters the program[^]*### /,
    );
    expect(byBot(repo)[0]?.body).toMatch(/view\W+instead of\W+edit/);
    expect(forged.body).toBe(`${marker}\nNothing changes.`);
    expect(repo.api.writes).toEqual(['POST issues/1/comments', 'PATCH issues/comments/2']);
    expect((await comment(repo, again, 22)).result).toBe('success');
    expect(repo.api.writes).toHaveLength(2);
  });

  it('is written for a fork, and says what its labels waive', patience, async () => {
    const repo = await hosted();
    const pull = repo.propose(
      7,
      (files) => {
        files.replace('tenants/solar.yaml', 'role: edit', 'role: view');
        files.tenantry('synth');
      },
      { from: 'mallory/access', branch: 'main2' },
    );
    Object.assign(pull, { labels: [{ name: 'tenantry-allow/TEN999' }] });
    const job = await comment(repo, pull, 12);
    expect(job.result).toBe('success');
    expect(byBot(repo)[0]?.number).toBe(7);
  });

  it('finds its own among more than a page of comments', patience, async () => {
    const repo = await planned();
    const pull = onlyPull(repo);
    for (let id = 1000; id < 1120; id++) repo.api.comments.push({ id, number: 1, user: { login: 'amy' }, body: 'Hm' });
    repo.api.comments.push({ id: 2000, number: 1, user: { login: bot }, body: `${marker}\nthe plan of yesterday` });
    await comment(repo, pull, 12);
    expect(repo.api.writes).toEqual(['PATCH issues/comments/2000']);
  });

  it(
    'is not written where the files are wrong, nor after a pull request has moved on or is closed',
    patience,
    async () => {
      const wrong = await hosted();
      const broken = wrong.propose(1, (files) => {
        files.write('tenants/solar.yaml', 'kind: Tenant\n');
      });
      const none = await comment(wrong, broken, 12);
      expect([none.result, none.log]).toEqual(['success', expect.stringContaining('::notice::there is no plan')]);

      const repo = await planned();
      const pull = onlyPull(repo);
      const started = { ...pull, head: pull.head };
      pull.head = { ...pull.head, sha: 'f'.repeat(40) };
      expect((await comment(repo, started, 12)).log).toContain('::notice::no open pull request to main is at');
      Object.assign(pull, { head: started.head, state: 'closed' });
      expect((await comment(repo, started, 12)).log).toContain('::notice::no open pull request to main is at');
      expect([...wrong.api.writes, ...repo.api.writes]).toEqual([]);
    },
  );

  it('is not for a run that was not for a pull request', patience, async () => {
    const repo = await planned();
    const trigger = onRun(onlyPull(repo), 12, 11);
    Object.assign(trigger.payload['workflow_run'] as object, { event: 'push' });
    expect((await runWorkflow('comment.yml', trigger, repo))['plan']?.result).toBe('skipped');
  });
});

describe('which pull request it is for', () => {
  it(
    'is the one to main, when the same branch is proposed to another branch, whose run left a plan',
    patience,
    async () => {
      const repo = await planned();
      const pull = onlyPull(repo);
      // Pull request 2: the same head, to a branch that holds another `validate`. Its run claims to be of pull request 1.
      repo.api.pulls.unshift({ ...pull, number: 2, base: { ...pull.base, ref: 'old-experiment' } });
      const lie = { name: 'plan.json', content: '{"items":[]}' };
      repo.api.artifacts.push({ run: 11, name: 'plan', zip: zip([lie, { name: 'plan.md', content: marker }]) });
      expect((await comment(repo, pull, 12)).result).toBe('success');
      expect(repo.api.writes).toEqual(['POST issues/1/comments']);
      expect(byBot(repo)[0]?.body).toMatch(/admin\W+instead of\W+edit/);
    },
  );

  it("is never somebody else's, even of the same commit or of a branch of the same name", patience, async () => {
    const repo = await planned();
    const pull = onlyPull(repo);
    repo.api.pulls.push({ ...pull, number: 3, head: { ...pull.head, repo: { full_name: 'amy/access' } } });
    repo.api.pulls.push({ ...pull, number: 4, head: { ...pull.head, repo: { full_name: 'acme/other' } } });
    await comment(repo, pull, 12);
    expect(repo.api.writes).toEqual(['POST issues/1/comments']);
  });

  it('nobody says where GitHub itself names two', patience, async () => {
    const repo = await planned();
    const pull = onlyPull(repo);
    repo.api.pulls.push({ ...pull, number: 5 });
    const job = await comment(repo, pull, 12);
    expect([job.result, job.log]).toEqual(['failure', expect.stringContaining('::error::GitHub says that the run is')]);
  });
});

/** What the job that has read the change hands over, should the change have taken it over: whatever it likes. */
interface Forgery {
  readonly plan?: string;
  readonly entries?: (honest: readonly ZipEntry[]) => readonly ZipEntry[];
  readonly archive?: Buffer;
}

describe('is refused', () => {
  const other = 'f'.repeat(40);
  const of = (base: string, head: string, more = {}): string =>
    JSON.stringify({ base: { commit: base }, head: { commit: head }, ...more });
  const cases: [string, Forgery | ((repo: Hosted, pull: Pull) => Forgery), RegExp][] = [
    [
      'a plan of another merge',
      (_, { base }) => ({ plan: of(base.sha, other) }),
      /not of the merge of this pull request/,
    ],
    ['a plan of another base', (repo) => ({ plan: of(other, mergeOf(repo)) }), /not of the merge of this pull request/],
    ['a plan of no commits', { plan: '{"base":null,"head":{"commit":{}}}' }, /not of the merge of this pull request/],
    ['a plan that is not JSON', { plan: '{' }, /plan\.json is not JSON/],
    ['a plan that is no object', { plan: 'null' }, /no JSON object/],
    [
      'a plan of another shape',
      (repo, { base }) => ({ plan: of(base.sha, mergeOf(repo), { formatVersion: 1, summary: '<img>' }) }),
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
    ['a file too few', { entries: (all) => all.slice(0, 1) }, /lacks plan\.md/],
  ];

  it.each(cases)('%s', patience, async (_, forgery, message) => {
    const repo = await planned();
    const pull = onlyPull(repo);
    const { plan, entries, archive } = typeof forgery === 'function' ? forgery(repo, pull) : forgery;
    const honest: ZipEntry[] = [
      { name: 'plan.json', content: plan ?? of(pull.base.sha, mergeOf(repo)) },
      { name: 'plan.md', content: marker },
    ];
    const job = await comment(repo, pull, 12, (step) => {
      if (!step.includes('comment.mjs')) return;
      repo.api.artifacts.push({ run: 12, name: 'plan', zip: archive ?? zip(entries?.(honest) ?? honest) });
    });
    expect(job.log).toMatch(message);
    expect(job.log).toMatch(/^::error::/m);
    expect(job.result).toBe('failure');
    expect(repo.api.writes).toEqual([]);
  });
});

function mergeOf({ bare }: Hosted): string {
  return bare('rev-parse', 'refs/pull/1/merge');
}
