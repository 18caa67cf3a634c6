import { spawn } from 'node:child_process';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { redactSecrets } from '../source/secrets.ts';
import { atMost } from '../values/concurrency.ts';
import { Failure } from '../values/failure.ts';
import { at, listAt, textAt } from '../values/json.ts';
import type { Options } from './http.ts';
import type { KubeContext } from './kubeconfig.ts';

/** What shows a server who is asking, and nothing of which server that is. */
export type Credentials = Pick<Options, 'headers' | 'auth' | 'cert' | 'key' | 'pfx' | 'passphrase'>;

/** The server that credentials are for. */
export interface Audience {
  readonly server: string;
  /** PEM. */
  readonly certificateAuthority?: string;
}

/** Hands out the credentials of contexts. */
export interface CredentialStore {
  /** Those of a context's user; what is known already is known for all contexts of that user. */
  readonly of: (context: KubeContext, audience: Audience) => Promise<Credentials>;
  /** New ones, where a server has refused those. */
  readonly renewed: (context: KubeContext, audience: Audience) => Promise<Credentials>;
}

/** Credential plugins at a time: each is a program that starts, and may open a browser. */
const mostPlugins = 4;

/** Milliseconds that a plugin may take: long enough to look into a phone, where somebody is there to do so. */
const pluginTime = 60_000;

/** Where plugins are started. */
export interface PluginSite {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether somebody is there whom a plugin may ask. */
  readonly isInteractive: boolean;
}

/**
 * A store that asks for each user's credentials once, however many contexts are his: a hundred clusters would start a
 * hundred plugins else. Credentials that a plugin makes for a server (`provideClusterInfo`) are that server's alone.
 */
export function credentialStore(site: PluginSite): CredentialStore {
  const known = new Map<string, Promise<Credentials>>();
  const renewals = new Map<string, Promise<Credentials>>();
  const inTurn = atMost(mostPlugins);
  const taken = (into: Map<string, Promise<Credentials>>): CredentialStore['of'] => {
    return (context, audience) => {
      const key = keyOf(context, audience);
      const found = into.get(key) ?? inTurn(() => fetched(context, audience, site));
      into.set(key, found);
      return found;
    };
  };
  return { of: taken(known), renewed: taken(renewals) };
}

function keyOf({ file, config }: KubeContext, { server }: Audience): string {
  const user = config.getCurrentUser();
  return [file, user?.name, at(user?.exec, 'provideClusterInfo') === true ? server : ''].join('\n');
}

async function fetched(context: KubeContext, audience: Audience, site: PluginSite): Promise<Credentials> {
  const exec: unknown = context.config.getCurrentUser()?.exec;
  try {
    return exec === undefined || exec === null
      ? await byLibrary(context)
      : ofPlugin(await runPlugin(context, exec, audience, site));
  } catch (error) {
    // Of a plugin, the first line of what it said.
    const reason = error instanceof Error ? redactSecrets(error.message.trim().split('\n')[0] ?? '') : '';
    throw new Failure('kubeconfig', `there are no credentials for context \`${context.name}\`: ${reason}`, {
      help: "check the context's user in the kubeconfig: its files, or the command that fetches its token",
      cause: error,
    });
  }
}

/** Tokens, files, certificates and the older kinds of providers, as the library reads them. */
async function byLibrary({ config }: KubeContext): Promise<Credentials> {
  const options: Options = { headers: {} };
  await config.applyToHTTPSOptions(options);
  return ofOptions(options);
}

function ofOptions({ headers, auth, cert, key, pfx, passphrase }: Options): Credentials {
  return { headers, auth, cert, key, pfx, passphrase };
}

/**
 * Runs a credential plugin as kubectl does, and gives what it prints. (The library starts one for each request, tells it
 * nothing of the server, and waits for ever.) See https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins.
 */
