import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JobResult, Trigger, World } from '../support/actions.ts';
import { checkout, runScript, runWorkflow } from '../support/actions.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import type { Pull } from '../support/github.ts';
import { token } from '../support/github.ts';
import type { Change, Hosted } from '../support/hosted.ts';
import { hosted, onlyPull, onPull, preparedOnce } from '../support/hosted.ts';

const patience = { timeout: 180_000 };

/** A change whose author forgot dist/. */
const stale: Change = (files) => {
  files.replace('tenants/solar.yaml', 'role: edit', 'role: admin');
};

/** A pull request of such a change. */
const proposed = preparedOnce((repo) => {
  repo.propose(1, stale);
});

const branchOf = (repo: Hosted, branch: string): string => repo.bare('rev-parse', `refs/heads/${branch}`);
const changedIn = (repo: Hosted, commit: string): string[] =>
  repo.bare('diff', '--name-status', '--no-renames', `${commit}^`, commit).split('\n');

async function synthesize(repo: Hosted, pull: Pull, world: Partial<World> = {}, trigger?: Trigger) {
  const asked = trigger ?? onPull(pull, 31, ['tenantry-synthesize']);
  const { render, push } = await runWorkflow('synthesize.yml', asked, { ...repo, ...world });
  if (!render || !push) throw new Error('no job');
  return { render, push };
}

