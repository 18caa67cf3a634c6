import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { temporaryFolder } from './folders.ts';
import type { GitHub } from './github.ts';
import { repositoryName, token } from './github.ts';
import { zip } from './zip.ts';

/**
 * The part of a GitHub Actions runner that this repository's workflows use: it takes their jobs, steps, conditions and
 * expressions from the workflow files themselves, and runs the shell steps for real.
 *
 * Of actions it knows the effect: checkout fetches from the origin, as deep as it says; upload-artifact hands files to the
 * API; what sets up Node.js or Go does nothing. In place of `npm ci`, which would compile the program anew for each test,
 * stands this repository's own build.
 */
export interface Trigger {
  readonly event: 'pull_request' | 'push' | 'merge_group' | 'workflow_run' | 'workflow_dispatch' | 'schedule';
  readonly payload: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** `refs/heads/main`, `refs/pull/1/merge`: what a checkout without `ref` gets. */
  readonly ref: string;
  readonly run: number;
}

export interface World {
  /** A bare repository. */
  readonly origin: string;
  readonly api: GitHub;
  /** Added to the environment of every step. */
  readonly env?: Readonly<Record<string, string>>;
  /** The variables and the secrets of the repository's settings. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Called before each step that runs; tests move the world on here. */
  readonly before?: (step: string) => void;
  /** Steps that are left out: those that take their time, and that the test says nothing about. */
  readonly without?: RegExp;
}

export interface StepResult {
  readonly name: string;
  readonly outcome: 'success' | 'failure' | 'skipped';
  readonly log: string;
}

export interface JobResult {
  readonly result: 'success' | 'failure' | 'skipped';
  readonly steps: readonly StepResult[];
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly workspace: string;
}

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly 'working-directory'?: string;
  readonly env?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly steps: readonly Step[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly defaults?: { readonly run: { readonly 'working-directory': string } };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
}

export interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = resolve(import.meta.dirname, '../..');
export const workflowFolder = join(root, '.github/workflows');
const compileCache = join(root, 'node_modules/.cache/compiled');

export function workflow(file: string): Workflow {
  return parse(readFileSync(join(workflowFolder, file), 'utf8')) as Workflow;
}

/** Runs all jobs of a workflow, in the order of the file, which is that of their needs. */
export async function runWorkflow(file: string, trigger: Trigger, world: World): Promise<Record<string, JobResult>> {
  const results: Record<string, JobResult> = {};
  for (const [id, job] of Object.entries(workflow(file).jobs)) results[id] = await runJob(job, trigger, world, results);
  return results;
}

type Context = Readonly<Record<string, unknown>>;

async function runJob(
  job: Job,
  trigger: Trigger,
  world: World,
  earlier: Readonly<Record<string, JobResult>>,
): Promise<JobResult> {
  const folder = temporaryFolder();
  const [workspace, temp] = [join(folder, 'workspace'), join(folder, 'temp')];
  const files = { event: join(temp, 'event.json'), output: join(temp, 'output'), summary: join(temp, 'summary') };
  for (const path of [workspace, temp, join(folder, 'home')]) mkdirSync(path);
  writeFileSync(files.event, JSON.stringify(trigger.payload));
  writeFileSync(files.summary, '');

  const steps: Record<string, { outcome: string; outputs: Record<string, string> }> = {};
  const context: Context = {
    github: { event_name: trigger.event, event: trigger.payload, ref: trigger.ref, workspace, token },
    inputs: trigger.inputs ?? {},
    vars: world.vars ?? {},
    // Those of an environment are there only for a job that names it.
    secrets: job.environment === undefined ? {} : (world.secrets ?? {}),
    runner: { temp },
    needs: earlier,
    steps,
  };
  const done: StepResult[] = [];
  let failed = false;
  const finished = (result: JobResult['result']): JobResult => ({
    result,
    steps: done,
    log: done.map(({ log }) => log).join(''),
    summary: readFileSync(files.summary, 'utf8'),
    outputs: Object.fromEntries(Object.entries(job.outputs ?? {}).map(([k, v]) => [k, filledIn(v, context)])),
    workspace,
  });
  const needed = job.needs === undefined ? undefined : earlier[job.needs];
  if ((needed && needed.result !== 'success') || !holds(job.if, context, false)) return finished('skipped');

  for (const step of job.steps) {
    const name = step.name ?? step.run ?? step.uses ?? '';
    writeFileSync(files.output, '');
    if (world.without?.test(name) || !holds(step.if, context, failed)) {
      done.push({ name, outcome: 'skipped', log: '' });
      continue;
    }
    world.before?.(name);
    const inputs = Object.fromEntries(Object.entries(step.with ?? {}).map(([k, v]) => [k, filledIn(v, context)]));
    const folderOf =
      step['working-directory'] ?? (step.run === undefined ? undefined : job.defaults?.run['working-directory']);
    const cwd = join(workspace, folderOf ?? '.');
    const env = {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: join(folder, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      // Node.js 22 and newer keep there what they have compiled.
      NODE_COMPILE_CACHE: compileCache,
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: trigger.event,
      GITHUB_EVENT_PATH: files.event,
      GITHUB_OUTPUT: files.output,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_REPOSITORY: repositoryName,
      GITHUB_API_URL: world.api.url,
      GITHUB_SERVER_URL: 'https://github.example.com',
      GITHUB_RUN_ID: String(trigger.run),
      ...world.env,
      ...Object.fromEntries(Object.entries(step.env ?? {}).map(([k, v]) => [k, filledIn(v, context)])),
    };
    const { code, log } =
      step.run === undefined
        ? { code: 0, log: act(step.uses ?? '', inputs, { workspace, trigger, world }) }
        : await shell(step.run, cwd, env);
    const outcome = code === 0 ? 'success' : 'failure';
    failed ||= code !== 0;
    done.push({ name, outcome, log });
    const lines = readFileSync(files.output, 'utf8').split('\n').filter(Boolean);
    const outputs = Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]));
    if (step.id !== undefined) steps[step.id] = { outcome, outputs };
  }
  return finished(failed ? 'failure' : 'success');
}

