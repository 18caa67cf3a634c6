import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import type { Answer } from '../control-plane/client.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { Memory } from '../control-plane/process.ts';
import { readApplication } from './application.ts';
import type { ApplicationState } from './application.ts';
import { definitions, installation, programFolder } from './binaries.ts';
import { preparePrograms, programNames } from './programs.ts';
import type { ProgramName } from './programs.ts';

export interface ArgoCDOptions {
  /** The cluster that Argo CD lives in, in the namespace `argocd`: its destination `https://kubernetes.default.svc`. */
  readonly controlPlane: ControlPlane;
  /**
   * What Argo CD's installation lets its application controller do in that cluster. Default: anything, as it comes.
   * `nothing` leaves it what it needs in `argocd`, for tests to grant the rest to `applicationController`.
   */
  readonly mayDo?: 'anything' | 'nothing';
  /** Further entries of the ConfigMap `argocd-cm`; undefined takes one out. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** Further flags of its programs, such as `--policy=create-update` of the ApplicationSet controller. */
  readonly flags?: Partial<Readonly<Record<ProgramName, readonly string[]>>>;
}

/** Whom Argo CD's application controller is to the API server of the cluster that it lives in. */
export const applicationController = 'system:serviceaccount:argocd:argocd-application-controller';

/** A running Argo CD: application controller, repo-server, ApplicationSet controller and Redis. */
export interface ArgoCD {
  /** Applies its own objects in `argocd`, such as Applications; throws where one is refused. */
  readonly apply: (...objects: readonly object[]) => Promise<void>;
  /** Makes another control plane a destination, reached by a token, as `argocd cluster add` does. */
  readonly addCluster: (cluster: Destination) => Promise<void>;
  /** Gives undefined when there is no such Application. */
  readonly application: (name: string) => Promise<ApplicationState | undefined>;
  /** Has an Application compared with what is in Git now, as a webhook does; returns when it is. */
  readonly refresh: (name: string, how?: 'normal' | 'hard') => Promise<ApplicationState>;
  /** Returns when an Application is as the predicate says. */
  readonly until: (
    name: string,
    what: string,
    isSo: (state: ApplicationState) => boolean,
    options?: { readonly timeout?: number },
  ) => Promise<ApplicationState>;
  /** Has a commit compared, and returns when its automatic sync has ended, however it did. */
  readonly synced: (
    name: string,
    revision: string,
    options?: { readonly timeout?: number },
  ) => Promise<ApplicationState>;
  /**
   * Has a commit compared, and returns when it is synced, or when something of it was refused and is tried again, or when
   * Argo CD says why it does not even try.
   */
  readonly settled: (name: string, revision: string) => Promise<ApplicationState>;
  /** All that a program has logged so far. */
  readonly log: (program: ProgramName) => string;
  /** The end of each program's log, for a test that has failed. */
  readonly logTails: (lines?: number) => string;
  readonly memory: (program: ProgramName) => Memory;
  /** How a program ended by itself, if it did. */
  readonly exit: (program: ProgramName) => string | undefined;
  /** Ends a program at once, in the middle of what it does. */
  readonly end: (program: ProgramName) => Promise<void>;
  /** Starts a program again, at the same address; returns when it is ready. */
  readonly start: (program: ProgramName) => Promise<void>;
  /** Ends the programs and removes all that they wrote. What they did in the clusters stays. */
  readonly stop: () => Promise<void>;
}

export interface Destination {
  readonly name: string;
  readonly controlPlane: ControlPlane;
  readonly token: string;
  /** Also on the cluster's Secret, where an ApplicationSet finds it. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Installs Argo CD in a control plane, starts its programs and returns when all are ready. They end with the tests. */
export async function startArgoCD(options: ArgoCDOptions): Promise<ArgoCD> {
  forbidOtherNetworks();
  const { controlPlane } = options;
  await install(options);
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-argo-cd-'));
  const tokenOf = (name: string) => createToken(controlPlane, 'argocd', name);
  const controllers = ['argocd-application-controller', 'argocd-applicationset-controller'] as const;
  const [controller, setController] = await Promise.all(controllers.map(tokenOf));
  const programs = await preparePrograms({
    folder,
    kubeconfigs: {
      'argocd-application-controller': controlPlane.kubeconfig(controller),
      'argocd-applicationset-controller': controlPlane.kubeconfig(setController),
    },
    flags: options.flags ?? {},
  });

  async function stop(): Promise<void> {
    await Promise.all(programNames.map((name) => programs.end(name)));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); // git may be at work for a moment yet
  }

