// Writes the plan of a pull request as a comment, or edits the comment of last time.
//
// Runs after `validate`, from the default branch, and with a token that may write comments. Nothing of what that run left
// is used. The plan was made by another job of this run, which has no such token, from the change as data; this one
// reads it as data too: which pull request and which commits it is for, GitHub and Git say.
//
// Needs: CHANGE, a checkout of the pull request's merge commit with both of its parents, of which nothing is run;
// GITHUB_EVENT_PATH (a workflow_run), GITHUB_RUN_ID, GITHUB_TOKEN, GITHUB_REPOSITORY; TENANTRY, the default branch's
// program (default: build/cli.js); GITHUB_API_URL and GITHUB_SERVER_URL where they are not github.com's; COMMENT_AUTHOR
// when the token is not github-actions[bot]'s.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { all, annotate, artifact, jsonObject, main, Refusal, request, variable } from './github.mjs';
import { isAutomation, isProgram, pullRequestOf, runOfEvent } from './pull-request.mjs';

const marker = '<!-- tenantry-plan -->';
const names = ['plan.json', 'plan.md'];
const limits = { packed: 16 * 2 ** 20, unpacked: 64 * 2 ** 20 };
/** GitHub's limit for a comment. */
const commentLimit = 65_536;

await main(async () => {
  const { run, defaultBranch } = runOfEvent();
  const pull = await pullRequestOf(run, defaultBranch);
  const [merge, base, head] = commits();
  if (!pull || head !== run.head_sha) {
    annotate('notice', 'the pull request is closed or has moved on, and its next run makes its plan');
    return;
  }
  const files = await artifact(variable('GITHUB_RUN_ID'), 'plan', names, limits);
  if (!files) throw new Refusal('this run has no artifact plan');
  const plan = files.get('plan.json');
  const made = jsonObject(plan, 'plan.json');
  if (made.head?.commit !== merge || made.base?.commit !== base) {
    throw new Refusal('plan.json is not of the merge of this pull request, or its base has moved: run this again');
  }
  await write(pull.number, bodyOf(render(plan), warnings(base, merge), run));
});

/** Git in the checkout of the change: about its commits, not about its files. */
function git(...args) {
  return execFileSync('git', ['-C', variable('CHANGE'), ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
}

/** The merge commit and its parents: the base, and the pull request's own head. */
function commits() {
  const ids = git('rev-parse', '--verify', 'HEAD^{commit}').trim();
  const parents =
    git('cat-file', 'commit', 'HEAD')
      .split('\n\n')[0]
      .match(/^parent [0-9a-f]+$/gm) ?? [];
  if (parents.length !== 2) throw new Refusal('what is checked out is no merge of a pull request');
  return [ids, ...parents.map((line) => line.slice('parent '.length))];
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

/** What a reader must know before he believes the checks, by the very commits that the plan is of. */
function warnings(base, merge) {
  const paths = git('diff', '--name-only', '--no-renames', '--no-ext-diff', '-z', base, merge).split('\0');
  const found = [];
  if (paths.some(isAutomation)) {
    found.push(
      'This change alters what runs on GitHub (`.github/`). The checks of this pull request were made by workflows that ' +
        'the change itself may have altered: read its changes there before you believe them. The plan below was not.',
    );
  }
  if (paths.some(isProgram)) {
    found.push(
      "This change alters the program. The plan below is by the default branch's program; what the altered program makes " +
        'of the same files, it does not say.',
    );
  }
  return found.map((text) => `> [!WARNING]\n> ${text}`);
}

function bodyOf(plan, warned, run) {
  const commit = run.head_sha.slice(0, 12);
  const server = process.env.GITHUB_SERVER_URL || 'https://github.com';
  const own = `${server}/${variable('GITHUB_REPOSITORY')}/actions/runs/${variable('GITHUB_RUN_ID')}`;
  const footer = `<sub>For commit ${commit}. The whole plan is the artifact \`plan\` of [this run](${own}).</sub>`;
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