/** Runs one script of this repository as somebody does on his own machine, in a folder. */
export function runScript(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; log: string }> {
  const command = `${script.endsWith('.mjs') ? 'node ' : ''}${join(root, script)}`;
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  return shell(command, cwd, { PATH: path, HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', ...env });
}

function shell(
  command: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number | null; log: string }> {
  if (command === 'npm ci') {
    const build = join(cwd, 'build');
    if (!existsSync(join(cwd, 'package-lock.json'))) return Promise.resolve({ code: 1, log: 'no package-lock.json\n' });
    symlinkSync(join(root, 'build'), build);
    return Promise.resolve({ code: 0, log: `npm ci in ${cwd}\n` });
  }
  return new Promise((done, failed) => {
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', command], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (t: string) => (log += t));
    child.on('error', failed);
    child.on('close', (code) => {
      done({ code, log });
    });
  });
}

function act(
  uses: string,
  inputs: Readonly<Record<string, string>>,
  { workspace, trigger, world }: { workspace: string; trigger: Trigger; world: World },
): string {
  const action = uses.slice(0, uses.indexOf('@'));
  switch (action) {
    case 'actions/checkout':
      checkout(
        world.origin,
        join(workspace, inputs['path'] ?? '.'),
        inputs['ref'] ?? trigger.ref,
        inputs['fetch-depth'] ?? '1',
      );
      return '';
    case 'actions/upload-artifact': {
      const { path = '', name = '' } = inputs;
      const files = path.endsWith('/') ? filesIn(path).map((file) => join(path, file)) : [path];
      if (files.length === 0 && inputs['if-no-files-found'] !== 'ignore') throw new Error(`no files in ${path}`);
      if (files.length === 0) return '';
      const entries = files.map((file) => ({
        name: file.slice(file.lastIndexOf('/') + 1),
        content: readFileSync(file),
      }));
      world.api.artifacts.push({ run: trigger.run, name, zip: zip(entries) });
      return '';
    }
    case 'actions/setup-node':
    case 'actions/setup-go':
      return '';
    default:
      throw new Error(`the runner of the tests does not know ${uses}`);
  }
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** As the action does it: an own repository for each checkout, as shallow as it says, without a branch. */
export function checkout(origin: string, folder: string, ref: string, depth: string): void {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init', '--quiet');
  // By an address, since Git makes no shallow clone of a path.
  git('remote', 'add', 'origin', `file://${origin}`);
  git('fetch', '--quiet', '--no-tags', ...(depth === '0' ? [] : [`--depth=${depth}`]), 'origin', ref);
  git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
}

/** A value of a workflow file with its expressions evaluated. */
function filledIn(value: unknown, context: Context): string {
  return String(value).replace(/\$\{\{(.+?)\}\}/g, (_, expression: string) => {
    const result = evaluated(expression, context, false);
    if (result === undefined || result === null) return '';
    return typeof result === 'string' ? result : JSON.stringify(result);
  });
}

/** Whether a condition holds. Without a function that asks how the job is going, it holds only as long as nothing failed. */
function holds(condition: string | undefined, context: Context, failed: boolean): boolean {
  const expression = (condition ?? 'success()').replace(/^\$\{\{(.+)\}\}$/s, '$1');
  const asks = /\b(?:success|failure|cancelled|always)\(\)/.test(expression);
  return (asks || !failed) && Boolean(evaluated(expression, context, failed));
}

function evaluated(expression: string, context: Context, failed: boolean): unknown {
  const functions = {
    success: () => !failed,
    cancelled: () => false,
    contains: (list: readonly unknown[] | undefined, item: unknown) => list?.includes(item) ?? false,
    toJSON: (value: unknown) => JSON.stringify(value ?? null),
    valueOf: (path: string) => lookedUp(context, path.split('.')),
  };
  const script = expression.replace(/'[^']*'|[A-Za-z_][\w-]*(?:\.(?:[\w-]+|\*))*(?!\()\b(?![\w(.-])/g, (word) =>
    /^(?:'|true$|false$|null$)/.test(word) ? word : `valueOf('${word}')`,
  );
  return runInNewContext(script, functions);
}

function lookedUp(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (key === '*') return Array.isArray(value) ? value.map((item) => lookedUp(item, rest)) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  return lookedUp((value as Record<string, unknown>)[key], rest);
}
