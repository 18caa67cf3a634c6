// Finds the pull request whose dist/ is to be rendered, and says how its author does it where a bot cannot.
//
// Needs: NUMBER, GITHUB_TOKEN, GITHUB_REPOSITORY; GITHUB_API_URL where it is not github.com's. Writes GITHUB_OUTPUT
// (head-sha, head-ref, base-sha, bot) and GITHUB_STEP_SUMMARY. `bot` is true when the branch is one that a bot may push to.
import { main, output, Refusal, summary, variable } from './github.mjs';
import { ofSameRepository, pullRequest } from './pull-request.mjs';

await main(async () => {
  const pull = await pullRequest(variable('NUMBER'));
  if (pull.state !== 'open') throw new Refusal(`pull request ${pull.number} is closed`);
  const isOwn = ofSameRepository(pull) && pull.head.ref !== pull.base.repo.default_branch;
  output('head-sha', pull.head.sha);
  output('head-ref', pull.head.ref);
  output('base-sha', pull.base.sha);
  output('bot', String(isOwn));
  if (isOwn) return;
  summary(`### Bring dist/ up to date on your branch

Pull request ${pull.number} comes from ${ofSameRepository(pull) ? 'the default branch' : 'a fork'}, which nothing here \
pushes to. On your branch, brought up to date with the one it goes to:

\`\`\`
npm ci
npm run synth
git add dist
git commit -m Render
git push
\`\`\``);
});