describe('synthesize', () => {
  it('commits what dist/ must be to the branch, and nothing else', patience, async () => {
    const repo = await hosted();
    // A name that a shell would run, were it not kept from shells.
    const branch = 'a-$(touch${IFS}pwned);\'"`id`';
    const pull = repo.propose(1, stale, { branch });
    const { render, push } = await synthesize(repo, pull);
    expect(render.summary).toBe('dist/ differs in 3 files.\n');
    expect(push.log).not.toContain('::error');
    expect(push.result).toBe('success');
    const made = branchOf(repo, branch);
    expect(repo.bare('log', '-1', '--format=%P%n%an%n%cn%n%s', made).split('\n')).toEqual([
      pull.head.sha,
      'github-actions[bot]',
      'github-actions[bot]',
      'Render dist/',
    ]);
    expect(changedIn(repo, made).every((line) => /^[AMD]\tdist\//.test(line))).toBe(true);
    const folder = temporaryFolder();
    checkout(repo.origin, folder, branch, '1');
    expect(readFiles(folder)['pwned']).toBeUndefined();
    expect(repo.rendered(folder)).toMatch(/^dist\/ is what the files say/);

    // Asked again, there is nothing to do.
    Object.assign(pull, { head: { ...pull.head, sha: made } });
    const again = await synthesize(repo, pull);
    expect(again.render.summary).toBe('dist/ is what the files say.\n');
    expect(again.push.result).toBe('skipped');
  });

  it('pushes nothing to a branch that has moved', patience, async () => {
    const repo = await proposed();
    const pull = { ...onlyPull(repo) };
    let moved = '';
    const before = (step: string): void => {
      if (!step.includes('fetch-artifact')) return;
      moved = repo.propose(1, (files) => {
        files.write('docs/note.md', 'in the meantime');
      }).head.sha;
    };
    const { push } = await synthesize(repo, pull, { before });
    expect(push.log).toContain(
      `::error::the branch has moved, and nothing was pushed: it is at ${moved}, and this was made for ${pull.head.sha}`,
    );
    expect(push.result).toBe('failure');
    expect(branchOf(repo, 'change-1')).toBe(moved);
  });

  it('tells the author of a fork what to do, and pushes nothing', patience, async () => {
    const repo = await hosted();
    const pull = repo.propose(1, stale, { from: 'mallory/access' });
    const { render, push } = await synthesize(repo, pull);
    expect(render.summary).toContain('Pull request 1 comes from a fork, which nothing here pushes to.');
    expect(render.summary).toContain('npm ci\nnpm run synth\ngit add dist\n');
    expect(render.result).toBe('success');
    expect(push.result).toBe('skipped');
  });

  it("leaves a change of the program to its author, for it is the base's that would render", patience, async () => {
    const repo = await hosted();
    const pull = repo.propose(1, (files) => {
      files.write('src/cli.ts', 'process.exit(0);');
    });
    const { render, push } = await synthesize(repo, pull);
    expect(render.log).toContain('::error::src is not that of the base, whose program would render');
    expect(push.result).toBe('skipped');
  });

  it('does nothing unasked, and works by hand too', patience, async () => {
    const repo = await proposed();
    const pull = onlyPull(repo);
    const unasked = await synthesize(repo, pull, {}, onPull(pull, 31, ['other']));
    expect([unasked.render.result, unasked.push.result]).toEqual(['skipped', 'skipped']);
    const byHand: Trigger = {
      event: 'workflow_dispatch',
      payload: { repository: { default_branch: 'main' } },
      inputs: { 'pull-request': 1 },
      ref: 'refs/heads/main',
      run: 32,
    };
    expect((await synthesize(repo, pull, {}, byHand)).push.result).toBe('success');
    expect(branchOf(repo, 'change-1')).not.toBe(pull.head.sha);
  });
});

describe('a commit of the bot', () => {
  interface Forged {
    readonly files?: Readonly<Record<string, string>>;
    /** An entry of the index that is no plain file: its mode, object and path. */
    readonly entry?: readonly [mode: string, object: string, path: string];
  }

  /** Has a patch committed as somebody would forge it. */
  async function committed({ files = {}, entry }: Forged, env: Record<string, string> = {}) {
    const repo = await proposed();
    const { head } = onlyPull(repo);
    repo.git('checkout', '--quiet', '--detach', head.sha);
    writeFiles(repo.git('rev-parse', '--show-toplevel'), files);
    repo.git('add', '--all', '--force');
    if (entry) {
      const [mode, object, path] = entry;
      repo.git('update-index', '--add', '--cacheinfo', `${mode},${repo.git('rev-parse', object)},${path}`);
    }
    const patch = join(temporaryFolder(), 'dist.patch');
    repo.git('diff', '--cached', '--binary', '--full-index', '--no-renames', `--output=${patch}`, 'HEAD');
    const clone = temporaryFolder();
    checkout(repo.origin, clone, head.sha, '1');
    const result = await runScript('.github/scripts/commit.sh', clone, {
      PATCH: patch,
      PARENT: head.sha,
      BRANCH: 'change-1',
      MESSAGE: 'Render',
      ...env,
    });
    return { ...result, isPushed: branchOf(repo, 'change-1') !== head.sha };
  }

  it('is of plain files in dist/', patience, async () => {
    const { code, log, isPushed } = await committed({ files: { 'dist/new/a b".yaml': 'a: 1\n' } });
    expect(log).toMatch(/Pushed `[0-9a-f]{12}` to `change-1`: 1 files in dist\/\.\n$/);
    expect([code, isPushed]).toEqual([0, true]);
  });

  const blob = 'HEAD:organization.yaml';
  const forgeries: [string, RegExp, Forged][] = [
    [
      'a workflow',
      /reaches beyond dist\/: \.github\/workflows\/own\.yml/,
      { files: { '.github/workflows/own.yml': 'on: push\n', 'dist/a.yaml': 'a: 1\n' } },
    ],
    ['a file beside dist/', /reaches beyond dist\/: dist-old\/a\.yaml/, { files: { 'dist-old/a.yaml': 'a: 1\n' } }],
    ['the files themselves', /reaches beyond dist\/: organization\.yaml/, { files: { 'organization.yaml': 'a: 1\n' } }],
    ['a link', /no plain one: dist\/link/, { entry: ['120000', blob, 'dist/link'] }],
    ['a program', /no plain one: dist\/run\.sh/, { entry: ['100755', blob, 'dist/run.sh'] }],
    ['another repository', /no plain one: dist\/module/, { entry: ['160000', 'HEAD', 'dist/module'] }],
    ['nothing', /the patch does not fit/, {}],
  ];
  it.each(forgeries)('is not of %s', patience, async (_, message, forged) => {
    const { code, log, isPushed } = await committed(forged);
    expect(log).toMatch(message);
    expect([code, isPushed]).toEqual([1, false]);
  });

  it('is pushed with the token in a header, for the server alone', patience, async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(403).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const folder = temporaryFolder();
    // As if origin were reached by HTTP.
    writeFiles(folder, { gitconfig: `[url "${url}/"]\n  insteadOf = file:///\n` });
    const env = { GITHUB_TOKEN: token, GIT_CONFIG_GLOBAL: join(folder, 'gitconfig') };
    const forged = { files: { 'dist/new.yaml': 'a: 1\n' } };
    await committed(forged, { ...env, GITHUB_SERVER_URL: url });
    expect(seen[0]).toBe(`basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`);
    seen.length = 0;
    await committed(forged, { ...env, GITHUB_SERVER_URL: 'https://github.example.com' });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((header) => header === undefined)).toBe(true);
  });
});

