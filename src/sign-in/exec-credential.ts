import { at, textAt } from '../values/json.ts';
import type { ClusterToken, Target } from './tokens.ts';

/** What kubectl tells a credential plugin, in `KUBERNETES_EXEC_INFO`. */
export interface ExecInfo {
  /** Whether the plugin may ask somebody: kubectl has a terminal, and its user has not said `--interactive=false`. */
  readonly isInteractive: boolean;
  /** Undefined where the kubeconfig does not let it be told (`provideClusterInfo`). */
  readonly target?: Target;
}

/**
 * What a plugin was told; undefined where nobody has told anything, and `'unreadable'` for what is no ExecCredential. See
 * https://kubernetes.io/docs/reference/config-api/client-authentication.v1/.
 */
export function readExecInfo(text: string | undefined): ExecInfo | 'unreadable' | undefined {
  if (text === undefined || text === '') return undefined;
  const info = parsed(text);
  if (textAt(info, 'kind') !== 'ExecCredential') return 'unreadable';
  const cluster = at(info, 'spec', 'cluster');
  const server = textAt(cluster, 'server');
  return {
    isInteractive: at(info, 'spec', 'interactive') === true,
    ...(server !== undefined && { target: targetOf(cluster, server) }),
  };
}

function targetOf(cluster: unknown, server: string): Target {
  const data = textAt(cluster, 'certificate-authority-data');
  const otherName = textAt(cluster, 'tls-server-name') ?? '';
  return {
    server,
    isUnchecked: at(cluster, 'insecure-skip-tls-verify') === true || otherName !== '',
    ...(data !== undefined && data !== '' && { certificateAuthority: Buffer.from(data, 'base64').toString('utf8') }),
  };
}

/**
 * What the plugin prints. kubectl compares its end with the clock of this machine, so that is what it is said by: right or
 * wrong, the token is used for as long as it counts.
 */
export function execCredential({ token, usable }: ClusterToken, wallClock: () => number): string {
  const end = new Date(wallClock() + usable).toISOString().replace(/\.\d+Z$/, 'Z');
  return `${JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { expirationTimestamp: end, token },
  })}\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