  function logTails(lines = 20): string {
    return programNames
      .map((name) => {
        const end = programs.log(name).trimEnd().split('\n').slice(-lines).join('\n');
        return `--- ${name} (${programs.exit(name) ?? 'running'})\n${end}\n`;
      })
      .join('');
  }

  try {
    for (const name of programNames) await programs.start(name);
  } catch (error) {
    const output = logTails();
    await stop();
    throw new Error(`Argo CD did not start: ${String(error)}\n${output}`, { cause: error });
  }

  const { request } = controlPlane;
  const pathOf = (name: string) => `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`;

  async function apply(...objects: readonly object[]): Promise<void> {
    const inNamespace = objects.map((object) => {
      const metadata: unknown = at(object, 'metadata');
      return { ...object, metadata: { ...(typeof metadata === 'object' && metadata), namespace: 'argocd' } };
    });
    await controlPlane.applyManifests(inNamespace.map((one) => stringify(one)).join('---\n'), {
      fieldManager: 'test',
    });
  }

  async function application(name: string): Promise<ApplicationState | undefined> {
    const { status, body } = await request('GET', pathOf(name));
    return status === 404 ? undefined : readApplication(body);
  }

  async function until(
    name: string,
    what: string,
    isSo: (state: ApplicationState) => boolean,
    { timeout = 300_000 } = {},
  ): Promise<ApplicationState> {
    let last: ApplicationState | undefined;
    const find = async () => {
      last = await application(name);
      return last !== undefined && isSo(last) && last;
    };
    try {
      return await waitFor(`the Application ${name} to be ${what}`, find, { timeout, interval: 200 });
    } catch (error) {
      throw new Error(`${String(error)}; it is ${JSON.stringify(last, undefined, 2)}`, { cause: error });
    }
  }

  /** Asks for a comparison, and again each half minute: one has not come once, late or lost. */
  async function refresh(name: string, how = 'normal'): Promise<ApplicationState> {
    const annotation = 'argocd.argoproj.io/refresh';
    async function ask(value: string | null): Promise<void> {
      const answer = await request('PATCH', pathOf(name), {
        body: { metadata: { annotations: { [annotation]: value } } },
        contentType: 'application/merge-patch+json',
      });
      throwIfRefused(answer, `the refresh of ${name}`);
    }
    await ask(how);
    let asked = performance.now();
    return await waitFor(`${name} to be compared`, async () => {
      const { body } = await request('GET', pathOf(name));
      if (at(body, 'metadata', 'annotations', annotation) === undefined) return readApplication(body);
      if (performance.now() - asked < 30_000) return undefined;
      // The same value again would be no change, and so no event that the controller hears of.
      await ask(null);
      await ask(how);
      asked = performance.now();
      return undefined;
    });
  }

  return {
    apply,
    async addCluster({ name, controlPlane: { server, authority }, token, labels = {} }) {
      const caData = Buffer.from(authority).toString('base64');
      await apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: `cluster-${name}`, labels: { ...labels, 'argocd.argoproj.io/secret-type': 'cluster' } },
        stringData: { name, server, config: JSON.stringify({ bearerToken: token, tlsClientConfig: { caData } }) },
      });
    },
    application,
    refresh,
    until,
    async synced(name, revision, options = {}) {
      await refresh(name);
      for (;;) {
        const state = await until(name, `synced to ${revision}`, (one) => hasEnded(one, revision), options);
        if (state.sync === 'Synced' || state.operation?.phase !== 'Succeeded') return state;
        // It may have been compared a moment before the cluster's own word of what was applied came in.
        const again = await refresh(name);
        if (hasEnded(again, revision)) return again;
      }
    },
    async settled(name, revision) {
      await refresh(name);
      for (;;) {
        const state = await until(name, `settled at ${revision}`, (one) => hasSettled(one, revision));
        if (state.sync !== 'OutOfSync' || state.operation?.phase !== 'Succeeded') return state;
        // It may have been compared a moment before the cluster's own word of what was applied came in.
        const again = await refresh(name);
        if (hasSettled(again, revision)) return again;
      }
    },
    log: programs.log,
    logTails,
    memory: programs.memory,
    exit: programs.exit,
    end: programs.end,
    start: programs.start,
    stop,
  };
}

