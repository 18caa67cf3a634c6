import type { OutgoingHttpHeaders } from 'node:http';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../values/failure.ts';
import { redactSecrets } from '../source/secrets.ts';
import { pathFinder } from './discovery.ts';
import type { PathFinder } from './discovery.ts';
import { codeOf, exchange } from './http.ts';
import type { Answer, Options, Sent } from './http.ts';
import { textAt } from '../values/json.ts';
import type { KubeContext } from './kubeconfig.ts';

/**
 * An API server. A refusal is an answer; it is a Failure that there is none, or that the server does not know the
 * caller.
 */
export interface Api {
  /** As `v1.36.3`. */
  readonly version: string;
  /** The user name that the API server takes the caller for; undefined when it does not tell. */
  readonly user: string | undefined;
  readonly pathOf: PathFinder;
  readonly get: (path: string) => Promise<Answer>;
  /** What would come of applying an object (server-side apply, by force); nothing is stored. */
  readonly dryRun: (path: string, object: unknown) => Promise<Answer>;
  readonly close: () => void;
}

/** Owns the fields that a dry run would set, as long as the dry run lasts. */
const fieldManager = 'tenantry-verify';

/** A server that is there says so at once. */
const connectTime = 10_000;

/** How often a server may say that it is too busy. */
const mostAttempts = 6;

/** Connects to the API server of a context, as its user or, where that user may, `as` another. */
export async function connect(context: KubeContext, as: string | undefined): Promise<Api> {
  const { options, agent } = await requestOptions(context, as);
  const base = context.server;

  async function ask(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const url = new URL(base + path);
    for (let attempt = 1; ; attempt++) {
      const answer = await exchange(url, { ...options, method }, sent).catch((error: unknown) => {
        // A server that closes an idle connection does so in the very moment that it is used again, now and then.
        if (codeOf(error) === 'ECONNRESET' && attempt < 3) return undefined;
        throw failed(context, error);
      });
      if (answer === undefined) continue;
      if (answer.status === 401) {
        throw new Failure('unauthorized', `${base} does not accept the credentials of context \`${context.name}\``, {
          help: 'they may have expired, or be for another cluster: log in again, or name another context',
        });
      }
      if (answer.status !== 429 || attempt === mostAttempts) return answer;
      await sleep(answer.retryAfter * 1000);
    }
  }

  const get = (path: string): Promise<Answer> => ask('GET', path);

  try {
    const version = textAt(await firstAnswer(context, as, ask), 'gitVersion');
    if (version === undefined) throw noApiServer(base);
    return {
      version,
      user: await userName(context, ask),
      pathOf: pathFinder(get),
      get,
      dryRun: (path, object) =>
        ask('PATCH', `${path}?dryRun=All&force=true&fieldManager=${fieldManager}`, {
          // JSON is YAML.
          contentType: 'application/apply-patch+yaml',
          body: JSON.stringify(object),
        }),
      close: () => {
        agent?.destroy();
      },
    };
  } catch (error) {
    agent?.destroy();
    throw error;
  }
}

type Ask = (method: string, path: string, sent?: Sent) => Promise<Answer>;

/** The credentials and all else that a request needs, and the agent if it is our own. */
async function requestOptions(
  { config, name }: KubeContext,
  as: string | undefined,
): Promise<{ options: Options; agent?: Agent }> {
  const headers: OutgoingHttpHeaders = {};
  const options: Options = { headers };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    // Of a credential plugin, the first line of what it said.
    const reason = error instanceof Error ? redactSecrets(error.message.trim().split('\n')[0] ?? '') : '';
    throw new Failure('kubeconfig', `there are no credentials for context \`${name}\`: ${reason}`, {
      help: "check the context's user in the kubeconfig: its files, or the command that fetches its token",
      cause: error,
    });
  }
  headers.accept = 'application/json';
  if (as !== undefined) headers['Impersonate-User'] = as;
  // The library's agent knows the way through a proxy, but opens a connection for each request.
  if (config.getCurrentCluster()?.proxyUrl) return { options };
  const agent = new Agent({ keepAlive: true });
  return { options: { ...options, agent }, agent };
}

/** The answer to the first question of all, which shows whether this is an API server. */
async function firstAnswer({ name, server }: KubeContext, as: string | undefined, ask: Ask): Promise<unknown> {
  const { status, body } = await ask('GET', '/version', { timeout: connectTime });
  if (status === 200) return body;
  if (status !== 403) throw noApiServer(server);
  const message = textAt(body, 'message') ?? 'forbidden';
  if (as === undefined || !message.includes('cannot impersonate')) {
    throw new Failure('unauthorized', `${server} refuses to talk: ${message}`);
  }
  throw new Failure('unauthorized', `the user of context \`${name}\` may not act as \`${as}\`: ${message}`, {
    help: 'leave out --as, or have somebody grant the verb `impersonate` for that name',
  });
}

function noApiServer(server: string): Failure {
  return new Failure('unreachable', `what answers at ${server} is not a Kubernetes API server`, {
    help: "check the server's address in the kubeconfig",
  });
}

/** Whom the API server takes the caller for. */
async function userName({ name, server }: KubeContext, ask: Ask): Promise<string | undefined> {
  const apiVersion = 'authentication.k8s.io/v1';
  const { status, body } = await ask('POST', `/apis/${apiVersion}/selfsubjectreviews`, {
    contentType: 'application/json',
    body: JSON.stringify({ apiVersion, kind: 'SelfSubjectReview' }),
  });
  if (status === 201) return textAt(body, 'status', 'userInfo', 'username');
  if (status !== 403) return undefined; // Kubernetes has it since 1.28.
  if (textAt(body, 'message')?.includes('system:anonymous') !== true) return undefined;
  throw new Failure('unauthorized', `context \`${name}\` has no credentials that ${server} knows of`, {
    help: "give the context's user a token, a client certificate or a credential plugin (exec)",
  });
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'no answer in time',
};

function failed({ server, name }: KubeContext, error: unknown): Failure {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  if (code.startsWith('ERR_OSSL')) {
    return new Failure('kubeconfig', `a certificate or key of context \`${name}\` cannot be used (${code})`, {
      help: 'they are PEM files, or PEM in base64 where the field ends in `-data`',
      cause: error,
    });
  }
  if (
    /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CRL_|INVALID_|PATH_|HOSTNAME_|ERR_TLS_|ERR_SSL_|EPROTO)/.test(code)
  ) {
    return new Failure('untrusted', `the certificate of ${server} is not to be trusted: ${message}`, {
      help: 'check the address and the certificate authority in the kubeconfig: this may be another server than you think',
      cause: error,
    });
  }
  if (code === 'TOO_LONG') {
    return new Failure('unreachable', `${server} sends an answer of more than 64 MiB, which was not read to its end`, {
      help: "check the server's address in the kubeconfig: this may be another server than you think",
      cause: error,
    });
  }
  return new Failure('unreachable', `${server} cannot be reached: ${words[code] ?? message}`, {
    help: 'check the address in the kubeconfig, and whether you need a VPN or a proxy (`proxy-url`) to get there',
    cause: error,
  });
}
