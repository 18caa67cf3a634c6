// Writes the plan of a pull request as a comment, or edits the comment of last time.
//
// Runs after `validate`, from the default branch, and with a token that may write comments: so it believes nothing of
// what that run left. The plan is read as data, by the default branch's program; which pull request it is for, GitHub
// says; and nothing of the change is checked out or run.
//
// Needs: GITHUB_EVENT_PATH (a workflow_run), GITHUB_TOKEN, GITHUB_REPOSITORY, TENANTRY, the default branch's program
// (default: build/cli.js); GITHUB_API_URL where it is not github.com's; COMMENT_AUTHOR when the token is not
// github-actions[bot]'s.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { all, annotate, artifact, main, Refusal, request, variable } from './github.mjs';
import { isAutomation, isProgram, pullRequest } from './pull-request.mjs';

const marker = '<!-- tenantry-plan -->';
const names = ['plan.json', 'plan.md', 'pull-request.json'];
const limits = { packed: 16 * 2 ** 20, unpacked: 64 * 2 ** 20 };
/** GitHub's limit for a comment, and for what it lists of a pull request's files. */
const commentLimit = 65_536;
const listedFiles = 3000;

await main(async () => {
  const run = JSON.parse(readFileSync(variable('GITHUB_EVENT_PATH'), 'utf8')).workflow_run;
  if (run.event !== 'pull_request') throw new Refusal(`the run was for ${run.event}, not for a pull request`);
  const files = await artifact(run.id, 'plan', names, limits);
  if (!files) {
    annotate('notice', 'the run made no plan: there is nothing to comment');
    return;
  }

  const pull = await claimedPullRequest(files.get('pull-request.json'), run);
  if (!pull) return;
  const plan = files.get('plan.json');
  await assertOfThisChange(plan, run.head_sha);
  const body = bodyOf(render(plan), await warnings(pull), run);
  await write(pull.number, body);
});

/** The pull request that the run says it was for, when GitHub says the same; undefined when it has moved on. */
async function claimedPullRequest(claim, run) {
  const { number, headSha } = parsed(claim, 'pull-request.json');
  const pull = await pullRequest(number);
  // The run is of a commit of a branch. Somebody else's pull request is of another branch, even if of the same commit.
  if (pull.head.repo?.full_name !== run.head_repository?.full_name || pull.head.ref !== run.head_branch) {
    throw new Refusal(`the run is not of pull request ${pull.number}`);
  }
  if (headSha !== run.head_sha) throw new Refusal('the plan is for another commit than the run');
  if (pull.head.sha !== run.head_sha) {
    annotate('notice', `pull request ${pull.number} has moved on, and its next run makes its plan`);
    return undefined;
  }
  if (pull.state !== 'open') {
    annotate('notice', `pull request ${pull.number} is closed`);
    return undefined;
  }
  return pull;
}

/** The plan's head must be the merge of its base with the pull request's commit. */
async function assertOfThisChange(bytes, headSha) {
  const plan = parsed(bytes, 'plan.json');
  const [head, base] = [plan.head?.commit, plan.base?.commit];
  if (![head, base].every((id) => typeof id === 'string' && /^[0-9a-f]{40,64}$/.test(id))) {
    throw new Refusal('plan.json names no commits');
  }
  const { parents } = await request('GET', `git/commits/${head}`);
  const [first, second] = parents.map(({ sha }) => sha);
  if (parents.length !== 2 || first !== base || second !== headSha) {
    throw new Refusal('plan.json is not of the merge of this pull request');
  }
}

function parsed(bytes, name) {
  let value;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refusal(`${name} is not JSON`);
  }
  if (typeof value !== 'object' || value === null) throw new Refusal(`${name} is no JSON object`);
  return value;
}

/** The plan's Markdown, by the program of the default branch, which gets no token. */
function render(plan) {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-plan-'));
  try {
    const file = join(folder, 'plan.json');
    writeFileSync(file, plan);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [process.env.TENANTRY || 'build/cli.js', 'plan', '--from', file, '--format', 'markdown'],
      { env: { PATH: process.env.PATH }, encoding: 'utf8', timeout: 120_000, maxBuffer: 2 ** 22 },
    );
    if ((status !== 0 && status !== 1) || !stdout.startsWith(`${marker}\n`)) {
      throw new Refusal(`plan.json is refused: ${stderr || `the program ended with ${status}`}`.trim());
    }
    return stdout.slice(marker.length + 1).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a reader must know before he believes the plan. */
async function warnings(pull) {
  const files = await all(`pulls/${pull.number}/files`, listedFiles / 100);
  const paths = files.flatMap((file) => [file.filename, file.previous_filename ?? file.filename]);
  // Above its limit GitHub lists some of the files, and what is not listed may be anything.
  const unlisted = files.length < pull.changed_files;
  const found = [];
  if (unlisted || paths.some(isAutomation)) {
    found.push(
      'This change alters what runs on GitHub (`.github/`), or is too large to tell. The plan below was made by a ' +
        'workflow that the change itself may have altered: read its changes there before you believe it.',
    );
  }
  if (unlisted || paths.some(isProgram)) {
    found.push(
      'This change alters the program, or is too large to tell. The plan below is by the program of the base; what the ' +
        'altered program makes of the same files, it does not say.',
    );
  }
  return found.map((text) => `> [!WARNING]\n> ${text}`);
}

function bodyOf(plan, warned, run) {
  const commit = run.head_sha.slice(0, 12);
  const footer = `<sub>For commit ${commit}. The whole plan is the artifact \`plan\` of [this run](${run.html_url}).</sub>`;
  const body = (text) => [marker, ...warned.flatMap((warning) => [warning, '']), text, '', footer].join('\n');
  const whole = body(plan);
  if (whole.length <= commentLimit) return whole;
  return body('**The plan is too long for a comment.** Read it in the artifact.');
}

/** Edits the bot's own comment, or writes its first. A comment with the marker by anybody else is left alone. */
async function write(number, body) {
  const author = process.env.COMMENT_AUTHOR || 'github-actions[bot]';
  const comments = await all(`issues/${number}/comments`);
  const own = comments.find(({ user, body: text }) => user?.login === author && text?.startsWith(marker));
  if (!own) await request('POST', `issues/${number}/comments`, { body });
  else if (own.body !== body) await request('PATCH', `issues/comments/${own.id}`, { body });
  annotate('notice', `the plan is ${own ? 'edited' : 'posted'} in pull request ${number}`);
}