/** Whether a commit was compared, and nothing is left to be done about it, or no more can be. */
function hasEnded({ isBusy, revision, sync, operation }: ApplicationState, commit: string): boolean {
  return !isBusy && revision === commit && (sync === 'Synced' || operation?.revision === commit);
}

/** Whether a commit was compared, and is synced, was refused in part, or cannot even be tried. */
function hasSettled({ isBusy, revision, sync, operation, conditions }: ApplicationState, commit: string): boolean {
  if (conditions.some(({ type }) => type.endsWith('Error'))) return true;
  if (operation?.revision === commit && operation.retries > 0) return true;
  return !isBusy && revision === commit && (sync === 'Synced' || operation?.revision === commit);
}

/** A token of a service account. */
export async function createToken({ request }: ControlPlane, namespace: string, name: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await request('POST', path, {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 6 * 3600 } },
  });
  throwIfRefused(answer, `a token of ${namespace}/${name}`);
  return String(at(answer.body, 'status', 'token'));
}

/** Argo CD's own manifests, as its documentation has them applied. */
async function install({ controlPlane, mayDo = 'anything', settings = {} }: ArgoCDOptions): Promise<void> {
  const programs = programFolder();
  const read = (name: string) => readFileSync(join(programs, name), 'utf8');
  const { request } = controlPlane;
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const name of definitions) {
    // As they are: they are megabytes, and the server reads YAML faster.
    const crd = `${name.replace('-crd.yaml', '')}s.argoproj.io`;
    const answer = await request('PATCH', `${crds}/${crd}?fieldManager=argocd-install&force=true`, {
      body: read(name),
      contentType: 'application/apply-patch+yaml',
    });
    throwIfRefused(answer, crd);
  }
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } };
  const objects = parseAllDocuments(read(installation)).map((document): unknown => document.toJS() as unknown);
  const wanted = objects
    .filter((object) => mayDo === 'anything' || !isClusterwideRight(object))
    .map((object) => changed(object, settings));
  await controlPlane.applyManifests([namespace, ...wanted].map((object) => stringify(object)).join('---\n'), {
    fieldManager: 'argocd-install',
  });
  await waitFor('Argo CD’s kinds to be served', async () => {
    const { body } = await request('GET', '/apis/argoproj.io/v1alpha1');
    const kinds = listAt(body, 'resources').map((one) => at(one, 'kind'));
    return ['Application', 'ApplicationSet', 'AppProject'].every((kind) => kinds.includes(kind));
  });
}

/** Of the application controller, which needs none in a cluster that it does not sync. */
function isClusterwideRight(object: unknown): boolean {
  return (
    ['ClusterRole', 'ClusterRoleBinding'].includes(String(at(object, 'kind'))) &&
    at(object, 'metadata', 'name') === 'argocd-application-controller'
  );
}

/** The installation's settings with those of the test, and with the key that Argo CD's API server would make up. */
function changed(object: unknown, settings: Readonly<Record<string, string | undefined>>): unknown {
  const name = at(object, 'metadata', 'name');
  if (typeof object !== 'object') return object;
  if (name === 'argocd-secret') return { ...object, stringData: { 'server.secretkey': 'of-these-tests-only' } };
  if (name !== 'argocd-cm') return object;
  const data = { ...(at(object, 'data') as Record<string, string>), ...settings };
  return { ...object, data: Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) };
}

function throwIfRefused({ status, body }: Answer, what: string): void {
  if (status >= 300)
    throw new Error(`the API server refused ${what}: ${status} ${String(at(body, 'message') ?? body)}`);
}

/** The application controller listens on every address there is: let that be loopback alone. */
function forbidOtherNetworks(): void {
  const others = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.some(({ internal }) => !internal) ? [name] : [],
  );
  if (others.length === 0) return;
  throw new Error(
    `Argo CD's controller would serve its metrics on ${others.join(', ')}: ` +
      'run these tests by `npm run test:argo-cd`, in a network of their own',
  );
}
