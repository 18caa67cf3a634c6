// Opens a pull request for a branch that was pushed, or brings the text of the one that is open up to date.
//
// Needs: BRANCH, BASE_BRANCH, TITLE, BODY_FILE; GITHUB_TOKEN, GITHUB_REPOSITORY; GITHUB_API_URL where it is not
// github.com's.
import { readFileSync } from 'node:fs';
import { annotate, ApiError, main, Refusal, request, summary, variable } from './github.mjs';

const bodyLimit = 65_536;

await main(async () => {
  const [branch, base, title] = ['BRANCH', 'BASE_BRANCH', 'TITLE'].map(variable);
  const owner = variable('GITHUB_REPOSITORY').split('/')[0];
  const introduction = `What had an end has ended: \`dist/\`, rendered as of today. Until this is merged, the clusters \
still have it, and the check of \`dist/\` fails in every other pull request.

Checks do not start by themselves on what a workflow pushes: close this pull request and open it again.`;
  const plan = readFileSync(variable('BODY_FILE'), 'utf8');
  const whole = `${introduction}\n\n${plan}`;
  const body =
    whole.length <= bodyLimit
      ? whole
      : `${introduction}\n\nThe plan is too long for this place: read it in the run's artifact.`;

  const query = new URLSearchParams({ state: 'open', head: `${owner}:${branch}`, base });
  const open = await request('GET', `pulls?${query}`);
  const own = open.find(({ head }) => head.ref === branch);
  if (own) await request('PATCH', `pulls/${own.number}`, { title, body });
  else await create({ title, body, head: branch, base });
});

async function create(pull) {
  try {
    const { number } = await request('POST', 'pulls', pull);
    annotate('notice', `opened pull request ${number}`);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    const server = process.env.GITHUB_SERVER_URL || 'https://github.com';
    const compare = `${server}/${variable('GITHUB_REPOSITORY')}/compare/${pull.base}...${pull.head}?expand=1`;
    summary(
      `### Open the pull request\n\n[${pull.head} → ${pull.base}](${compare}): \`${pull.title}\`\n\n${pull.body}`,
    );
    throw new Refusal(
      `${pull.head} is pushed, and GitHub lets no workflow open pull requests here, which is as it should be: one that may ` +
        `could approve them too. Open it by hand: ${compare}`,
    );
  }
}
