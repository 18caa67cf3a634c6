import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { JobResult } from '../support/actions.ts';
import { checkout, runScript, runWorkflow } from '../support/actions.ts';
import { temporaryFolder } from '../support/folders.ts';
import type { Change, Hosted } from '../support/hosted.ts';
import { hosted, onPull } from '../support/hosted.ts';
import { unzipped } from '../support/zip.ts';

const patience = { timeout: 180_000 };

/** A wider role, as its author should propose it. */
const widened: Change = (files) => {
  files.replace('tenants/solar.yaml', 'role: edit', 'role: admin');
  files.tenantry('synth');
};

/** A namespace that is gone without having been marked. */
const removed: Change = (files) => {
  const text = files.read('tenants/solar.yaml');
  files.write('tenants/solar.yaml', text.replace(/ {4}- name: shop\n(?: {6}.*\n)*/, ''));
  files.tenantry('synth');
};

const steps = { files: /^the files, and/, rendered: /^dist\/ and CODEOWNERS/, plan: /^what it does/ };

async function judged(
  repo: Hosted,
  change: Change,
  { labels = [], without }: { readonly labels?: readonly string[]; readonly without?: RegExp } = {},
): Promise<JobResult> {
  const trigger = onPull(repo.propose(1, change), 11, labels);
  const { judge } = await runWorkflow('validate.yml', trigger, { ...repo, ...(without && { without }) });
  if (!judge) throw new Error('no job');
  return judge;
}

function artifact(repo: Hosted, name: string): Record<string, string> | undefined {
  const found = repo.api.artifacts.find((a) => a.name === name);
  return found && unzipped(found.zip);
}

const outcome = (job: JobResult, name: RegExp): string | undefined => job.steps.find((s) => name.test(s.name))?.outcome;

