import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfigFiles } from '../src/config/reading/files.ts';
import { resolve } from '../src/config/model/resolve.ts';
import type { Rendered } from '../src/manifests/render.ts';
import { render } from '../src/manifests/render.ts';
import { memoryTree } from '../src/tree/tree.ts';
import type { FleetFiles } from './fleet.ts';
import {
  everythingChanged,
  everythingWrong,
  fleet,
  fleetSize,
  inAnotherStyle,
  oneTenantChanged,
  widelyShared,
} from './fleet.ts';
import { peerValues, writeChart } from './peers.ts';
import type { Program } from './process.ts';
import type { Programs } from './programs.ts';

/** The day that the bench takes for today, so that it does the same work on every day. */
const asOf = '2026-06-15';

/** Cases that the bars name. */
export const otherStyle = 'validate, as other programs write it';
export const sharedCold = 'synth, cold, 300 groups on each cluster';
export const sharedHelm = 'helm template, the same';

/** Something that is measured: a program on a fleet. */
export interface Case {
  readonly name: string;
  /** The program; `run` counts from 1. */
  readonly program: (run: number) => Program;
  /** What has to be done before each run. */
  readonly prepare?: (run: number) => void;
  /** Exit code; 0 unless told otherwise. */
  readonly code?: number;
  /** The program prints its seconds itself. */
  readonly printsSeconds?: true;
}

/** A fleet of a size, and all that is measured with it, in the order in which it is to run. */
export interface Bench {
  readonly namespaces: number;
  readonly files: number;
  readonly objects: number;
  readonly megabytes: number;
  readonly cases: readonly Case[];
}

/**
 * Writes a fleet and what its peers need below `folder`, which is not there yet, and says what to measure.
 *
 * Nothing is deleted, and what writes files writes them into a new folder in each run: on ext4, inodes that were freed are
 * not used again for a minute, and each new file has to look past them, which takes longer than all else.
 */
