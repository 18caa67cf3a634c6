import { exampleDay } from '../../support/examples.ts';
import type { ExampleFiles } from '../../support/examples.ts';
import { memoryTree } from '../../../src/tree/tree.ts';
import { at } from '../../control-plane/client.ts';
import type { Answer } from '../../control-plane/client.ts';
import { startControlPlane } from '../../control-plane/control-plane.ts';
import type { ControlPlane } from '../../control-plane/control-plane.ts';
import { startIssuer } from '../../control-plane/issuer.ts';
import type { Issuer } from '../../control-plane/issuer.ts';
import type { Applied } from '../../control-plane/manifests.ts';
import { errorsOf, pipeline } from '../../support/pipeline.ts';
import { createActor } from './actor.ts';
import type { Actor } from './actor.ts';
import { roleBinding } from './objects.ts';
import { clusterName, issuerUrl } from './organization.ts';
import { allOnTestedVersion } from './tested-version.ts';
import { verdict } from './verdict.ts';

/** A control plane to which Argo CD has applied what tenantry renders of an organization. */
export interface TestCluster {
  readonly plane: ControlPlane;
  readonly issuer: Issuer;
  /** A member of `system:masters`, by client certificate. */
  readonly admin: Actor;
  /**
   * Argo CD's application controller, by a token of its service account. It may do what is rendered for it; or, where a
   * test is about the policies, anything.
   */
  readonly argoCD: Actor;
  /** `user:olaf`, whom RBAC lets do anything: what he may not, a policy refuses. */
  readonly overseer: Actor;
  /** `user:alice`, a member of `cluster-admins`, whom the policies let through. */
  readonly alice: Actor;
  /** A service account that the cluster's file trusts, and that RBAC lets do anything. */
  readonly operator: Actor;
  /** A person with a token of the issuer; `cluster-scope` is among the groups, as in every token. */
  readonly person: (name: string, ...groups: string[]) => Promise<Actor>;
  /** A service account, `namespace/name`, by a token of its own; it is created when there is none. */
  readonly serviceAccount: (fullName: string) => Promise<Actor>;
  /** Somebody whose token no test can have: a kubelet, or a part of the control plane. */
  readonly impersonate: (user: string, group?: string) => Actor;
  /** Renders the organization anew, applies it and prunes what is gone, as Argo CD does. */
  readonly sync: (files: ExampleFiles) => Promise<void>;
  /** What was applied by the last sync. */
  readonly applied: () => readonly Applied[];
  readonly stop: () => Promise<void>;
}

