import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/app/io.ts';
import { runCommandLine } from '../../src/command-line.ts';
import type { ApiServer, Asked, Reply } from '../support/api-server.ts';
import { startApiServer } from '../support/api-server.ts';
import { tenantryHere } from '../support/cli.ts';
import { exampleDay, exampleOrganization } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/** `tenantry status --watch`, with the clock, the sleep and the Ctrl-C of the test. */

const clusterFile = 'clusters/prodcluster01.yaml';
const solar = 'tenants/solar.yaml';

/** The example organization, with its cluster on a server. */
function organizationOn({ url, certificateAuthority }: ApiServer): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    ...exampleOrganization,
    [clusterFile]: exampleOrganization[clusterFile].replace('https://prodcluster01.example.com:6443', url),
    'clusters/example-ca.pem': certificateAuthority,
  });
  return folder;
}

const list = (...items: object[]): Reply => ({ body: { metadata: {}, items } });

function contents({ path }: Asked): Reply | undefined {
  if (path === '/api/v1/namespaces') {
    return list({
      metadata: { name: 'solar-prod', creationTimestamp: '2026-01-14T12:00:00Z' },
      status: { phase: 'Active' },
    });
  }
  if (path === '/api/v1/nodes' || path.endsWith('/rolebindings')) return list();
  return undefined;
}

interface Watching {
  readonly args?: readonly string[];
  readonly server: ApiServer;
  readonly folder?: string;
  /** What happens in the world while the program sleeps for the first time, the second time, …; then comes Ctrl-C. */
  readonly naps?: readonly (() => unknown)[];
  /** Ctrl-C comes while this round reads, and not after it. */
  readonly endsWhileReading?: Promise<unknown>;
  readonly out?: Partial<Io['out']>;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: that of the server. */
  readonly kubeconfig?: string;
}

interface Watched {
  readonly code: number;
  /** What was written to the terminal, piece by piece. */
  readonly writes: readonly string[];
  readonly stderr: string;
  /** How long it slept, in seconds. */
  readonly slept: readonly number[];
}

/** A clock that goes on by a second each time that it is looked at, and by what is slept. */
async function watch({
  args = ['--watch'],
  server,
  folder = organizationOn(server),
  naps = [],
  endsWhileReading,
  out = {},
  env = {},
  kubeconfig = server.kubeconfig(),
}: Watching): Promise<Watched> {
  const writes: string[] = [];
  const slept: number[] = [];
  let stderr = '';
  let time = Date.parse('2026-01-15T12:00:00Z');
  let end: (value?: unknown) => void = () => undefined;
  const ended = new Promise((resolve) => (end = resolve));
  void endsWhileReading?.then(end);
  const err = (text: string): void => void (stderr += text);
  const code = await runCommandLine(
    ['status', ...args, ...(args.includes('--snapshot') ? [] : ['--kubeconfig', kubeconfig]), '--as-of', exampleDay],
    {
      io: () => ({
        dir: folder,
        cwd: folder,
        today: exampleDay,
        now: () => new Date(time),
        nodePath: process.execPath,
        environment: { PATH: process.env['PATH'], ...env },
        version: 'test',
        waiting: () => ({
          ended,
          sleep: async (milliseconds) => {
            time += milliseconds;
            slept.push(milliseconds / 1000);
            const nap = naps[slept.length - 1];
            if (nap) await nap();
            else {
              end();
              await new Promise(() => undefined);
            }
          },
        }),
        out: { write: (text) => void writes.push(text), colour: false, width: 100, height: 24, ...out },
        err: { write: err, colour: false },
      }),
      out: (text) => void writes.push(text),
      err,
    },
  );
  return { code, writes, stderr, slept };
}

/** Lines as they are drawn: what was behind each is cleared. */
const drawn = (...lines: string[]): string => `\r${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`;
const up = (rows: number): string => `\u001b[${rows}A`;

