// Says which pull request a finished run of `validate` was for: GitHub says so, not the run.
//
// Needs: GITHUB_EVENT_PATH (a workflow_run), GITHUB_TOKEN, GITHUB_REPOSITORY; GITHUB_API_URL where it is not github.com's.
// Writes GITHUB_OUTPUT: number, empty where there is nothing to plan; labels, as a JSON list.
import { annotate, main, output } from './github.mjs';
import { pullRequestOf, runOfEvent } from './pull-request.mjs';

await main(async () => {
  const { run, defaultBranch } = runOfEvent();
  const pull = await pullRequestOf(run, defaultBranch);
  output('number', pull ? String(pull.number) : '');
  output('labels', JSON.stringify(pull?.labels?.map(({ name }) => name) ?? []));
  if (!pull)
    annotate('notice', `no open pull request to ${defaultBranch} is at ${run.head_sha}: there is nothing to plan`);
});