/** Starts a control plane, and applies an organization's manifests to it as Argo CD would. */
export async function startCluster(
  files: ExampleFiles,
  {
    argoCDMayDo = 'what is rendered',
    ownAuthentication,
    apiServerFlags = [],
  }: {
    readonly argoCDMayDo?: 'what is rendered' | 'anything';
    /** The configuration of an API server whose own identity provider decides: none is rendered for it. */
    readonly ownAuthentication?: string;
    readonly apiServerFlags?: readonly string[];
  } = {},
): Promise<TestCluster> {
  const first = await rendered(files);
  const authentication = ownAuthentication ?? first.authentication;
  if (authentication === undefined) throw new Error('no authentication configuration was rendered');
  const issuer = await startIssuer({ url: issuerUrl });
  const plane = await startControlPlane({
    authenticationConfiguration: authentication,
    issuers: [issuer],
    apiServerFlags,
  });
  const admin = createActor(plane, 'admin');

  /** Lets a subject do anything, as Argo CD's own installation does for its controller. */
  async function letDoAnything(name: string, subject: string): Promise<void> {
    await must(admin.create('clusterrolebindings', name, roleBinding('cluster-admin', subject)));
  }

  async function serviceAccount(fullName: string): Promise<Actor> {
    const existing = await admin.get('serviceaccounts', fullName);
    if (existing.status === 404) await must(admin.create('serviceaccounts', fullName));
    const { body } = await must(admin.create('serviceaccounts/token', fullName, { spec: {} }));
    return createActor(plane, { token: String(at(body, 'status', 'token')) });
  }

  async function person(name: string, ...groups: string[]): Promise<Actor> {
    const claims = { sub: `user:${name}`, aud: clusterName, groups: [...groups, 'cluster-scope'] };
    return createActor(plane, { token: await issuer.sign(claims) });
  }

  let applied: Applied[] = [];
  async function apply(text: string): Promise<void> {
    const before = applied;
    applied = await plane.applyManifests(text, { fieldManager: 'argocd-controller', as: argoCDToken });
    const kept = new Set(applied.map(({ path }) => path));
    // Argo CD deletes in the foreground, and leaves alone what says Prune=false.
    for (const { path, answer } of before.filter((one) => !kept.has(one.path)).reverse()) {
      const options = at(answer.body, 'metadata', 'annotations', 'argocd.argoproj.io/sync-options');
      if (String(options).split(',').includes('Prune=false')) continue;
      await must(argoCD.request('DELETE', path, { propagationPolicy: 'Foreground' }));
    }
  }

  async function sync({ forOperator, manifests }: RenderedCluster): Promise<void> {
    // Once the policies hold, they let only break-glass groups change what is the platform's.
    const isFirst = applied.length === 0;
    const claims = { sub: 'user:alice', aud: clusterName, groups: ['cluster-admins', 'cluster-scope'] };
    const as = isFirst ? ('admin' as const) : { token: await issuer.sign(claims) };
    await plane.applyManifests(forOperator, { fieldManager: 'operator', as });
    await apply(manifests);
  }

  await must(admin.create('namespaces', 'argocd'));
  await must(admin.create('namespaces', 'cert-manager'));
  if (argoCDMayDo === 'anything') await letDoAnything('argocd', 'ServiceAccount argocd/argocd-application-controller');
  await letDoAnything('cert-manager', 'ServiceAccount cert-manager/cert-manager');
  await letDoAnything('overseer', 'User user:olaf');
  await must(admin.create('serviceaccounts', 'argocd/argocd-application-controller'));
  const request = await must(
    admin.create('serviceaccounts/token', 'argocd/argocd-application-controller', { spec: {} }),
  );
  const argoCDToken = { token: String(at(request.body, 'status', 'token')) };
  const argoCD = createActor(plane, argoCDToken);
  await sync(first);

  return {
    plane,
    issuer,
    admin,
    argoCD,
    overseer: await person('olaf'),
    alice: await person('alice', 'cluster-admins'),
    operator: await serviceAccount('cert-manager/cert-manager'),
    person,
    serviceAccount,
    impersonate: (user, group) =>
      createActor(plane, 'admin', {
        headers: { 'impersonate-user': user, ...(group !== undefined && { 'impersonate-group': group }) },
      }),
    async sync(changed) {
      await sync(await rendered(changed));
    },
    applied: () => applied,
    async stop() {
      await plane.stop();
      await issuer.stop();
    },
  };
}

interface RenderedCluster {
  /** What Argo CD applies. */
  readonly manifests: string;
  /** What the cluster's operator applies. */
  readonly forOperator: string;
  readonly authentication: string | undefined;
}

/** What is rendered for the cluster; fails where the organization has errors. */
async function rendered(files: ExampleFiles): Promise<RenderedCluster> {
  const present = Object.entries(allOnTestedVersion(files)).flatMap(([path, text]) =>
    text === null ? [] : [[path, text] as const],
  );
  const tree = memoryTree(Object.fromEntries(present));
  const result = await pipeline(tree, exampleDay);
  const errors = errorsOf(result.diagnostics);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const authentication = result.files.find(({ path }) => path.startsWith(`api-server/${clusterName}/`))?.text;
  const below = (folder: string): string =>
    result.files.flatMap(({ path, text }) => (path.startsWith(`${folder}/`) ? [text] : [])).join('---\n');
  return { manifests: below(clusterName), forOperator: below(`cluster-access/${clusterName}`), authentication };
}

/** The answer, if it is no refusal. */
export async function must(answer: Promise<Answer>): Promise<Answer> {
  const got = await answer;
  if (got.status >= 300) throw new Error(`refused: ${verdict(got)}`);
  return got;
}