describe('a pull request', () => {
  it('is judged by its commit: by no other bytes that attributes put into the work tree', patience, async () => {
    const job = await judged(
      await hosted(),
      (files) => {
        files.write('.gitattributes', 'tenants/solar.yaml text eol=crlf\n');
      },
      { without: /^what it does/ },
    );
    expect(job.log).toMatch(/^::error::"tenants\/solar\.yaml" has other bytes in the work tree$/m);
    expect(outcome(job, /^the files, and/)).toBe('failure');
    expect(outcome(job, /^dist\/ and CODEOWNERS/)).toBe('failure');
  });

  it('N1: carries the plan in its summary and, with what it is for, as an artifact', patience, async () => {
    const repo = await hosted();
    const job = await judged(repo, widened);
    expect(job.log).not.toMatch(/^::error/m);
    expect(job.result).toBe('success');
    const [pull] = repo.api.pulls;
    const plan = artifact(repo, 'plan') ?? {};
    expect(Object.keys(plan).sort()).toEqual(['plan.json', 'plan.md']);
    const merge = repo.bare('rev-parse', 'refs/pull/1/merge');
    expect(JSON.parse(plan['plan.json'] ?? '')).toMatchObject({
      formatVersion: 1,
      base: { commit: pull?.base.sha },
      head: { commit: merge },
    });
    expect(plan['plan.md']).toMatch(/^<!-- tenantry-plan -->\n/);
    expect(plan['plan.md']).toMatch(/solar-sre.*\badmin\W+instead of\W+edit/);
    expect(job.summary).toBe(
      `Judged by the program of the base, \`${pull?.base.sha.slice(0, 7) ?? ''}\`.\n\n${plan['plan.md'] ?? ''}`,
    );
    expect(JSON.parse(artifact(repo, 'sarif')?.['tenantry.sarif'] ?? '')).toMatchObject({ version: '2.1.0' });
  });

  it('shows each mistake at its line and in SARIF, and has no plan then', patience, async () => {
    const repo = await hosted();
    const job = await judged(
      repo,
      (files) => {
        files.replace('tenants/solar.yaml', 'group: solar-sre', 'group: solar-srx');
      },
      { without: steps.rendered },
    );
    expect(job.result).toBe('failure');
    expect(job.log).toMatch(/^::error file=tenants\/solar\.yaml,line=29,.*TEN\d{3}/m);
    const { runs } = JSON.parse(artifact(repo, 'sarif')?.['tenantry.sarif'] ?? '') as {
      runs: { results: { locations: unknown[] }[] }[];
    };
    expect(JSON.stringify(runs[0]?.results[0]?.locations)).toContain('"uri":"tenants/solar.yaml"');
    expect(artifact(repo, 'plan')).toBeUndefined();
    expect(job.log).toContain('::error::there is no plan');
  });

  it('N4: is refused by the rules of a change, and has its plan all the same', patience, async () => {
    const repo = await hosted();
    const job = await judged(repo, removed);
    expect(outcome(job, /against its base/)).toBe('failure');
    expect(outcome(job, /what the files say/)).toBe('success');
    expect(outcome(job, /access/)).toBe('success');
    expect(job.result).toBe('failure');
    expect(job.log).toMatch(/^::error file=tenants\/solar\.yaml.*TEN502/m);
    expect(artifact(repo, 'plan')?.['plan.md']).toContain('solar-shop');
    expect(JSON.stringify(JSON.parse(artifact(repo, 'sarif')?.['tenantry.sarif'] ?? ''))).toContain('TEN502');
  });

  it('is allowed by a label what a label may allow, and nothing else', patience, async () => {
    const repo = await hosted();
    const promoted: Change = (files) => {
      files.replace('organization.yaml', 'admins: [alice, pat]', 'admins: [alice, pat, joy]');
      files.tenantry('synth');
      files.tenantry('codeowners');
    };
    const hostile = [
      'tenantry-allow/TEN502',
      'tenantry-allow/TEN515 --head main',
      'tenantry-allow/$(touch pwned)',
      'bug',
    ];
    const refused = await judged(repo, promoted, { labels: hostile, without: steps.rendered });
    expect(refused.log).toMatch(/^::error .*TEN515/m);
    expect(refused.log).toContain('::warning::the label tenantry-allow/TEN502 allows nothing');
    expect(refused.log).not.toContain('touch pwned');
    expect(readdirSync(join(refused.workspace, 'change'))).not.toContain('pwned');
    expect(refused.result).toBe('failure');
    const labels = [...hostile, 'tenantry-allow/TEN515'];
    const allowed = await judged(repo, () => undefined, { labels, without: steps.rendered });
    expect(allowed.log).toContain('::notice::TEN515 is allowed by the label tenantry-allow/TEN515');
    expect(allowed.log).not.toMatch(/^::error/m);
    expect(allowed.result).toBe('success');
  });

  it('N3: whose dist/ is stale, or edited by hand, is told how to bring it up to date', patience, async () => {
    const repo = await hosted();
    const job = await judged(
      repo,
      (files) => {
        files.replace('dist/prodcluster01/namespaces/solar-shop.yaml', 'name: view', 'name: cluster-admin');
      },
      { without: /^the files, and|^what it does/ },
    );
    expect(job.result).toBe('failure');
    expect(job.log).toContain('::error::dist/ is not what the files say: run `npm run synth` and commit dist/');
    expect(job.summary).toContain('npm ci\nnpm run synth\ngit add dist/\ngit commit -m Render\ngit push');
    // What quotes the change is no command to the runner.
    const [, quoted = ''] =
      /^::stop-commands::(?<end>[0-9a-f]{32})\n(?<quoted>[^]*?)^::\k<end>::$/m.exec(job.log)?.slice(1) ?? [];
    expect(quoted).toContain('-  name: cluster-admin');
  });

  it('is told when CODEOWNERS is not what the files say', patience, async () => {
    const repo = await hosted();
    const job = await judged(
      repo,
      (files) => {
        files.replace('.github/CODEOWNERS', '/tenants/solar.yaml   @acme', '/tenants/solar.yaml   @strangers @acme');
      },
      { without: /^the files, and|^what it does/ },
    );
    expect(job.result).toBe('failure');
    expect(job.log).toContain('::error::.github/CODEOWNERS is not what the files say: run `npm run codeowners`');
    expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(['synth', 'codeowners']));
  });
});

