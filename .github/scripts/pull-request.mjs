// The pull request that a run was for, from GitHub itself: what the run says of it is only a claim.
import { readFileSync } from 'node:fs';
import { all, request, Refusal, variable } from './github.mjs';

/** The run that a workflow_run is about, and the branch that pull requests are judged for. */
export function runOfEvent() {
  const { workflow_run: run, repository } = JSON.parse(readFileSync(variable('GITHUB_EVENT_PATH'), 'utf8'));
  if (run.event !== 'pull_request') throw new Refusal(`the run was for ${run.event}, not for a pull request`);
  return { run, defaultBranch: repository.default_branch };
}

/** The pull request of this number. */
export async function pullRequest(number) {
  if (!/^[1-9][0-9]{0,9}$/.test(String(number))) throw new Refusal('that is no number of a pull request');
  return request('GET', `pulls/${number}`);
}

/**
 * The open pull request to the default branch that a run was for; undefined where there is none any more. GitHub allows
 * one at most of a head and a base, so two cannot be confused, whatever else the run's commit is proposed for.
 */
export async function pullRequestOf(run, defaultBranch) {
  const from = run.head_repository?.full_name;
  if (!from) return undefined;
  const query = new URLSearchParams({
    state: 'open',
    head: `${from.split('/')[0]}:${run.head_branch}`,
    base: defaultBranch,
  });
  const open = (await all(`pulls?${query}`)).filter(
    ({ state, head, base }) =>
      state === 'open' &&
      head.repo?.full_name === from &&
      head.ref === run.head_branch &&
      base.ref === defaultBranch &&
      head.sha === run.head_sha,
  );
  if (open.length > 1) throw new Refusal('GitHub says that the run is of several pull requests');
  return open[0];
}

/** Whether a pull request's branch is in the repository itself. */
export function ofSameRepository(pull) {
  return pull.head.repo?.full_name === pull.base.repo.full_name;
}

/** The files that make the program, as base.sh reads them too. */
const programPaths = readFileSync(new URL('program-paths', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const isBelow = (file, folder) => file === folder || file.startsWith(`${folder}/`);

/** Whether a changed file is the program's. */
export const isProgram = (file) => programPaths.some((path) => isBelow(file, path));
/** Whether a changed file is part of what runs on GitHub. CODEOWNERS is generated, and checked like dist/. */
export const isAutomation = (file) => isBelow(file, '.github') && file !== '.github/CODEOWNERS';
