import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { programFolder } from '../test/argo-cd/binaries.ts';
import type { LiveSize } from './live-fleet.ts';
import { checkStatus, clusterNames } from './live-fleet.ts';
import { startFleet } from './live-process.ts';
import type { LiveFleet, LiveOptions } from './live-servers.ts';
import { replacedBetween, table } from './page.ts';
import type { Program, Run } from './process.ts';
import { median, runProgram } from './process.ts';

/**
 * Measures how long the state of live clusters takes to read, beside kubectl (`npm run argo-cd` builds it), and prints it:
 *
 *     npm run bench:live                 100 clusters with 100 namespaces each, and one with 10,000: some minutes
 *     npm run bench:live -- --small      5 clusters, and one with 500 namespaces, once: only shows that the bench runs
 *     npm run bench:live -- --rtt 50     as far away as 50 ms for a round trip
 *     npm run bench:live -- --runs 5
 *     npm run bench:live -- --write      writes docs/performance.md as well
 *
 * It fails when a program fails, when what it tells is not so, and when it asks a cluster more often than it may; never
 * because something is slow.
 */
const options = process.argv.slice(2);
const option = (name: string): string | undefined => options[options.indexOf(`--${name}`) + 1 || options.length];
const small = options.includes('--small');
const runs = Number(option('runs') ?? (small ? 1 : 3));
const rtt = Number(option('rtt') ?? 0);

const root = join(import.meta.dirname, '..');

/** Something that is run against a fleet. */
interface Case {
  readonly name: string;
  readonly program: Program;
  /** Throws unless what it prints is right. */
  readonly check?: (stdout: string) => void;
  /** Processor time in seconds, from what it prints; else it is looked up while it runs. */
  readonly cpuSeconds?: (stdout: string) => number;
  /** Requests that it may send to each cluster. */
  readonly mostRequests?: number;
}

interface Figures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
  /** Of the cluster that was asked most. */
  readonly requests: number;
}

/** What one fleet's clients did. */
interface Measured {
  readonly size: LiveSize;
  readonly figures: ReadonlyMap<string, Figures>;
}

const status = 'status';
const kubectlEach = 'kubectl get, for each kind';
const kubectlOnce = 'kubectl get, all kinds at once';

/** One request for the version and one for each kind: what a fleet of a hundred is read with (docs/performance.md). */
const mostRequests = (namespaces: number): number => 1 + pages(3) + pages(namespaces) + pages(3 * namespaces);
const pages = (objects: number): number => Math.ceil(objects / 1000);

/** What is measured on a fleet, in turn. */
function casesOf(folder: string, size: LiveSize): Case[] {
  const kubeconfig = join(folder, 'kubeconfig');
  const tenantry = (...args: string[]): Program => ({
    file: process.execPath,
    args: [join(root, 'build/cli.js'), ...args, '--kubeconfig', kubeconfig, '--as-of', '2026-06-15'],
    cwd: join(folder, 'organization'),
  });
  const kubectl = (name: string, lines: (cluster: string) => readonly string[]): Program => {
    const list = join(folder, name);
    writeFileSync(list, clusterNames(size).flatMap(lines).join('\n'));
    const command = [
      join(programFolder(), 'kubectl'),
      '--kubeconfig',
      kubeconfig,
      '--cache-dir',
      join(folder, 'cache'),
    ];
    // What kubectl prints is thrown away by the shell, and not read here. Whoever looks from outside does not see the time of
    // the last ones, so the shell tells it.
    const script = 'list=$1; shift; xargs -a "$list" -P 16 -L 1 "$@" > /dev/null; code=$?; times; exit $code';
    return { file: 'sh', args: ['-c', script, 'sh', list, ...command] };
  };
  const kinds = ['nodes', 'namespaces', 'rolebindings'];
  const get = (cluster: string, what: string): string => `--context ${cluster} get ${what} -A -o json`;
  return [
    {
      name: status,
      program: tenantry('status', '--format', 'json'),
      check: (stdout) => {
        checkStatus(size, stdout);
      },
      mostRequests: mostRequests(size.namespaces),
    },
    // The place for `drift`: the fleet answers all lists that it reads, and holds what is rendered.
    {
      name: kubectlEach,
      program: kubectl('each', (cluster) => kinds.map((kind) => get(cluster, kind))),
      cpuSeconds: timesOf,
    },
    { name: kubectlOnce, program: kubectl('once', (cluster) => [get(cluster, kinds.join(','))]), cpuSeconds: timesOf },
  ];
}