describe('who judges', () => {
  it("is the base's program: nothing of the change is installed or run", patience, async () => {
    const repo = await hosted();
    const job = await judged(repo, (files) => {
      files.replace('package.json', '"prepare": "npm run --silent build"', '"prepare": "touch pwned"');
      files.write('src/cli.ts', 'process.exit(0);');
      files.replace('tenants/solar.yaml', 'role: edit', 'role: admin');
    });
    expect(job.steps.filter((s) => s.name === 'npm ci').map((s) => s.log)).toEqual([
      `npm ci in ${join(job.workspace, 'judge')}\n`,
    ]);
    expect(readFileSync(join(job.workspace, 'judge/src/cli.ts'), 'utf8')).not.toBe('process.exit(0);');
    expect(existsSync(join(job.workspace, 'change/pwned'))).toBe(false);
    // dist/ is stale by the base's program; the changed program might render it just so.
    expect(job.log).toContain("::warning::dist/ is not what the base's program renders");
    expect(job.summary).toContain('**This change alters the program.**');
    expect(job.result).toBe('success');
    expect(artifact(repo, 'plan')?.['plan.md']).toMatch(/admin\W+instead of\W+edit/);
  });

  it("is the change's own program when the base has none, and says so", patience, async () => {
    const repo = await hosted({ withProgram: false });
    const job = await judged(repo, (files) => {
      files.addProgram();
    });
    expect(job.summary).toMatch(
      /^\*\*Judged by the change's own program\*\*, because its base \(`[0-9a-f]{7}`\) has none that these workflows can use\.\n/,
    );
    expect(existsSync(join(job.workspace, 'judge/src/cli.ts'))).toBe(true);
    expect(job.result).toBe('success');
  });

  it('needs the parents of the merge commit', patience, async () => {
    const repo = await hosted();
    const { head } = repo.propose(1, widened);
    const base = async (depth: string, headSha: string) => {
      const folder = temporaryFolder();
      checkout(repo.origin, folder, 'refs/pull/1/merge', depth);
      return runScript('.github/scripts/base.sh', folder, { GITHUB_EVENT_NAME: 'pull_request', HEAD_SHA: headSha });
    };
    expect(await base('1', head.sha)).toEqual({
      code: 1,
      log: '::error::HEAD is no merge commit with both of its parents: check out the merge commit with `fetch-depth: 2`\n',
    });
    const other = '0'.repeat(40);
    expect((await base('2', other)).log).toContain(
      `the merge commit is of ${head.sha}, and the pull request is at ${other}`,
    );
    expect((await base('2', head.sha)).code).toBe(0);
  });
});

describe('main, and a merge queue', () => {
  it.each(['push', 'merge_group'] as const)(
    'on %s: is held to its files, and fails when dist/ is not theirs',
    patience,
    async (event) => {
      const repo = await hosted();
      const trigger = { event, payload: {}, ref: 'refs/heads/main', run: 1 };
      const clean = await runWorkflow('validate.yml', trigger, repo);
      expect(clean['judge']?.log).toContain('dist/ is what the files say');
      expect(clean['judge']?.summary).toMatch(/^Judged by its own program, /);
      expect(clean['judge']?.result).toBe('success');
      expect(artifact(repo, 'plan')).toBeUndefined();
      // Two merges that were right each by itself.
      repo.merge((files) => {
        files.replace('tenants/solar.yaml', 'role: edit', 'role: admin');
      });
      const raced = await runWorkflow('validate.yml', trigger, repo);
      expect(raced['judge']?.log).toContain('::error::dist/ is not what the files say');
      expect(raced['judge']?.result).toBe('failure');
    },
  );
});
