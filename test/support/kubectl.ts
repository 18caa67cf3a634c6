import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programFolder } from '../argo-cd/binaries.ts';
import type { CliResult } from './cli.ts';
import { cliPath } from './cli.ts';
import type { Person } from './person.ts';

/** The real kubectl as somebody runs it who has the built tenantry on his path. */
export interface Kubectl {
  readonly run: (...args: string[]) => Promise<CliResult>;
  /** At a terminal, to which everything is written. */
  readonly terminal: (...args: string[]) => Promise<string>;
}

/** kubectl for somebody, with his home and his kubeconfig. */
export function kubectlOf({ home, env: own }: Person): Kubectl {
  const folder = join(home, 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, 'tenantry'), `#!/bin/sh\nexec '${process.execPath}' '${cliPath}' "$@"\n`, { mode: 0o755 });
  const env = { ...own, PATH: `${folder}:${own['PATH'] ?? ''}` };
  const program = join(programFolder(), 'kubectl');
  const run = (file: string, args: readonly string[]): Promise<CliResult> =>
    new Promise((done) => {
      const child = execFile(file, args, { env }, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
      child.stdin?.end();
    });
  return {
    run: (...args) => run(program, args),
    terminal: async (...args) =>
      (await run('script', ['-qfec', [program, ...args].map((word) => `'${word}'`).join(' '), '/dev/null'])).stdout,
  };
}
