import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MarkedToken } from 'marked';
import { marked } from 'marked';
import { parse, stringify } from 'yaml';
import { listAt } from '../control-plane/client.ts';
import { programFolder } from './binaries.ts';

/** One numbered step of `docs/argo-cd.md`, with the commands that it has an operator type. */
export interface Step {
  readonly title: string;
  readonly commands: readonly string[];
}

/** The steps of the operator's guide, in order. */
export function guideSteps(): Step[] {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/argo-cd.md'), 'utf8');
  const steps: { title: string; commands: string[] }[] = [];
  for (const token of marked.lexer(page) as MarkedToken[]) {
    if (token.type === 'heading' && /^\d+\. /.test(token.text))
      steps.push({ title: token.text.replace(/^\d+\. /, ''), commands: [] });
    else if (token.type === 'heading' && token.depth <= 2 && steps.length > 0) break;
    else if (token.type === 'code' && token.lang === 'sh') steps.at(-1)?.commands.push(token.text);
  }
  return steps;
}

/** The commands under one heading of the guide, after its steps. */
export function guideCommands(heading: string): string[] {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/argo-cd.md'), 'utf8');
  const tokens = marked.lexer(page) as MarkedToken[];
  const start = tokens.findIndex((token) => token.type === 'heading' && token.text === heading);
  const length = tokens.slice(start + 1).findIndex((token) => token.type === 'heading');
  return tokens
    .slice(start + 1, start + 1 + length)
    .flatMap((token) => (token.type === 'code' && token.lang === 'sh' ? [token.text] : []));
}

/** Where an operator stands: in a clone of the repository, with a kubeconfig that knows all clusters by their names. */
export interface Operator {
  readonly folder: string;
  /** By the context's name. */
  readonly kubeconfigs: Readonly<Record<string, string>>;
  /** The context that commands without one mean. */
  readonly currentContext: string;
}

/** Runs commands as an operator would paste them into a shell; throws at the first that fails. Gives what they print. */
export function runAsOperator({ folder, kubeconfigs, currentContext }: Operator, commands: readonly string[]): string {
  const home = mkdtempSync(join(tmpdir(), 'tenantry-operator-'));
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, stringify(joined(kubeconfigs, currentContext)), { mode: 0o600 });
  try {
    return commands
      .map((command) =>
        execFileSync('bash', ['-euo', 'pipefail', '-c', command], {
          cwd: folder,
          env: { PATH: `${programFolder()}:${process.env['PATH'] ?? ''}`, HOME: home, KUBECONFIG: kubeconfig },
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      )
      .join('');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** One kubeconfig of several with one context each. */
function joined(kubeconfigs: Operator['kubeconfigs'], currentContext: string): object {
  const named = (list: 'clusters' | 'users', key: 'cluster' | 'user') =>
    Object.entries(kubeconfigs).map(([name, text]) => {
      const [only] = listAt(parse(text), list);
      return { name, [key]: (only as Record<string, unknown>)[key] };
    });
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: named('clusters', 'cluster'),
    users: named('users', 'user'),
    contexts: Object.keys(kubeconfigs).map((name) => ({ name, context: { cluster: name, user: name } })),
    'current-context': currentContext,
  };
}
