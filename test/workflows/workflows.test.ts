import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { runScript, workflow, workflowFolder } from '../support/actions.ts';
import { temporaryFolder } from '../support/folders.ts';

const scriptFolder = resolve(import.meta.dirname, '../../.github/scripts');
const files = readdirSync(workflowFolder).sort();
const text = (file: string): string => readFileSync(join(workflowFolder, file), 'utf8');
const jobs = files.flatMap((file) =>
  Object.entries(workflow(file).jobs).map(([id, job]) => ({ file, at: `${file} ${id}`, job })),
);
const steps = jobs.flatMap(({ at, job }) => job.steps.map((step) => ({ at, step })));

/** All that a job may do beyond reading this repository. */
const granted = {
  'comment.yml plan': { contents: 'read', 'pull-requests': 'read' },
  'comment.yml comment': { actions: 'read', contents: 'read', 'pull-requests': 'write' },
  'drift.yml read': { contents: 'read' },
  'drift.yml issue': { actions: 'read', contents: 'read', issues: 'write' },
  'expire.yml render': { contents: 'read' },
  'expire.yml propose': { actions: 'read', contents: 'write', 'pull-requests': 'write' },
  'synthesize.yml render': { contents: 'read', 'pull-requests': 'read' },
  'synthesize.yml push': { actions: 'read', contents: 'write' },
};

