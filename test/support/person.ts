import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliResult } from './cli.ts';
import { cliPath } from './cli.ts';
import { temporaryFolder } from './folders.ts';

export interface PersonRun {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** At a terminal: stdin and stderr are one, as where somebody is there. */
  readonly isAttended?: boolean;
  /** Called with what is written to stderr, as it comes. */
  readonly onSaid?: (text: string) => void;
}

export interface Person {
  readonly home: string;
  /** Where the program keeps what it keeps. */
  readonly cache: string;
  readonly env: Readonly<Record<string, string>>;
  /** Starts the built program, and gives the process too, to be killed. */
  readonly start: (
    args: readonly string[],
    run?: PersonRun,
  ) => { readonly pid: number; readonly done: Promise<CliResult> };
  readonly run: (args: readonly string[], run?: PersonRun) => Promise<CliResult>;
  /** The pages that were opened in his browser. */
  readonly tabs: () => string[];
}

/**
 * Somebody with a home of his own, whose browser is a program that opens the page, follows it to its end, and notes it:
 * where no page is to be filled in, that is what a browser does.
 */
export function person(certificateAuthority: string): Person {
  const home = temporaryFolder();
  const [tabs, browser, visit] = [join(home, 'tabs'), join(home, 'browser'), join(home, 'visit.mjs')];
  mkdirSync(join(home, 'cache'));
  writeFileSync(visit, 'await fetch(process.argv[2]).then((answer) => answer.text());\n');
  writeFileSync(browser, `#!/bin/sh\necho "$1" >> '${tabs}'\nexec '${process.execPath}' '${visit}' "$1"\n`);
  chmodSync(browser, 0o755);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    NODE_EXTRA_CA_CERTS: certificateAuthority,
    BROWSER: browser,
  };
  const start: Person['start'] = (args, { cwd = home, env: more = {}, isAttended = false, onSaid } = {}) => {
    const words = [process.execPath, cliPath, ...args];
    const output = join(temporaryFolderOnce(home), `out-${Math.random().toString(36).slice(2)}`);
    const command = words.map((word) => `'${word}'`).join(' ');
    // A terminal takes both outputs: what is asked for goes to a file, as kubectl would read it.
    const child = isAttended
      ? spawn('script', ['-qfec', `exec ${command} > '${output}'`, '/dev/null'], {
          cwd,
          env: { ...env, ...more },
          stdio: ['pipe', 'pipe', 'pipe'],
        })
      : spawn(process.execPath, [cliPath, ...args], { cwd, env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    if (!isAttended) child.stdin.end();
    const done = new Promise<CliResult>((settled, failed) => {
      let [out, err] = ['', ''];
      const heard = (text: string): void => {
        err += text;
        onSaid?.(err);
      };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (isAttended) heard(text);
        else out += text;
      });
      child.stderr.setEncoding('utf8').on('data', heard);
      child.on('error', failed);
      child.on('close', (code) => {
        settled({
          code,
          stdout: isAttended && existsSync(output) ? readFileSync(output, 'utf8') : out,
          stderr: err.replaceAll('\r\n', '\n'),
        });
      });
    });
    return { pid: child.pid ?? 0, done };
  };
  return {
    home,
    cache: join(home, 'cache/tenantry/sign-in'),
    env,
    start,
    run: (args, run) => start(args, run).done,
    tabs: () => (existsSync(tabs) ? readFileSync(tabs, 'utf8').trim().split('\n') : []),
  };
}

function temporaryFolderOnce(home: string): string {
  const folder = join(home, 'output');
  mkdirSync(folder, { recursive: true });
  return folder;
}
