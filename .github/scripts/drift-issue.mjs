// Keeps one issue about what clusters hold that Git does not, and the reverse: opens it, brings it up to date, and closes it
// once all clusters are in step. What is not known is not in step.
//
// The report was made by another job of this run, which could reach the clusters; this one reads it as data.
//
// Needs: REPORT, a folder with drift.json and drift.md; GITHUB_RUN_ID, GITHUB_TOKEN, GITHUB_REPOSITORY; GITHUB_API_URL and
// GITHUB_SERVER_URL where they are not github.com's; ISSUE_AUTHOR when the token is not github-actions[bot]'s.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { all, annotate, jsonObject, main, Refusal, request, variable } from './github.mjs';

const marker = '<!-- tenantry-drift -->';
/** GitHub's limit for the text of an issue. */
const bodyLimit = 65_536;

const titles = {
  differs: 'Clusters differ from Git',
  unknown: 'Whether clusters differ from Git is not wholly known',
};

await main(async () => {
  const [json, markdown] = ['drift.json', 'drift.md'].map((name) => readFileSync(join(variable('REPORT'), name)));
  const state = stateOf(jsonObject(json, 'drift.json'));
  const body = bodyOf(linesOf(markdown));
  const author = process.env.ISSUE_AUTHOR || 'github-actions[bot]';
  const issues = await all('issues?state=open');
  // GitHub counts pull requests among them. An issue with the marker by anybody else is left alone.
  const own = issues
    .filter(({ user, body: text, pull_request: pull }) => !pull && user?.login === author && text?.startsWith(marker))
    .sort((a, b) => a.number - b.number);
  if (state === 'in step') {
    for (const { number } of own) {
      await request('PATCH', `issues/${number}`, { body, state: 'closed', state_reason: 'completed' });
      annotate('notice', `all clusters are in step, and issue ${number} is closed`);
    }
    return;
  }
  const text = { title: titles[state], body };
  const [open] = own;
  const { number } = open
    ? await request('PATCH', `issues/${open.number}`, text)
    : await request('POST', 'issues', text);
  annotate('notice', `issue ${number} is ${open ? 'brought up to date' : 'opened'}`);
});

/** What the report comes to; refused where it is of another shape, or contradicts itself. */
function stateOf({ formatVersion, inStep, complete, clusters }) {
  const refuse = (why) => new Refusal(`drift.json is refused: ${why}`);
  if (formatVersion !== 1) throw refuse('its formatVersion is not 1');
  if (!Array.isArray(clusters) || typeof inStep !== 'boolean' || typeof complete !== 'boolean') {
    throw refuse('it is of another shape');
  }
  for (const one of clusters) {
    const isOne =
      typeof one === 'object' &&
      one !== null &&
      typeof one.inStep === 'boolean' &&
      Array.isArray(one.findings) &&
      Array.isArray(one.notApplied) &&
      Array.isArray(one.unknown);
    if (!isOne) throw refuse('a cluster in it is of another shape');
    if (one.inStep !== (one.findings.length + one.notApplied.length + one.unknown.length === 0))
      throw refuse('a cluster in it contradicts itself');
  }
  if (
    inStep !== clusters.every((one) => one.inStep) ||
    complete !== clusters.every(({ unknown }) => unknown.length === 0)
  ) {
    throw refuse('it contradicts itself');
  }
  if (clusters.some(({ findings, notApplied }) => findings.length + notApplied.length > 0)) return 'differs';
  return inStep && complete && clusters.length > 0 ? 'in step' : 'unknown';
}

/** The lines of the report. The program writes out all that GitHub would obey: a report in which some is left is not its. */
function linesOf(markdown) {
  const refuse = (why) => new Refusal(`drift.md is refused: ${why}`);
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(markdown);
  } catch {
    throw refuse('it is no UTF-8');
  }
  if (!text.startsWith('### tenantry drift: ')) throw refuse('it does not begin as a report does');
  if (/[\u0000-\u0009\u000b-\u001f\u007f]/.test(text)) throw refuse('it holds control characters');
  const lines = text.trimEnd().split('\n');
  const at = lines.findIndex(isHeard);
  if (at >= 0) throw refuse(`its line ${at + 1} mentions somebody or something outside of code`);
  return lines;
}

/** Whether GitHub would find a mention, an issue or an address in a line. In code, it looks for none. */
function isHeard(line) {
  const prose = line.replace(/\\[^]|(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g, (found) =>
    found.startsWith('`') ? '``' : found,
  );
  return /@[\w-]|#\d|:\/\/|\bwww\./i.test(prose);
}

/** The text of the issue: as many lines of the report as it may have, and where the others are. */
function bodyOf(lines) {
  const server = process.env.GITHUB_SERVER_URL || 'https://github.com';
  const run = `[this run](${server}/${variable('GITHUB_REPOSITORY')}/actions/runs/${variable('GITHUB_RUN_ID')})`;
  const body = (kept) => {
    const left = lines.length - kept;
    const cut = `**The report is cut here: ${left} more lines are in \`drift.md\`, in the artifact \`drift\` of ${run}.**`;
    const footer = `<sub>By ${run}, which is repeated every night. This issue closes once every cluster could be read whole and is in step.</sub>`;
    return [marker, ...lines.slice(0, kept), ...(left > 0 ? ['', cut] : []), '', footer].join('\n');
  };
  const whole = body(lines.length);
  if (whole.length <= bodyLimit) return whole;
  // The sentence is at its longest where all lines are left out.
  let room = bodyLimit - body(0).length;
  const kept = lines.findIndex((line) => (room -= line.length + 1) < 0);
  return body(kept);
}