describe('status --watch', () => {
  it('reads again every 30 seconds and writes over the view; what cannot be read now is unknown now', async () => {
    let isThere = true;
    const server = await startApiServer((asked) => (isThere ? contents(asked) : { cut: 'reset' }));
    const folder = organizationOn(server);
    const { code, writes, stderr, slept } = await watch({
      server,
      folder,
      naps: [
        () => {
          isThere = false;
        },
        () => {
          isThere = true;
          writeFiles(folder, { [solar]: `${exampleOrganization[solar]}    - name: next\n` });
        },
      ],
    });
    const first = [
      'NAME         CLUSTER         STATUS   AGE',
      'solar-prod   prodcluster01   Active   24h',
      '',
      '1 namespace on 1 cluster: 1 Active',
    ];
    const second = [
      'NAME         CLUSTER         STATUS',
      'solar-prod   prodcluster01   Unknown',
      '',
      '1 namespace on 1 cluster: 1 unknown; 1 of 1 cluster not known, or in part',
      `unknown: prodcluster01 is unreachable: WHY`,
      `  help: check endpoint and CA in ${clusterFile}, and whether you need a VPN or a proxy to get to SERVER`,
    ];
    const third = [
      'NAME         CLUSTER         STATUS    AGE',
      'solar-next   prodcluster01   Missing',
      'solar-prod   prodcluster01   Active    24h',
      '',
      '2 namespaces on 1 cluster: 1 Active, 1 missing',
    ];
    const steady = (text: string): string =>
      text.replaceAll(server.url, 'SERVER').replaceAll(/(is unreachable: ).*?(?=\u001b)/g, '$1WHY');
    expect(writes.map(steady)).toEqual([
      drawn(...first, 'Read at 2026-01-15T12:00:00Z; next reading at 2026-01-15T12:00:30Z. Ctrl-C ends this.'),
      up(5) +
        drawn(...first, 'Read at 2026-01-15T12:00:00Z; reading again since 2026-01-15T12:00:30Z. Ctrl-C ends this.'),
      up(5) + drawn(...second, 'Read at 2026-01-15T12:00:30Z; next reading at 2026-01-15T12:01:00Z. Ctrl-C ends this.'),
      // What is wrong takes two rows, and so does the line of help.
      up(9) +
        drawn(...second, 'Read at 2026-01-15T12:00:30Z; reading again since 2026-01-15T12:01:00Z. Ctrl-C ends this.'),
      up(9) + drawn(...third, 'Read at 2026-01-15T12:01:00Z; next reading at 2026-01-15T12:01:30Z. Ctrl-C ends this.'),
      up(6) + drawn(...third, 'Read at 2026-01-15T12:01:00Z.'),
    ]);
    expect({ code, stderr, slept }).toEqual({ code: 0, stderr: '', slept: [30, 30, 30] });
  });

  it('shows the clusters too, as often as it is told', async () => {
    const server = await startApiServer(contents);
    const { code, writes, slept } = await watch({
      server,
      args: ['clusters', '--watch', '5'],
      naps: [() => undefined],
    });
    expect(writes[0]).toContain('CONNECTION');
    expect({ code, slept, times: writes.length }).toEqual({ code: 0, slept: [5, 5], times: 4 });
    expect(server.asked.filter(({ path }) => path === '/version')).toHaveLength(2);
  });

  it('takes what a round needs from the kubeconfig of that time, and keeps none of it', async () => {
    const server = await startApiServer(contents);
    const kubeconfig = server.kubeconfig({ user: { token: 'of-the-first' } });
    await watch({
      server,
      kubeconfig,
      naps: [
        () => {
          copyFileSync(server.kubeconfig({ user: { token: 'of-the-second' } }), kubeconfig);
        },
      ],
    });
    const tokens = server.asked.flatMap(({ headers }) => headers.authorization ?? []);
    expect([...new Set(tokens)]).toEqual(['Bearer of-the-first', 'Bearer of-the-second']);
  });

  it('looks anew at the terminal each time', async () => {
    const server = await startApiServer(contents);
    let width = 100;
    const out = {
      get width() {
        return width;
      },
    };
    const { writes } = await watch({ server, out, naps: [() => (width = 30)] });
    // What was drawn in five rows takes ten of the narrower terminal.
    expect(writes[1]?.startsWith(`${up(10)}\r`)).toBe(true);
    expect(writes[2]).toContain('pr…ter01');
  });

  it('goes on where a file is wrong for a while, and says so in the place of the view', async () => {
    const server = await startApiServer(contents);
    const folder = organizationOn(server);
    const { code, writes } = await watch({
      server,
      folder,
      naps: [
        () => {
          writeFileSync(join(folder, solar), 'kind: Tenant\n');
        },
        () => {
          rmSync(folder, { recursive: true });
        },
      ],
    });
    expect(code).toBe(0);
    const [problems = '', failure = ''] = [writes[2], writes[4]];
    expect(problems).toContain('error[');
    expect(problems).not.toContain('Active');
    expect(failure).toContain(`error: there is no folder ${folder}`);
    expect(failure).not.toContain('Active');
  });

  it('ends at once where it is ended while it reads, and shows nothing that it did not read', async () => {
    let ask: (value?: unknown) => void = () => undefined;
    const endsWhileReading = new Promise((resolve) => (ask = resolve));
    const server = await startApiServer(() => {
      ask();
      return { cut: 'silent' };
    });
    const { code, writes, stderr } = await watch({ server, endsWhileReading });
    expect({ code, writes, stderr }).toEqual({ code: 0, writes: [], stderr: '' });
  });

  it('ends with 2 where the first round cannot be, for the arguments may be wrong', async () => {
    const server = await startApiServer(contents);
    const { code, writes, stderr } = await watch({ server, args: ['--watch', '--tenant', 'solr'] });
    expect({ code, writes }).toEqual({ code: 2, writes: [] });
    expect(stderr).toMatch(/^error: .*solr/);
  });

  const refusals: [string, Partial<Watching>, RegExp][] = [
    ['for programs', { args: ['--watch', '--format', 'json'] }, /^error: --watch shows a view in a terminal, and json/],
    [
      'for spreadsheets',
      { args: ['--watch', '--format', 'csv'] },
      /^error: --watch shows a view in a terminal, and csv/,
    ],
    ['of what was saved', { args: ['--watch', '--snapshot', 'a.json'] }, /'--watch \[seconds\]' cannot be used with/],
    ['for scripts', { args: ['--watch', '--require-all'] }, /'--watch \[seconds\]' cannot be used with/],
    ['more often', { args: ['--watch', '4'] }, /Give whole seconds, at least 5/],
    ['for no time', { args: ['--watch', 'clusters'] }, /Give whole seconds, at least 5/],
    [
      'on a terminal without a cursor',
      { env: { TERM: 'dumb' } },
      /^error: --watch needs a terminal to write to\nhelp: /,
    ],
  ];
  it.each(refusals)('is nothing %s', async (_, how, message) => {
    const server = await startApiServer(contents);
    const { code, writes, stderr } = await watch({ server, ...how });
    expect(stderr).toMatch(message);
    expect({ code, writes, asked: server.asked }).toEqual({ code: 2, writes: [], asked: [] });
  });

  it('is nothing where nobody is looking', async () => {
    const server = await startApiServer(contents);
    const folder = organizationOn(server);
    const { code, stdout, stderr } = await tenantryHere(['status', '--watch', '--dir', folder]);
    expect({ code, stdout, asked: server.asked }).toEqual({ code: 2, stdout: '', asked: [] });
    expect(stderr).toMatch(/^error: --watch needs a terminal to write to\n/);
  });
});
