import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Drift } from '../../src/drift/drift.ts';
import { jsonDrift } from '../../src/render/drift/json.ts';
import { markdownDrift } from '../../src/render/drift/markdown.ts';
import type { Estate, Plant } from '../drift/estate.ts';
import { add, driftIn, estate, onCluster, planted, together } from '../drift/estate.ts';
import type { JobResult, Trigger, World } from '../support/actions.ts';
import { runScript, runWorkflow } from '../support/actions.ts';
import { temporaryFolder } from '../support/folders.ts';
import type { Issue } from '../support/github.ts';
import { bot, gitHub, repositoryName, token } from '../support/github.ts';
import type { Hosted } from '../support/hosted.ts';
import { hosted } from '../support/hosted.ts';
import { liveBinding } from '../support/live-snapshot.ts';
import type { ZipEntry } from '../support/zip.ts';
import { zip } from '../support/zip.ts';

const patience = { timeout: 180_000 };
const marker = '<!-- tenantry-drift -->';
const nightly: Trigger = { event: 'schedule', payload: { schedule: '40 2 * * *' }, ref: 'refs/heads/main', run: 51 };
const kubeconfig = '{"users":[{"user":{"token":"of-the-viewer"}}]}';
const settings = { vars: { TENANTRY_DRIFT: 'true' }, secrets: { TENANTRY_KUBECONFIG: kubeconfig } };

let inSync: Estate;
beforeAll(async () => {
  inSync = await estate();
});

const rogue = (name: string): Plant =>
  add('rolebindings', liveBinding(name, 'ClusterRole/view', [{ kind: 'User', name }], 'ruby-prod'));

/** A drift in which some bindings are nobody's, and a cluster may be out of reach. */
function drifted(names: readonly string[], isReachable = true): Drift {
  const snapshot = planted(inSync.snapshot, 'prodcluster01', together(...names.map(rogue)));
  if (isReachable) return driftIn(inSync, snapshot, []);
  const unread = onCluster(snapshot, 'owncluster02', (one) => ({
    ...one,
    state: { kind: 'unreachable', why: 'no answer: see @admins, https://example.com/ and #12' },
    objects: {},
  }));
  return driftIn(inSync, unread, []);
}

interface Report {
  readonly status: number;
  readonly json: string;
  readonly markdown: string;
}

function reported(drift: Drift, status: number): Report {
  const placeOf = ({ file }: { file: string }) => ({ file, path: '' });
  return { status, json: jsonDrift(drift, placeOf), markdown: markdownDrift(drift, placeOf) };
}

/** A program that keeps to what `tenantry drift` promises, and says a report that is made already. */
const standIn = `
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const value = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const world = process.env.DRIFT_WORLD;
const { status, json, markdown } = JSON.parse(readFileSync(world + '/report.json', 'utf8'));
const file = value('--kubeconfig');
const called = {
  args: args.map((arg) => arg.replace(/.*[/](?=kubeconfig$|snapshot$)/, '')),
  secret: process.env.TENANTRY_KUBECONFIG ?? null,
  ...(file && { kubeconfig: readFileSync(file, 'utf8'), mode: (statSync(file).mode & 0o777).toString(8), file }),
};
appendFileSync(world + '/calls', JSON.stringify(called) + '\\n');
if (value('--save')) writeFileSync(value('--save'), 'what was read');
else if (readFileSync(value('--snapshot'), 'utf8') !== 'what was read') process.exit(2);
process.stderr.write('::error::of a stranger\\n');
process.stdout.write(value('--format') === 'json' ? json : markdown);
process.exitCode = status;
`;

interface Called {
  readonly args: readonly string[];
  readonly secret: string | null;
  readonly kubeconfig?: string;
  readonly mode?: string;
  readonly file?: string;
}

interface Night {
  readonly read: JobResult;
  readonly issue: JobResult;
  readonly calls: readonly Called[];
}