describe('the workflows', () => {
  it('are these', () => {
    expect(files).toEqual([
      'cluster.yml',
      'comment.yml',
      'drift.yml',
      'expire.yml',
      'program.yml',
      'synthesize.yml',
      'validate.yml',
    ]);
  });

  it('use actions of GitHub alone, each pinned by a whole commit id with its version', () => {
    const uses = files.flatMap((file) =>
      text(file)
        .split('\n')
        .filter((line) => /^\s*(?:- )?uses:/.test(line)),
    );
    expect(uses).toHaveLength(steps.filter(({ step }) => step.uses !== undefined).length);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    // One version of each everywhere.
    expect(new Set(uses.map((line) => line.replace(/.*uses: /, ''))).size).toBe(
      new Set(uses.map((line) => line.replace(/.*uses: |@.*/g, ''))).size,
    );
  });

  it('may do no more than they must', () => {
    for (const file of files) expect([{}, { contents: 'read' }]).toContainEqual(workflow(file).permissions);
    expect(Object.fromEntries(jobs.flatMap(({ at, job }) => (job.permissions ? [[at, job.permissions]] : [])))).toEqual(
      granted,
    );
  });

  it('know one secret, of an environment, in one step of main, and never run with rights for what a stranger proposes', () => {
    const given = steps.flatMap(({ at, step }) =>
      /secrets\s*[.[]/.test(JSON.stringify(step)) ? [`${at}: ${step.run ?? ''}`] : [],
    );
    expect(given).toEqual(['drift.yml read: .github/scripts/drift.sh']);
    expect(files.map((file) => text(file).match(/secrets\s*[.[]/g)?.length ?? 0).reduce((a, b) => a + b)).toBe(1);
    expect(jobs.flatMap(({ at, job }) => (job.environment ? [[at, job.environment, job.if]] : []))).toEqual([
      ['drift.yml read', 'drift', "${{ github.ref == 'refs/heads/main' && vars.TENANTRY_DRIFT == 'true' }}"],
    ]);
    expect(Object.keys(workflow('drift.yml').on)).toEqual(['schedule', 'workflow_dispatch']);
    for (const file of files) {
      expect(Object.keys(workflow(file).on)).not.toContain('pull_request_target');
    }
  });

  it('hand their token only to scripts that talk to GitHub, and run nothing else in those steps', () => {
    const given = steps.flatMap(({ at, step }) =>
      JSON.stringify(step).includes('github.token') ? [`${at}: ${step.run ?? ''}`] : [],
    );
    expect(given).toEqual([
      'comment.yml plan: node program/.github/scripts/of-run.mjs',
      'comment.yml comment: node program/.github/scripts/of-run.mjs',
      'comment.yml comment: node program/.github/scripts/comment.mjs',
      'drift.yml issue: node .github/scripts/fetch-artifact.mjs',
      'drift.yml issue: node .github/scripts/drift-issue.mjs',
      'expire.yml propose: node .github/scripts/fetch-artifact.mjs',
      'expire.yml propose: .github/scripts/commit.sh',
      'expire.yml propose: node .github/scripts/propose.mjs',
      'synthesize.yml render: node scripts/.github/scripts/target.mjs',
      'synthesize.yml push: node scripts/.github/scripts/fetch-artifact.mjs',
      'synthesize.yml push: ../scripts/.github/scripts/commit.sh',
    ]);
  });

  it('keep no credentials in a checkout, and no cache where it could be poisoned', () => {
    for (const { at, step } of steps) {
      if (step.uses?.startsWith('actions/checkout@')) {
        expect([at, step.with?.['persist-credentials']]).toEqual([at, false]);
      }
      if (step.uses?.startsWith('actions/cache@')) expect(at).toMatch(/^cluster\.yml (control-plane|argo-cd)$/);
    }
  });

  it('judge again whatever may change the verdict, and never leave out a required job', () => {
    expect(workflow('validate.yml').on['pull_request']).toEqual({
      branches: ['main'],
      types: ['opened', 'reopened', 'synchronize', 'edited', 'labeled', 'unlabeled'],
    });
    // A job that is skipped counts as one that passed.
    for (const { file, at, job } of jobs) {
      if (['validate.yml', 'program.yml', 'cluster.yml'].includes(file)) expect([at, job.if]).toEqual([at, undefined]);
    }
  });

  it('have a limit of time, and one run at a time', () => {
    for (const { at, job } of jobs) expect([at, typeof job['timeout-minutes']]).toEqual([at, 'number']);
    for (const file of files) expect([file, typeof workflow(file).concurrency]).toEqual([file, 'object']);
  });

  it('hold no shell: each step runs one script, and no expression reaches a shell', () => {
    const scripts = readdirSync(scriptFolder);
    for (const { at, step } of steps) {
      if (step.run === undefined) continue;
      expect([at, step.run]).not.toEqual([at, expect.stringContaining('${{')]);
      const npm = /^npm (?:ci|test|run (?<name>[a-z:-]+)(?: -- [a-z -]+)?)$/.exec(step.run);
      const own =
        /^(?:node )?(?:\.\.\/)?(?:(?:scripts|program)\/)?\.github\/scripts\/(?<file>[a-z-]+\.(?:sh|mjs))$/.exec(
          step.run,
        );
      const name = npm?.groups?.['name'];
      if (name !== undefined) expect(Object.keys(packageJson.scripts)).toContain(name);
      if (own) expect(scripts).toContain(own.groups?.['file']);
      expect([at, step.run, npm !== null || own !== null]).toEqual([at, step.run, true]);
    }
  });
});

describe('the scripts', () => {
  it('are plain files; those in bash stop at the first failure and say what they need', () => {
    for (const file of readdirSync(scriptFolder)) {
      const stat = lstatSync(join(scriptFolder, file));
      expect([file, stat.isFile()]).toEqual([file, true]);
      if (!file.endsWith('.sh') || file === 'common.sh') continue;
      expect([file, (stat.mode & 0o111) !== 0]).toEqual([file, true]);
      expect(readFileSync(join(scriptFolder, file), 'utf8')).toMatch(
        /^#!\/usr\/bin\/env bash\n(?:# .*\n|#\n)+set -euo pipefail\n/,
      );
    }
  });

  it('say where to get Go when actionlint has none', async () => {
    const { code, log } = await runScript('.github/scripts/lint-workflows.sh', temporaryFolder(), {
      PATH: '/usr/bin:/bin',
    });
    expect(log).toMatch(
      /^error: actionlint needs Go, which is not on the PATH\nhelp: install Go 1\.\d+\.\d+ or newer from https:\/\/go\.dev\/doc\/install\n$/,
    );
    expect(code).toBe(2);
  });
});