export async function benchOf(root: string, folder: string, namespaces: number, peers: Programs): Promise<Bench> {
  const files = fleet(fleetSize(namespaces));
  const at = (name: string): string => join(folder, name);
  for (const name of ['fleet', 'wrong', 'chart', 'shared-chart']) mkdirSync(at(name), { recursive: true });
  write(at('fleet'), files);
  write(at('wrong'), everythingWrong(files));

  write(at('other-style'), inAnotherStyle(files));
  const shared = widelyShared(files);
  write(at('shared'), shared);
  writeChart(at('shared-chart'), peerValues(await renderedFrom(shared)));

  const rendered = await renderedFrom(files);
  const values = peerValues(rendered);
  writeChart(at('chart'), values);
  writeFileSync(at('values.json'), JSON.stringify(values));
  writeFileSync(
    at('bytes.json'),
    JSON.stringify(Object.fromEntries(rendered.files.map(({ path, text }) => [path, text]))),
  );
  write(join(at('fleet'), 'dist'), Object.fromEntries(rendered.files.map(({ path, text }) => [path, text])));
  commit(at('fleet'));

  const tenantry =
    (...args: string[]) =>
    (run: number): Program => ({
      file: process.execPath,
      args: [join(root, 'build/cli.js'), ...args, '--as-of', asOf],
      cwd: at('fleet'),
      env: { XDG_CACHE_HOME: at(`cache-${run}`) },
    });
  const now = (version: FleetFiles) => (): void => {
    write(at('fleet'), version);
  };
  const one = oneTenantChanged(files);
  const dist = join(at('fleet'), 'dist');
  const kustomize = { file: peers.kubectl, args: ['kustomize', kustomization(at('kustomize'), rendered.files)] };
  const cases: Case[] = [
    { name: 'validate', program: tenantry('validate'), prepare: now(files) },
    { name: otherStyle, program: (run) => ({ ...tenantry('validate')(run), cwd: at('other-style') }) },
    {
      name: 'synth, cold',
      program: tenantry('synth'),
      prepare: (run) => {
        renameSync(dist, at(`dist-${run}`));
      },
    },
    { name: 'synth, nothing changed', program: tenantry('synth') },
    { name: 'synth, one tenant changed', program: tenantry('synth'), prepare: now(one) },
    { name: 'synth --check', program: tenantry('synth', '--check') },
    {
      name: 'plan, one tenant changed',
      program: tenantry('plan', '--base', 'HEAD'),
      prepare: () => {
        refreshIndex(at('fleet'));
      },
    },
    {
      name: 'plan, everything changed',
      program: tenantry('plan', '--base', 'HEAD'),
      prepare: () => {
        write(at('fleet'), everythingChanged(files));
        refreshIndex(at('fleet'));
      },
    },
    { name: 'access list', program: tenantry('access', 'list', '--format', 'json'), prepare: now(files) },
    { name: 'access who-can', program: tenantry('access', 'who-can', 'edit', '--cluster', 'c0000') },
    { name: 'access what-can', program: tenantry('access', 'what-can', 't0000-p2') },
    { name: 'explain', program: tenantry('explain', 't0000') },
    {
      name: 'validate, a mistake in every share',
      program: (run) => ({ ...tenantry('validate')(run), cwd: at('wrong') }),
      code: 1,
    },
    {
      name: 'helm template',
      program: () => ({
        file: peers.helm,
        args: ['template', 'bench', at('chart/chart'), '-f', at('chart/values.yaml')],
      }),
    },
    {
      name: sharedCold,
      program: (run) => ({
        ...tenantry('synth')(run),
        cwd: at('shared'),
        env: { XDG_CACHE_HOME: at(`shared-${run}`) },
      }),
      prepare: (run) => {
        if (run > 1) renameSync(join(at('shared'), 'dist'), at(`shared-dist-${run}`));
      },
    },
    {
      name: sharedHelm,
      program: () => ({
        file: peers.helm,
        args: ['template', 'bench', at('shared-chart/chart'), '-f', at('shared-chart/values.yaml')],
      }),
    },
    {
      name: 'plain cdk8s',
      program: (run) => ({
        file: process.execPath,
        args: [peers.plainCdk8s, at('values.json'), at(`cdk8s-${run}`)],
      }),
    },
    {
      name: 'bare writing',
      program: (run) => ({
        file: process.execPath,
        args: [peers.writeBytes, at('bytes.json'), at(`bytes-${run}`)],
      }),
      printsSeconds: true,
    },
    // Kustomize reads what others have printed, and takes minutes for more.
    ...(namespaces <= 1000 ? [{ name: 'kubectl kustomize', program: () => kustomize }] : []),
  ];
  return {
    namespaces,
    files: rendered.files.length,
    objects: rendered.objects.length,
    megabytes: rendered.files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 1e6,
    cases,
  };
}

async function renderedFrom(files: FleetFiles): Promise<Rendered> {
  const noTypeScript = () => Promise.reject(new Error('no TypeScript here'));
  return render(resolve(await readConfigFiles(memoryTree(files), noTypeScript)), asOf);
}

function write(folder: string, files: FleetFiles): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
}

function commit(folder: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
  git('init', '--quiet');
  git('add', '.');
  git(
    '-c',
    'user.name=bench',
    '-c',
    'user.email=bench@example.com',
    '-c',
    'commit.gpgSign=false',
    'commit',
    '--quiet',
    '-m',
    'fleet',
  );
}

/**
 * Lets Git see that files were written as they were, as after a checkout: else it reads all of `dist/`, which the cold
 * `synth` has just put there anew.
 */
function refreshIndex(folder: string): void {
  execFileSync('git', ['status', '--porcelain'], { cwd: folder, stdio: 'ignore' });
}

/** One kustomization over the namespaces' files of the first cluster, which is as many as it takes to see. */
function kustomization(folder: string, files: readonly { readonly path: string; readonly text: string }[]): string {
  const namespaces = files.filter(({ path }) => path.includes('/namespaces/'));
  write(folder, Object.fromEntries(namespaces.map(({ path, text }) => [path, text])));
  // One name may be on several clusters, and Kustomize wants each object once.
  const clusters = readdirSync(folder);
  const [first = ''] = clusters;
  const resources = readdirSync(join(folder, first, 'namespaces')).map((file) => `  - namespaces/${file}\n`);
  writeFileSync(join(folder, first, 'kustomization.yaml'), `resources:\n${resources.join('')}`);
  return join(folder, first);
}
