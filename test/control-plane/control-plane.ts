import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fillInIssuers } from './authentication.ts';
import type { NamedIssuer } from './authentication.ts';
import { programNames, programPaths } from './binaries.ts';
import type { ProgramName } from './binaries.ts';
import { createAuthority, createSigningKey } from './certificates.ts';
import type { KeyPair } from './certificates.ts';
import { at, createClient, listAt, waitFor } from './client.ts';
import type { Client } from './client.ts';
import { apiServerFlags, controllerManagerFlags, etcdFlags, filesIn } from './flags.ts';
import type { Files } from './flags.ts';
import { applyManifests } from './manifests.ts';
import type { Applied, ApplyOptions } from './manifests.ts';
import { startProcess } from './process.ts';
import type { GuardedProcess, Memory } from './process.ts';

export interface ControlPlaneOptions {
  /** An AuthenticationConfiguration (YAML), as it is rendered for a cluster's operator. */
  readonly authenticationConfiguration?: string;
  /** The issuers that it names: their certificate authorities and addresses on loopback are filled in. */
  readonly issuers?: readonly NamedIssuer[];
  /** Further flags, such as `--enable-admission-plugins=PodNodeSelector`. A list adds to ours; else the last one wins. */
  readonly apiServerFlags?: readonly string[];
  readonly controllerManagerFlags?: readonly string[];
}

/** A running control plane: etcd, kube-apiserver and kube-controller-manager on loopback. */
export interface ControlPlane {
  /** The URL of the API server. */
  readonly server: string;
  /** The certificate (PEM) of the authority behind the server's. */
  readonly authority: string;
  /** Milliseconds from the start until the API server was ready and the built-in roles were complete. */
  readonly readyAfter: number;
  readonly request: Client['request'];
  readonly applyManifests: (text: string, options: ApplyOptions) => Promise<Applied[]>;
  /** A kubeconfig: the administrator's (a client certificate in `system:masters`), or one with a token. */
  readonly kubeconfig: (token?: string) => string;
  /** Returns when every ClusterRole with an aggregation rule has the rules of the roles that it selects. */
  readonly rolesAggregated: () => Promise<void>;
  /** Replaces the AuthenticationConfiguration under the running server, which reads it again within a minute. */
  readonly writeAuthenticationConfiguration: (text: string, issuers: readonly NamedIssuer[]) => void;
  /** Restarts the API server, at the same address and on what etcd holds. The controllers find it again. */
  readonly restart: () => Promise<void>;
  /** All that a program has logged so far: why the API server refused a token stands nowhere else. */
  readonly log: (program: ProgramName) => string;
  readonly memory: (program: ProgramName) => Memory;
  /** Milliseconds of processor time that a program has used so far. */
  readonly cpu: (program: ProgramName) => number;
  /** The end of each program's log, for a test that has failed. */
  readonly logTails: (lines?: number) => string;
  /** Ends the programs and removes all that they wrote; throws where one had ended by itself, with the end of its log. */
  readonly stop: () => Promise<void>;
}

