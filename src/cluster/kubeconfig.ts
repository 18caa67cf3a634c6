import type { KubeConfig } from '@kubernetes/client-node';
import { didYouMean } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';
import { sortedBy } from '../values/order.ts';

/** A context of a kubeconfig: an API server, and who to be there. */
export interface KubeContext {
  readonly name: string;
  /** The file that it stands in. */
  readonly file: string;
  /** The server's URL, without what else stands in the kubeconfig. */
  readonly server: string;
  /** The kubeconfig asks not to check the server's certificate. */
  readonly unchecked: boolean;
  /** With this context as the current one. */
  readonly config: KubeConfig;
}

/** A context of a kubeconfig that cannot be used, and why. */
export interface UnusableContext {
  readonly name: string;
  readonly why: string;
}

/** Reads a context of a kubeconfig, the current one where none is named. */
export async function readContext(file: string, context: string | undefined): Promise<KubeContext> {
  const config = await loaded(file);
  const names = config.getContexts().map((c) => c.name);
  const name = context ?? config.getCurrentContext();
  const known = `the contexts are ${names.map((n) => `\`${n}\``).join(', ')}`;
  if (names.length === 0) throw wrong(`the kubeconfig ${file} has no contexts`);
  // The types promise a current context, but a file need not have one.
  if (!name) throw wrong(`the kubeconfig ${file} has no current context`, `name one with --context: ${known}`);
  if (!config.getContextObject(name)) {
    const meant = didYouMean(name, names);
    throw wrong(
      `the kubeconfig ${file} has no context \`${name}\``,
      meant === undefined ? known : `did you mean \`${meant}\`?`,
    );
  }
  config.setCurrentContext(name);
  return contextIn(file, config);
}

/** Reads all contexts of a kubeconfig, the current one first, and the others in their order. */
export async function readContexts(file: string): Promise<(KubeContext | UnusableContext)[]> {
  const config = await loaded(file);
  const current = config.getCurrentContext();
  const names = config.getContexts().map(({ name }) => name);
  const { KubeConfig } = await import('./kube-config.ts');
  return sortedBy(names, (name) => (name === current ? '0' : '1')).map((name) => {
    const its = new KubeConfig();
    its.loadFromOptions({
      clusters: config.getClusters(),
      users: config.getUsers(),
      contexts: config.getContexts(),
      currentContext: name,
    });
    try {
      return contextIn(file, its);
    } catch (error) {
      if (error instanceof Failure) return { name, why: error.message };
      throw error;
    }
  });
}

async function loaded(file: string): Promise<KubeConfig> {
  // Half a second to load, which only those pay who talk to a cluster.
  const { KubeConfig } = await import('./kube-config.ts');
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  return config;
}

/** The current context of a kubeconfig. */
function contextIn(file: string, config: KubeConfig): KubeContext {
  const name = config.getCurrentContext();
  const found = config.getContextObject(name);
  const cluster = config.getCurrentCluster();
  if (!cluster)
    throw wrong(`context \`${name}\` is of cluster \`${found?.cluster ?? ''}\`, which the kubeconfig does not have`);
  // The library would go on as nobody, and without the server's certificate authority.
  if (!found?.user) throw wrong(`context \`${name}\` has no user`);
  if (!config.getCurrentUser()) {
    throw wrong(`context \`${name}\` is of user \`${found.user}\`, which the kubeconfig does not have`);
  }
  const url = URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (url?.protocol !== 'https:') {
    throw wrong(
      `the server of context \`${name}\` is not an https URL`,
      'credentials are sent over https alone: name a context whose server is https',
    );
  }
  return { name, file, server: serverName(url), unchecked: cluster.skipTLSVerify, config };
}

/** Whether two URLs are of the same server, however they are written. */
export function isSameServer(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && serverName(new URL(a)) === serverName(new URL(b));
}

/** A server's URL as it can be printed and compared: no user info, no slash at the end. */
function serverName({ origin, pathname }: URL): string {
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

function unreadable(file: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return wrong(`there is no kubeconfig ${file}`);
  if (typeof code === 'string') return wrong(`the kubeconfig ${file} cannot be read (${code})`);
  // What a parser says of a file may quote it, and this one holds keys.
  const missing = error instanceof Error && /^\w+\[\d+\][.\w]* is missing$/.test(error.message);
  return wrong(`${file} is not a kubeconfig${missing ? `: ${error.message}` : ''}`);
}

function wrong(message: string, help?: string): Failure {
  return new Failure('kubeconfig', message, help === undefined ? {} : { help });
}