async function night(repo: Hosted, report: Report, world: Partial<World> = {}): Promise<Night> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
  writeFileSync(join(folder, 'tenantry.mjs'), standIn);
  const { read, issue } = await runWorkflow('drift.yml', nightly, {
    ...repo,
    ...settings,
    env: { TENANTRY: join(folder, 'tenantry.mjs'), DRIFT_WORLD: folder, TMPDIR: folder },
    ...world,
  });
  if (!read || !issue) throw new Error('no job');
  // What it made for itself is gone.
  expect(readdirSync(folder).filter((name) => !/^(report\.json|tenantry\.mjs|calls)$/.test(name))).toEqual([]);
  const calls = existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').split('\n') : [];
  return { read, issue, calls: calls.filter(Boolean).map((line) => JSON.parse(line) as Called) };
}

const open = ({ api }: Hosted): Issue[] => api.issues.filter(({ state }) => state === 'open');

describe('the nightly drift', () => {
  it('opens an issue, keeps it up to date, and closes it when all is known to be in step', patience, async () => {
    const repo = await hosted();
    const forged = {
      number: 1,
      user: { login: 'mallory' },
      title: '',
      body: `${marker}\nNothing.`,
      state: 'open' as const,
    };
    const pull = { ...forged, number: 2, user: { login: bot }, pull_request: {} };
    repo.api.issues.push(forged, pull);

    const first = await night(repo, reported(drifted(['mallory', 'trudy']), 3));
    expect([first.read.result, first.issue.result]).toEqual(['success', 'success']);
    expect(repo.api.writes).toEqual(['POST issues']);
    const [, , issue] = repo.api.issues;
    expect(issue).toMatchObject({ number: 3, title: 'Clusters differ from Git', state: 'open' });
    expect(issue?.body).toMatch(/^<!-- tenantry-drift -->\n### tenantry drift: 2 differences on 1 of 2 clusters\n/);
    expect(issue?.body).toContain('user `mallory`, whom Git does not name, has `view` in `ruby-prod`');
    expect(issue?.body).toContain('[this run](https://github.example.com/acme/access/actions/runs/51)');
    expect(first.read.summary).toContain('### tenantry drift: 2 differences');

    // Nothing differs any more, as far as it is known.
    const second = await night(repo, reported(drifted([], false), 0));
    expect(second.issue.log).toContain('::notice::issue 3 is brought up to date');
    expect(issue).toMatchObject({ title: 'Whether clusters differ from Git is not wholly known', state: 'open' });
    expect(issue?.body).toContain('| `owncluster02` | ❔ unreachable |');

    const third = await night(repo, reported(drifted([]), 0));
    expect(third.issue.log).toContain('::notice::all clusters are in step, and issue 3 is closed');
    expect(issue).toMatchObject({ state: 'closed', state_reason: 'completed' });
    expect(issue?.body).toContain('2 of 2 clusters in step');

    await night(repo, reported(drifted([]), 0));
    expect(repo.api.writes).toEqual(['POST issues', 'PATCH issues/3', 'PATCH issues/3']);
    await night(repo, reported(drifted(['mallory']), 3));
    expect(open(repo).map(({ number }) => number)).toEqual([1, 2, 4]);
    expect([forged.body, pull.body]).toEqual([`${marker}\nNothing.`, `${marker}\nNothing.`]);
  });

  it('opens one where no cluster could be read, for that is not in step', patience, async () => {
    const repo = await hosted();
    const { issue } = await night(repo, reported(drifted([], false), 2));
    expect([issue.result, open(repo).length]).toEqual(['success', 1]);
  });

  it('reads once, and lets the kubeconfig out of no step but the one that reads', patience, async () => {
    const repo = await hosted();
    const { read, issue, calls } = await night(repo, reported(drifted(['mallory'], false), 3));
    expect(calls.map(({ args }) => args.join(' '))).toEqual([
      'drift --dir . --kubeconfig kubeconfig --save snapshot --format json',
      'drift --dir . --snapshot snapshot --format markdown',
    ]);
    expect(calls[0]).toMatchObject({ kubeconfig: `${kubeconfig}\n`, mode: '600', secret: null });
    expect(existsSync(calls[0]?.file ?? '/')).toBe(false);
    const artifacts = repo.api.artifacts.map(({ name, zip: bytes }) => [name, bytes.includes('of-the-viewer')]);
    expect(artifacts).toEqual([['drift', false]]);
    expect([read.log, read.summary, issue.log, issue.summary].join('')).not.toContain('of-the-viewer');
    // What it says of strangers is no command to the runner.
    expect(read.log).toMatch(/::stop-commands::([0-9a-f]{32})\n::error::of a stranger\n\n::\1::/);
  });

  it('fails, and leaves the issue as it is, where there is no report', patience, async () => {
    const repo = await hosted();
    await night(repo, reported(drifted(['mallory']), 3));
    const good = reported(drifted([]), 0);
    const cases: [Report, Partial<World>, RegExp][] = [
      [{ ...good, status: 1 }, {}, /::error::there is no report/],
      [{ ...good, status: 2, json: '' }, {}, /::error::there is no report/],
      [{ ...good, json: '' }, {}, /::error::there is no report/],
      [{ ...good, markdown: '' }, {}, /::error::there is no report/],
      [good, { secrets: {} }, /::error::there is no kubeconfig: .* the secret TENANTRY_KUBECONFIG/],
    ];
    for (const [report, world, message] of cases) {
      const { read, issue } = await night(repo, report, world);
      expect(read.log).toMatch(message);
      expect([read.result, issue.result]).toEqual(['failure', 'skipped']);
    }
    expect(repo.api.writes).toEqual(['POST issues']);
  });

  it('runs only where it is turned on', patience, async () => {
    const repo = await hosted();
    const { read, issue, calls } = await night(repo, reported(drifted([]), 0), { vars: {} });
    expect([read.result, issue.result, calls]).toEqual(['skipped', 'skipped', []]);
  });

  it('takes from the other job two plain files, and no more', patience, async () => {
    const repo = await hosted();
    const { json, markdown } = reported(drifted([]), 0);
    const forgeries: [readonly ZipEntry[], RegExp][] = [
      [[{ name: 'drift.json', content: json }], /lacks drift\.md/],
      [
        [
          { name: 'drift.json', content: json },
          { name: 'drift.md', content: markdown },
          { name: 'github.mjs', content: '' },
        ],
        /unexpected file "github\.mjs"/,
      ],
      [
        [
          { name: 'drift.json', content: json },
          { name: 'drift.md', content: '/etc/passwd', mode: 0o120777 },
        ],
        /drift\.md is no plain file/,
      ],
    ];
    for (const [entries, message] of forgeries) {
      const { issue } = await night(repo, reported(drifted([]), 0), {
        before: (step) => {
          if (step.includes('fetch-artifact')) repo.api.artifacts.push({ run: 51, name: 'drift', zip: zip(entries) });
        },
      });
      expect(issue.log).toMatch(message);
      expect(issue.result).toBe('failure');
    }
    expect(repo.api.writes).toEqual([]);
  });
});

/** What drift-issue.mjs makes of a report. */
async function written({ json, markdown }: { readonly json: string; readonly markdown: string | Buffer }) {
  const github = await gitHub();
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'report'));
  writeFileSync(join(folder, 'report/drift.json'), json);
  writeFileSync(join(folder, 'report/drift.md'), markdown);
  const { code, log } = await runScript('.github/scripts/drift-issue.mjs', folder, {
    REPORT: join(folder, 'report'),
    GITHUB_RUN_ID: '51',
    GITHUB_TOKEN: token,
    GITHUB_REPOSITORY: repositoryName,
    GITHUB_API_URL: github.url,
  });
  return { code, log, issues: github.issues, writes: github.writes };
}