/** Starts a control plane and returns when it is ready. It ends with the test process, whether or not it is stopped. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const start = performance.now();
  const programs = programPaths();
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-'));
  const files = filesIn(folder);
  const running = new Map<ProgramName, GuardedProcess>();

  /** Runs a program and returns when it is ready, or throws when it has ended instead. */
  async function run(name: ProgramName, flags: readonly string[], isReady: () => Promise<boolean>): Promise<void> {
    const log = join(folder, `${name}.log`);
    const process = startProcess({ name, command: programs[name], arguments: flags, folder, log });
    running.set(name, process);
    const ended = await waitFor(`${name} to be ready`, async () => process.exit() ?? ((await isReady()) && 'ready'));
    if (ended !== 'ready') throw new Error(`${name} ended with ${ended}`);
  }

  function runningProgram(name: ProgramName): GuardedProcess {
    const found = running.get(name);
    if (!found) throw new Error(`${name} does not run`);
    return found;
  }

  async function end(...names: readonly ProgramName[]): Promise<void> {
    await Promise.all(names.flatMap((name) => running.get(name)?.end() ?? []));
  }

  async function runApiServer(port: number, client: Client): Promise<void> {
    const flags = apiServerFlags(files, port, existsSync(files.authenticationConfiguration));
    await run('kube-apiserver', [...flags, ...(options.apiServerFlags ?? [])], async () => {
      return (await client.request('GET', '/readyz')).status === 200;
    });
  }

  /** Runs the API server on a free port, and on another should somebody take that one before it does. */
  async function runApiServerSomewhere(identity: Identity, attempts = 3): Promise<Client> {
    const port = await findFreePort();
    const client = createClient({ ...identity, server: `https://127.0.0.1:${port}` });
    try {
      await runApiServer(port, client);
      return client;
    } catch (error) {
      await client.close();
      const isTaken = running.get('kube-apiserver')?.output().includes('address already in use') === true;
      if (!isTaken || attempts === 1) throw error;
      return await runApiServerSomewhere(identity, attempts - 1);
    }
  }

  async function runControllers(client: Client): Promise<void> {
    const flags = [...controllerManagerFlags(files), ...(options.controllerManagerFlags ?? [])];
    await run('kube-controller-manager', flags, () => areRolesAggregated(client));
  }

  function writeAuthenticationConfiguration(text: string, issuers: readonly NamedIssuer[]): void {
    // Moved into its place, so that the server never reads half of it.
    const draft = `${files.authenticationConfiguration}.new`;
    writeFileSync(draft, fillInIssuers(text, issuers));
    renameSync(draft, files.authenticationConfiguration);
  }

  function logTails(lines = 20): string {
    return [...running.values()]
      .map((one) => `--- ${one.name} (${one.exit() ?? 'running'})\n${tail(one.output(), lines)}\n`)
      .join('');
  }

  async function clear(): Promise<void> {
    await end(...programNames);
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    const { authenticationConfiguration, issuers = [] } = options;
    if (authenticationConfiguration !== undefined)
      writeAuthenticationConfiguration(authenticationConfiguration, issuers);
    const identity = await createIdentity(files);
    await run('etcd', etcdFlags(files), () => isListening(files.etcdSocket));
    const client = await runApiServerSomewhere(identity);
    const { server } = client;
    const kubeconfig = (token?: string) =>
      kubeconfigOf(server, identity.authority, token === undefined ? identity.admin : { token });
    writeFileSync(
      files.controllerManagerKubeconfig,
      kubeconfigOf(server, identity.authority, identity.controllerManager),
    );
    await runControllers(client);
    const readyAfter = performance.now() - start;

    return {
      server,
      authority: identity.authority,
      readyAfter,
      request: client.request,
      applyManifests: (text, applyOptions) => applyManifests(client, text, applyOptions),
      kubeconfig,
      async rolesAggregated() {
        await waitFor('the roles to be aggregated', () => areRolesAggregated(client));
      },
      writeAuthenticationConfiguration,
      async restart() {
        await end('kube-apiserver');
        await runApiServer(Number(new URL(server).port), client);
      },
      log: (program) => running.get(program)?.output() ?? '',
      memory: (program) => runningProgram(program).memory(),
      cpu: (program) => runningProgram(program).cpu(),
      logTails,
      async stop() {
        const ended = [...running.values()].filter((one) => one.exit() !== undefined);
        const output = ended.length === 0 ? '' : logTails(40);
        await client.close();
        await clear();
        // Else a test that found nobody at home would not say why.
        if (ended.length > 0) throw new Error(`${ended.map((one) => one.name).join(', ')} ended by itself\n${output}`);
      },
    };
  } catch (error) {
    const output = logTails();
    await clear();
    throw new Error(`the control plane did not start: ${String(error)}\n${output}`, { cause: error });
  }
}

/** Who is who on a control plane. */
interface Identity {
  readonly authority: string;
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
}

/** Makes an authority and what it certifies, and writes the files for the API server. */
async function createIdentity(files: Files): Promise<Identity> {
  const authority = await createAuthority('control-plane-ca');
  const server = await authority.issueServer('kube-apiserver');
  writeFileSync(files.authority, authority.certificate);
  writeFileSync(files.serverCertificate, server.certificate);
  writeFileSync(files.serverKey, server.key);
  writeFileSync(files.serviceAccountKey, await createSigningKey());
  return {
    authority: authority.certificate,
    admin: await authority.issueClient({ commonName: 'admin', organizations: ['system:masters'] }),
    controllerManager: await authority.issueClient({ commonName: 'system:kube-controller-manager' }),
  };
}

function kubeconfigOf(server: string, authority: string, user: KeyPair | { readonly token: string }): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: 'test',
        user:
          'token' in user
            ? user
            : { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}

async function areRolesAggregated(client: Client): Promise<boolean> {
  const roles = listAt((await client.request('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles')).body, 'items');
  const rulesOf = (role: unknown) => listAt(role, 'rules').map((rule) => JSON.stringify(rule));
  return roles.every((role) => {
    const selectors = listAt(role, 'aggregationRule', 'clusterRoleSelectors');
    const selected = roles.filter((other) => other !== role && selectors.some((selector) => selects(selector, other)));
    const own = new Set(rulesOf(role));
    const theirs = new Set(selected.flatMap(rulesOf));
    return selectors.length === 0 || (own.size === theirs.size && [...theirs].every((rule) => own.has(rule)));
  });
}

/** Whether a selector with `matchLabels`, the only kind that the built-in roles have, selects an object. */
function selects(selector: unknown, object: unknown): boolean {
  const wanted = at(selector, 'matchLabels');
  if (typeof wanted !== 'object' || wanted === null) return false;
  return Object.entries(wanted).every(([label, value]) => at(object, 'metadata', 'labels', label) === value);
}

/** A port on loopback that nobody listens on, for the moment. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

/** Whether a program listens on a Unix socket. */
export function isListening(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection
      .once('error', () => {
        resolve(false);
      })
      .once('connect', () => {
        connection.destroy();
        resolve(true);
      });
  });
}

function tail(text: string, lines: number): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