function runPlugin(context: KubeContext, exec: unknown, audience: Audience, site: PluginSite): Promise<string> {
  const command = textAt(exec, 'command');
  if (command === undefined) throw new Error('the credential plugin of its user has no command');
  const mode = textAt(exec, 'interactiveMode') ?? 'IfAvailable';
  if (mode === 'Always' && !site.isInteractive)
    throw new Error(`\`${command}\` wants to ask somebody, and nobody is here`);
  const isInteractive = mode !== 'Never' && site.isInteractive;
  const info = {
    apiVersion: textAt(exec, 'apiVersion'),
    kind: 'ExecCredential',
    spec: {
      interactive: isInteractive,
      ...(at(exec, 'provideClusterInfo') === true && { cluster: clusterInfo(audience) }),
    },
  };
  const set = listAt(exec, 'env').map((entry) => [textAt(entry, 'name') ?? '', textAt(entry, 'value')] as const);
  const path = command.includes('/') && !isAbsolute(command) ? resolve(dirname(context.file), command) : command;
  return new Promise((answer, reject) => {
    const child = spawn(path, listAt(exec, 'args').map(String), {
      env: { ...site.environment, ...Object.fromEntries(set), KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      stdio: [isInteractive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      // What it has started itself may hold its output open.
      child.stdout.destroy();
      child.stderr.destroy();
      reject(new Error(`\`${command}\` has not ended in ${pluginTime / 1000} s`));
    }, pluginTime);
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    child.on('error', (error) => {
      clearTimeout(timer);
      const isMissing = 'code' in error && error.code === 'ENOENT';
      reject(isMissing ? new Error(`there is no program \`${command}\``) : error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code !== 0) reject(new Error(Buffer.concat(err).toString('utf8').trim() || `\`${command}\` failed`));
      else answer(Buffer.concat(out).toString('utf8'));
    });
  });
}

function clusterInfo({ server, certificateAuthority }: Audience): object {
  return {
    server,
    ...(certificateAuthority !== undefined && {
      'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
    }),
    config: null,
  };
}

/** What a plugin prints may hold a token: nothing of it is ever part of a message. */
function ofPlugin(printed: string): Credentials {
  let credential: unknown;
  try {
    credential = JSON.parse(printed);
  } catch {
    throw new Error('what its credential plugin prints is no ExecCredential');
  }
  const token = textAt(credential, 'status', 'token');
  const cert = textAt(credential, 'status', 'clientCertificateData');
  const key = textAt(credential, 'status', 'clientKeyData');
  if (token === undefined && cert === undefined)
    throw new Error('what its credential plugin prints has neither a token nor a certificate');
  return {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

/** The way through the proxy of a context to a server; undefined where there is none. */
export async function proxyAgent({ config }: KubeContext, options: Options): Promise<Options['agent']> {
  const cluster = config.getCurrentCluster();
  if (!cluster?.proxyUrl) return undefined;
  const through = await configOf(config, options.ca);
  const applied: Options = { ...options, headers: {} };
  await through.applyToHTTPSOptions(applied);
  return applied.agent;
}

/** A kubeconfig of one context, with the proxy of another and no user's credentials. */
async function configOf(config: KubeConfig, ca: Options['ca']): Promise<KubeConfig> {
  const { KubeConfig: Config } = await import('./kube-config.ts');
  const cluster = config.getCurrentCluster();
  const copy = new Config();
  copy.loadFromOptions({
    clusters: [
      {
        name: 'there',
        server: cluster?.server ?? '',
        skipTLSVerify: false,
        ...(typeof ca === 'string' && { caData: Buffer.from(ca).toString('base64') }),
        ...(cluster?.tlsServerName !== undefined && { tlsServerName: cluster.tlsServerName }),
        ...(cluster?.proxyUrl !== undefined && { proxyUrl: cluster.proxyUrl }),
      },
    ],
    users: [{ name: 'nobody' }],
    contexts: [{ name: 'there', cluster: 'there', user: 'nobody' }],
    currentContext: 'there',
  });
  return copy;
}