/** What the shell's `times` says, such as `0m1.20s 0m0.30s`, for itself and for all that it has waited for. */
function timesOf(text: string): number {
  return Array.from(
    text.matchAll(/(\d+)m([\d.]+)s/g),
    ([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds),
  ).reduce((sum, one) => sum + one, 0);
}

/** The medians of some rounds of all cases, in turn, after one that counts for none of them: the servers make answers once. */
async function measure(folder: string, on: LiveOptions): Promise<Measured> {
  const fleet = await startFleet(on);
  try {
    writeFleet(folder, fleet);
    const cases = casesOf(folder, on);
    const seen = new Map(cases.map(({ name }) => [name, new Array<Run & { readonly requests: number }>()]));
    for (let run = 0; run <= runs; run++) {
      for (const one of cases) {
        if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${on.clusters} clusters, run ${run}: ${one.name}`);
        const result = await runCase(one, fleet);
        if (run > 0) seen.get(one.name)?.push(result);
      }
    }
    return { size: on, figures: new Map(Array.from(seen, ([name, all]) => [name, figuresOf(all)])) };
  } finally {
    await fleet.stop();
  }
}

async function runCase(
  { name, program, check, cpuSeconds, mostRequests: most = Infinity }: Case,
  fleet: LiveFleet,
): Promise<Run & { readonly requests: number }> {
  await fleet.requests();
  const result = await runProgram(program);
  const requests = Math.max(...Object.values(await fleet.requests()));
  if (result.code !== 0) throw new Error(`${name} ended with ${result.code ?? 'a signal'}:\n${result.stderr}`);
  check?.(result.stdout);
  if (requests > most) throw new Error(`${name} has sent a cluster ${requests} requests, and may send ${most}`);
  return { ...result, ...(cpuSeconds && { cpuSeconds: cpuSeconds(result.stdout) }), requests };
}

function figuresOf(all: readonly (Run & { readonly requests: number })[]): Figures {
  return {
    seconds: median(all.map(({ seconds }) => seconds)),
    cpuSeconds: median(all.map(({ cpuSeconds = NaN }) => cpuSeconds)),
    megabytes: Math.max(...all.map(({ megabytes = NaN }) => megabytes)),
    requests: Math.max(...all.map(({ requests }) => requests)),
  };
}

function writeFleet(folder: string, { files, kubeconfig }: LiveFleet): void {
  mkdirSync(folder);
  for (const [path, text] of Object.entries({ ...inFolder('organization', files), kubeconfig })) {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  }
}

function inFolder(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

function tableOf({ size, figures }: Measured): string {
  const yardstick = figures.get(kubectlEach)?.seconds ?? NaN;
  const objects = size.clusters * size.namespaces;
  const title = `### ${counted(size.clusters, 'cluster')}, ${objects.toLocaleString('en')} namespaces, ${(3 * objects).toLocaleString('en')} RoleBindings`;
  return `${title}\n\n${table(
    ['', 'seconds', 'of kubectl for each kind', 'seconds of processor time', 'MB of memory', 'requests to a cluster'],
    Array.from(figures, ([name, { seconds, cpuSeconds, megabytes, requests }]) => [
      name,
      seconds.toFixed(2),
      (seconds / yardstick).toFixed(2),
      cpuSeconds.toFixed(2),
      // Of many processes, nobody has counted what they hold together.
      name === status ? megabytes.toFixed(0) : '',
      String(requests),
    ]),
  )}`;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

const work = mkdtempSync(join(tmpdir(), 'tenantry-bench-live-'));
try {
  const before = loadavg()[0] ?? NaN;
  const sizes: readonly LiveSize[] = small
    ? [
        { clusters: 5, namespaces: 100 },
        { clusters: 1, namespaces: 500 },
      ]
    : [
        { clusters: 100, namespaces: 100 },
        { clusters: 1, namespaces: 10_000 },
      ];
  const measured: Measured[] = [];
  for (const [i, size] of sizes.entries()) measured.push(await measure(join(work, String(i)), { ...size, rtt }));
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const about = `Node.js ${process.version}, ${availableParallelism()} cores, a load of ${before.toFixed(1)} before it began; medians of ${counted(runs, 'run')}; a round trip of ${rtt} ms.`;
  const text = [about, ...measured.map(tableOf)].join('\n\n');
  console.log(text);
  if (options.includes('--write')) {
    const page = join(root, 'docs/performance.md');
    const marks = { begin: '<!-- live: written by npm run bench:live -- --write -->', end: '<!-- end of live -->' };
    writeFileSync(page, replacedBetween(readFileSync(page, 'utf8'), marks, text));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