describe('the issue', () => {
  it('takes whatever the report may quote, which orders nothing there', async () => {
    const names = [
      '@admins',
      'closes #1',
      'a`@b',
      '[x](https://evil.example.com)',
      '\\`@c',
      '``',
      'www.evil.example.com',
    ];
    const { code, log, issues } = await written(reported(drifted(names, false), 3));
    expect({ code, log }).toEqual({ code: 0, log: '::notice::issue 1 is opened\n' });
    expect(issues[0]?.body).toContain('`@admins`');
  });

  it('is cut between lines where it is too long, and says so', async () => {
    const { json, markdown } = reported(drifted(['mallory']), 3);
    const lines = Array.from({ length: 3000 }, (_, i) => `- ➕ user \`m${i}\` has \`view\` in \`ruby-prod\``);
    const { code, issues } = await written({ json, markdown: `${markdown}${lines.join('\n')}\n` });
    const body = issues[0]?.body ?? '';
    expect([code, body.length <= 65_536, body.length > 65_000]).toEqual([0, true, true]);
    const kept = body.split('\n').filter((line) => line.startsWith('- ➕ user `m')).length;
    expect(body).toMatch(
      new RegExp(
        `\`ruby-prod\`\n\n\\*\\*The report is cut here: ${3001 - kept} more lines are in \`drift\\.md\`, in the artifact \`drift\` of \\[this run\\]`,
      ),
    );
    expect(body).toMatch(/This issue closes once every cluster could be read whole and is in step\.<\/sub>$/);
  });

  const cluster = { cluster: 'a', inStep: true, findings: [], notApplied: [], unknown: [] };
  const inStep = { formatVersion: 1, inStep: true, complete: true, clusters: [cluster] };
  const good = '### tenantry drift: 1 of 1 cluster in step\n';
  const json = (change: object): [string, string] => [JSON.stringify({ ...inStep, ...change }), good];
  const refused: [string, [json: string, markdown: string | Buffer], RegExp][] = [
    ['of another version', json({ formatVersion: 2 }), /drift\.json is refused: its formatVersion is not 1/],
    ['that is no JSON', ['{', good], /drift\.json is not JSON/],
    ['that is no object', ['null', good], /drift\.json is no JSON object/],
    ['without clusters', json({ clusters: undefined }), /it is of another shape/],
    ['with something else for a cluster', json({ clusters: [null] }), /a cluster in it is of another shape/],
    [
      'that is in step with a difference',
      json({ clusters: [{ ...cluster, findings: [{}] }] }),
      /a cluster in it contradicts itself/,
    ],
    [
      'that is in step with something not applied yet',
      json({ clusters: [{ ...cluster, notApplied: [{}] }] }),
      /a cluster in it contradicts itself/,
    ],
    [
      'that is in step with something unknown',
      json({ clusters: [{ ...cluster, unknown: [{}] }] }),
      /a cluster in it contradicts itself/,
    ],
    [
      'that is in step with a cluster that is not',
      json({ clusters: [{ ...cluster, inStep: false, unknown: [{}] }], complete: false }),
      /drift\.json is refused: it contradicts itself/,
    ],
    [
      'that is complete without a cluster that is not',
      json({ clusters: [{ ...cluster, inStep: false, unknown: [{}] }], inStep: false }),
      /drift\.json is refused: it contradicts itself/,
    ],
    ['that begins as no report', [JSON.stringify(inStep), 'All is well.\n'], /does not begin as a report does/],
    ['that is no text', [JSON.stringify(inStep), Buffer.from([0x23, 0xff])], /no UTF-8/],
    ['with what a terminal obeys', [JSON.stringify(inStep), `${good}\u001b[2J\n`], /control characters/],
    ['that calls somebody', [JSON.stringify(inStep), `${good}\n- @admins\n`], /its line 3 mentions/],
    ['that closes an issue', [JSON.stringify(inStep), `${good}\n- closes #1\n`], /its line 3 mentions/],
    ['with an address', [JSON.stringify(inStep), `${good}\n- https://evil.example.com\n`], /its line 3 mentions/],
    ['that escapes out of its code', [JSON.stringify(inStep), `${good}\n- \\\`@admins\`\n`], /its line 3 mentions/],
  ];
  it.each(refused)('is not of a report %s', async (_, [text, markdown], message) => {
    const { code, log, writes } = await written({ json: text, markdown });
    expect(log).toMatch(message);
    expect(log).toMatch(/^::error::/);
    expect({ code, writes }).toEqual({ code: 1, writes: [] });
  });

  it('stays open for an organization without clusters: nothing was read there', async () => {
    const { issues } = await written({ json: JSON.stringify({ ...inStep, clusters: [] }), markdown: good });
    expect(issues).toMatchObject([{ state: 'open', title: 'Whether clusters differ from Git is not wholly known' }]);
  });
});
