import type { OutgoingHttpHeaders } from 'node:http';
import { Agent } from 'node:https';
import { Failure } from '../values/failure.ts';
import { redactSecrets } from '../source/secrets.ts';
import { pathFinder } from './discovery.ts';
import type { PathFinder } from './discovery.ts';
import { asker } from './connection.ts';
import type { Ask } from './connection.ts';
import type { Answer, Options } from './http.ts';
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

/** Connects to the API server of a context, as its user or, where that user may, `as` another. */
export async function connect(context: KubeContext, as: string | undefined): Promise<Api> {
  const { options, agent } = await requestOptions(context, as);
  const base = context.server;
  const ask = asker({ context: context.name, server: base }, { options });
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
  const { status, body } = await ask('GET', '/version', { times: { end: connectTime } });
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
