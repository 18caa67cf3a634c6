import { openCache } from './sign-in/cache.ts';
import type { ExecInfo } from './sign-in/exec-credential.ts';
import { execCredential, readExecInfo } from './sign-in/exec-credential.ts';
import type { Machine } from './sign-in/machine.ts';
import { isUsedIssuer, knownIssuer, noIssuerKnown } from './sign-in/session.ts';
import { clusterToken } from './sign-in/tokens.ts';
import { Failure } from './values/failure.ts';

/** What `tenantry token` is asked for. */
export interface TokenOptions {
  /** By its name, or by its id. */
  readonly cluster: string;
  readonly issuer?: string;
}

/**
 * The options of `tenantry token` where they are written as kubeconfigs have them; undefined for anything else, which is
 * the business of the whole program: help, mistakes, other options.
 */
export function plainTokenOptions(args: readonly string[]): TokenOptions | undefined {
  const [command, ...rest] = args;
  if (command !== 'token' || rest.length % 2 !== 0) return undefined;
  const found = new Map<string, string>();
  for (let i = 0; i < rest.length; i += 2) {
    const [name = '', value = ''] = rest.slice(i, i + 2);
    if ((name !== '--cluster' && name !== '--issuer') || found.has(name) || value.startsWith('-') || value === '')
      return undefined;
    found.set(name, value);
  }
  const [cluster, issuer] = [found.get('--cluster'), found.get('--issuer')];
  return cluster === undefined ? undefined : { cluster, ...(issuer !== undefined && { issuer }) };
}

/**
 * `tenantry token`: prints a token for a cluster as kubectl wants it of a credential plugin. It stands beside the commands
 * and not among them, for kubectl starts it at every run: it loads the room of sign-in and nothing else.
 */
export async function token(
  machine: Machine,
  { cluster, issuer }: TokenOptions,
  out: (text: string) => void,
): Promise<void> {
  const info = readExecInfo(machine.environment['KUBERNETES_EXEC_INFO']);
  const site = { machine, cache: openCache(machine) };
  const target = targetOf(info);
  const isAttended = machine.isAttended && (info === undefined || info === 'unreadable' || info.isInteractive);
  const from = knownIssuer(site, issuer);
  if (from === undefined) throw noIssuerKnown();
  if (isAttended && !isUsedIssuer(site, from)) {
    throw new Failure('sign-in', `nobody has signed in here for ${from} before`, {
      help: `if that is who gives your tokens: tenantry login --issuer ${from}`,
    });
  }
  const made = await clusterToken(
    site,
    from,
    { cluster, ...(target && { target }) },
    { occasion: isAttended ? 'attended' : 'background' },
  );
  out(execCredential(made, machine.wallClock));
}

/** Whoever says for whom the token is says it whole: a kubeconfig from which that was taken gets none. */
function targetOf(info: ReturnType<typeof readExecInfo>): ExecInfo['target'] {
  if (info === undefined) return undefined;
  if (info !== 'unreadable' && info.target) return info.target;
  throw new Failure('kubeconfig', 'no token: the kubeconfig does not say for which server', {
    help: 'set `provideClusterInfo: true` in its user, or write it anew with `tenantry kubeconfig --merge`',
  });
}
