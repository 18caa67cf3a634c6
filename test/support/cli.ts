import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { organizationFolder } from '../../src/app/folders.ts';
import { runCommandLine } from '../../src/command-line.ts';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program. */
export const cliPath = resolve(import.meta.dirname, '../../build/cli.js');

export interface RunOptions {
  readonly cwd?: string;
  /** The environment, whole, so that the tests' own cannot leak in; only PATH is there always. */
  readonly env?: Readonly<Record<string, string>>;
  /** The columns of a terminal; undefined when nobody is looking. Only in this process. */
  readonly width?: number;
}

/**
 * Runs the built program as a user would, in a process of its own. `npm test` builds it first. Starting it takes a quarter
 * of a second, so it is for what the process itself does, and once for each way of using a command; `tenantryHere` is for
 * the rest.
 */
export function tenantry(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [cliPath, ...args], {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'], ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', failed);
    child.on('close', (code) => {
      done({ code, stdout, stderr });
    });
  });
}

/**
 * Runs the program in this process: the same arguments, texts and exit codes. Only what touches the process itself is
 * missing (src/cli.ts), and a second thread.
 */
export async function tenantryHere(
  args: readonly string[],
  { cwd = process.cwd(), env = {}, width }: RunOptions = {},
): Promise<CliResult> {
  const said = { out: '', err: '' };
  const out = (text: string): void => void (said.out += text);
  const err = (text: string): void => void (said.err += text);
  const cache = env['XDG_CACHE_HOME'];
  const code = await runCommandLine(args, {
    io: (dir) => ({
      dir: organizationFolder({ cwd, environment: env }, dir),
      cwd,
      today: new Date().toISOString().slice(0, 10),
      now: () => new Date(),
      nodePath: process.execPath,
      environment: { PATH: process.env['PATH'], ...env },
      version: packageJson.version,
      ...(cache !== undefined && { cache: { dir: cache, program: 'as it is in src/' } }),
      out: { write: out, colour: false, ...(width !== undefined && { width }) },
      err: { write: err, colour: false },
    }),
    out,
    err,
  });
  return { code, stdout: said.out, stderr: said.err };
}
