import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../control-plane/client.ts';
import { findFreePort, isListening } from '../control-plane/control-plane.ts';
import { startProcess } from '../control-plane/process.ts';
import type { GuardedProcess, Memory } from '../control-plane/process.ts';
import { programFolder } from './binaries.ts';

/** The programs that make up Argo CD here: all but its user interface, its notifications and single sign-on. */
export const programNames = [
  'redis',
  'argocd-repo-server',
  'argocd-application-controller',
  'argocd-applicationset-controller',
] as const;
export type ProgramName = (typeof programNames)[number];

/** Argo CD's programs, running in a folder of their own. */
export interface Programs {
  readonly start: (name: ProgramName) => Promise<void>;
  /** Ends it at once, as the end of its machine would. */
  readonly end: (name: ProgramName) => Promise<void>;
  readonly exit: (name: ProgramName) => string | undefined;
  readonly log: (name: ProgramName) => string;
  readonly memory: (name: ProgramName) => Memory;
}

export interface ProgramOptions {
  /** For all that the programs write. */
  readonly folder: string;
  /** How a controller reaches the cluster that Argo CD lives in. */
  readonly kubeconfigs: Readonly<Record<'argocd-application-controller' | 'argocd-applicationset-controller', string>>;
  /** Further flags, the last one of a name wins. */
  readonly flags: Partial<Readonly<Record<ProgramName, readonly string[]>>>;
}

/** Prepares the programs; none is started yet. A program that is started again gets the same ports. */
export async function preparePrograms({ folder, kubeconfigs, flags }: ProgramOptions): Promise<Programs> {
  const programs = programFolder();
  const running = new Map<ProgramName, GuardedProcess>();
  const inFolder = (...path: string[]) => join(folder, ...path);
  for (const name of ['home', 'tmp', 'plugins', 'tls', 'ssh', 'gpg']) mkdirSync(inFolder(name), { recursive: true });
  for (const [name, text] of Object.entries(kubeconfigs)) writeFileSync(inFolder(`${name}.kubeconfig`), text);
  const [repoServer, repoServerMetrics, controllerMetrics, setMetrics, setProbe, setWebhook] = await Promise.all([
    findAddress(),
    findAddress(),
    findAddress(),
    findAddress(),
    findAddress(),
    findAddress(),
  ]);
  const redis = inFolder('redis.sock');

  const specifications: Readonly<Record<ProgramName, Specification>> = {
    redis: {
      command: join(programs, 'redis-server'),
      flags: ['--port', '0', '--unixsocket', redis, '--dir', folder, '--save', '', '--appendonly', 'no'],
      isReady: () => isListening(redis),
    },
    'argocd-repo-server': {
      command: join(programs, 'argocd'),
      flags: [
        ...addressAndPort('', repoServer),
        ...addressAndPort('metrics-', repoServerMetrics),
        `--redis=${redis}`,
        '--disable-tls',
        '--client-ca-path=', // its default is refused together with --disable-tls
      ],
      isReady: () => answersOk(`http://${repoServerMetrics}/healthz?full=true`),
    },
    'argocd-application-controller': {
      command: join(programs, 'argocd'),
      flags: [
        '--namespace=argocd',
        `--redis=${redis}`,
        `--repo-server=${repoServer}`,
        '--repo-server-plaintext',
        `--metrics-port=${portOf(controllerMetrics)}`, // on every address: see in-own-network.sh
      ],
      isReady: () => answersOk(`http://${controllerMetrics}/healthz`),
    },
    'argocd-applicationset-controller': {
      command: join(programs, 'argocd'),
      flags: [
        '--namespace=argocd',
        `--argocd-repo-server=${repoServer}`,
        '--repo-server-plaintext',
        `--metrics-addr=${setMetrics}`,
        `--probe-addr=${setProbe}`,
        `--webhook-addr=${setWebhook}`,
      ],
      isReady: () => answersOk(`http://${setMetrics}/metrics`), // its probes answer nothing
    },
  };

  function environment(name: ProgramName): Readonly<Record<string, string>> {
    return {
      PATH: `${programs}:${process.env['PATH'] ?? ''}`, // the repo-server runs git and git-verify-wrapper.sh
      HOME: inFolder('home'),
      TMPDIR: inFolder('tmp'),
      GIT_CONFIG_NOSYSTEM: '1',
      KUBECONFIG: inFolder(`${name}.kubeconfig`),
      ARGOCD_BINARY_NAME: name,
      // `https://kubernetes.default.svc` is the cluster of the kubeconfig.
      ARGOCD_FAKE_IN_CLUSTER: 'true',
      ARGOCD_GPG_ENABLED: 'false',
      ARGOCD_ASK_PASS_SOCK: inFolder('ask-pass.sock'),
      ARGOCD_PLUGINSOCKFILEPATH: inFolder('plugins'),
      ARGOCD_TLS_DATA_PATH: inFolder('tls'),
      ARGOCD_SSH_DATA_PATH: inFolder('ssh'),
      ARGOCD_GPG_DATA_PATH: inFolder('gpg'),
      ARGOCD_GNUPGHOME: inFolder('gpg'),
    };
  }

  return {
    async start(name) {
      const { command, flags: own, isReady } = specifications[name];
      const variables = Object.entries(environment(name)).map(([key, value]) => `${key}=${value}`);
      const started = startProcess({
        name,
        command: 'env',
        arguments: ['-i', ...variables, command, ...own, ...(flags[name] ?? [])],
        folder,
        log: inFolder(`${name}.log`),
      });
      running.set(name, started);
      const ended = await waitFor(`${name} to be ready`, async () => started.exit() ?? ((await isReady()) && 'ready'), {
        timeout: 300_000,
      });
      if (ended !== 'ready') throw new Error(`${name} ended with ${ended}`);
    },
    async end(name) {
      await running.get(name)?.end();
    },
    exit: (name) => running.get(name)?.exit(),
    log: (name) => running.get(name)?.output() ?? '',
    memory(name) {
      const found = running.get(name);
      if (!found) throw new Error(`${name} does not run`);
      return found.memory();
    },
  };
}

async function findAddress(): Promise<string> {
  return `127.0.0.1:${await findFreePort()}`;
}

interface Specification {
  readonly command: string;
  readonly flags: readonly string[];
  readonly isReady: () => Promise<boolean>;
}

function addressAndPort(prefix: string, hostAndPort: string): string[] {
  return [`--${prefix}address=127.0.0.1`, `--${prefix}port=${portOf(hostAndPort)}`];
}

function portOf(hostAndPort: string): string {
  return new URL(`http://${hostAndPort}`).port;
}

async function answersOk(url: string): Promise<boolean> {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(2000) });
  return status === 200;
}
