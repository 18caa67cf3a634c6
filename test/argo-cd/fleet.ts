import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { at } from '../control-plane/client.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startIssuer } from '../control-plane/issuer.ts';
import { readFiles } from '../support/folders.ts';
import { createToken, startArgoCD } from './argo-cd.ts';
import type { ArgoCD } from './argo-cd.ts';
import { openProject } from './objects.ts';
import { createRemote } from './repository.ts';
import type { Remote } from './repository.ts';

const dist = resolve(import.meta.dirname, '../../dist');

/** Two of the sample organization's clusters, one Argo CD that lives in the first, and the repository it syncs from. */
export interface Fleet {
  /** Argo CD's own cluster, and one that it reaches by a Secret. */
  readonly prod: ControlPlane;
  readonly dev: ControlPlane;
  readonly argoCD: ArgoCD;
  readonly remote: Remote;
  /** What is committed in `dist/`, by path from the repository's root. */
  readonly rendered: Readonly<Record<string, string>>;
  /** A member of the group, by a token of the issuer for the cluster. */
  readonly memberOf: (group: string, cluster: ClusterName) => Promise<{ readonly token: string }>;
  readonly stop: () => Promise<void>;
}

export const clusters = { prod: 'prodcluster01', dev: 'devcluster01' } as const;
export type ClusterName = keyof typeof clusters;

/** Starts a fleet. No Application is there yet, and nothing is pushed. */
export async function startFleet(): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-remote-'));
  const issuer = await startIssuer({ url: 'https://platform.example.com/api/oidc' });
  const configurationOf = (cluster: ClusterName) =>
    readFileSync(join(dist, 'api-server', clusters[cluster], 'authentication-configuration.yaml'), 'utf8');
  const start = (cluster: ClusterName) =>
    startControlPlane({ authenticationConfiguration: configurationOf(cluster), issuers: [issuer] });
  const [prod, dev] = await Promise.all([start('prod'), start('dev')]);
  const argoCD = await startArgoCD({ controlPlane: prod });
  await argoCD.apply(openProject('open'));
  await argoCD.addCluster({ name: clusters.dev, controlPlane: dev, token: await createWriter(dev) });
  const planes = { prod, dev };
  return {
    ...planes,
    argoCD,
    remote: createRemote(folder),
    rendered: Object.fromEntries(
      Object.values(clusters).flatMap((cluster) =>
        Object.entries(readFiles(join(dist, cluster))).map(([path, text]) => [`dist/${cluster}/${path}`, text]),
      ),
    ),
    async memberOf(group, cluster) {
      const audience = at(parse(configurationOf(cluster)), 'jwt', 0, 'issuer', 'audiences', 0);
      return { token: await issuer.sign({ sub: 'user:ada', aud: audience, groups: [group, 'cluster-scope'] }) };
    },
    async stop() {
      await argoCD.stop();
      await Promise.all([prod.stop(), dev.stop(), issuer.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Argo CD's account on a cluster where it does not live: the same name, which the policies know. */
async function createWriter(plane: ControlPlane): Promise<string> {
  await plane.applyManifests(
    `
apiVersion: v1
kind: Namespace
metadata: { name: argocd }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: argocd-application-controller, namespace: argocd }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: argocd-application-controller }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: argocd-application-controller, namespace: argocd }]
`,
    { fieldManager: 'test' },
  );
  return createToken(plane, 'argocd', 'argocd-application-controller');
}