describe('expire', () => {
  const daily: Trigger = { event: 'schedule', payload: { schedule: '20 0 * * *' }, ref: 'refs/heads/main', run: 41 };
  const day = (before: number): string => new Date(Date.now() - before * 86_400_000).toISOString().slice(0, 10);

  /** On main, a share that ended yesterday, in a dist/ that was committed when it had not. */
  const withEnded = preparedOnce(
    (repo) => {
      repo.merge(
        (files) => {
          files.replace('tenants/solar.yaml', 'until: 2030-12-31', `until: ${day(1)}`);
          files.tenantry('synth', '--as-of', day(10));
        },
        `${day(10)}T12:00:00Z`,
      );
    },
    { since: `${day(11)}T12:00:00Z` },
  );

  async function expire(repo: Hosted): Promise<{ render: JobResult; propose: JobResult }> {
    const { render, propose } = await runWorkflow('expire.yml', daily, repo);
    if (!render || !propose) throw new Error('no job');
    return { render, propose };
  }

  it('N5: proposes dist/ without what has ended, and keeps its proposal up to date', patience, async () => {
    const repo = await withEnded();
    const main = branchOf(repo, 'main');
    const first = await expire(repo);
    expect(first.propose.log).not.toContain('::error');
    expect(first.propose.result).toBe('success');
    const made = branchOf(repo, 'tenantry/expire');
    expect(repo.bare('rev-parse', `${made}^`)).toBe(main);
    expect(changedIn(repo, made)).toEqual(['M\tdist/prodcluster01/namespaces/solar-shop.yaml']);
    expect(repo.bare('diff', `${made}^`, made)).toMatch(/^-.*contractors/m);
    expect(repo.api.pulls).toMatchObject([
      { title: 'Take out what has ended', head: { ref: 'tenantry/expire' }, base: { ref: 'main' } },
    ]);
    expect(repo.api.pulls[0]?.body).toMatch(/^What had an end has ended[^]*close this pull request[^]*contractors/);
    expect(first.render.summary).toContain('contractors');
    expect(repo.api.writes).toEqual(['POST pulls']);

    // The next day, nobody has merged it.
    const second = await expire(repo);
    expect(second.propose.summary).toBe('`tenantry/expire` holds this already.\n');
    expect(branchOf(repo, 'tenantry/expire')).toBe(made);
    expect(repo.api.writes).toEqual(['POST pulls', 'PATCH pulls/1']);

    // Main goes on.
    const next = repo.merge((files) => {
      files.write('docs/note.md', 'news\n');
    });
    await expire(repo);
    expect(repo.bare('rev-parse', 'refs/heads/tenantry/expire^')).toBe(next);
    expect(repo.api.pulls).toHaveLength(1);

    // Merged, there is nothing left to do.
    repo.merge((files) => {
      files.tenantry('synth');
    });
    const last = await expire(repo);
    expect(last.render.summary).toBe('dist/ is what the files say.\n');
    expect(last.propose.result).toBe('skipped');
  });

  it('knows what ended yesterday, even of a dist/ that was committed today', patience, async () => {
    const repo = await hosted();
    repo.merge((files) => {
      files.replace('tenants/solar.yaml', 'until: 2030-12-31', `until: ${day(1)}`);
    });
    const { render } = await expire(repo);
    expect(render.summary).toMatch(/contractors.* loses\W+view/);
  });

  it('says what to do where workflows may not open pull requests', patience, async () => {
    const repo = await withEnded();
    repo.api.mayOpenPulls = false;
    const { propose } = await expire(repo);
    expect(propose.log).toContain(
      '::error::tenantry/expire is pushed, and GitHub lets no workflow open pull requests here',
    );
    expect(propose.log).toContain(
      'Open it by hand: https://github.example.com/acme/access/compare/main...tenantry/expire?expand=1',
    );
    expect(propose.summary).toContain('Take out what has ended');
    expect(propose.result).toBe('failure');
  });

  it('takes the whole history, and says so', patience, async () => {
    const repo = await withEnded();
    const folder = temporaryFolder();
    checkout(repo.origin, folder, 'main', '1');
    const { code, log } = await runScript('.github/scripts/expire.sh', folder, { OUT: temporaryFolder() });
    expect(log).toContain('check out with `fetch-depth: 0`');
    expect(code).toBe(2);
  });
});
