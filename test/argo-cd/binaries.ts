import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildHash, cacheRoot, isExecutable } from '../control-plane/binaries.ts';

/** The Go module that pins what is built. */
export const goModule = fileURLToPath(new URL('go', import.meta.url));

/** The Go package of the one program that is all components of Argo CD, and how `go build` is called for it. */
export const argoCDPackage = 'github.com/argoproj/argo-cd/v3/cmd';

/** The Go package of `kubectl`, of the Kubernetes that Argo CD is built with. */
export const kubectlPackage = 'k8s.io/kubernetes/cmd/kubectl';

/** The version of Argo CD in the Go module, such as `v3.5.3`. */
export function argoCDVersion(): string {
  const version = /^\tgithub\.com\/argoproj\/argo-cd\/v3 (v\S+)/m.exec(
    readFileSync(join(goModule, 'go.mod'), 'utf8'),
  )?.[1];
  if (version === undefined) throw new Error(`${goModule}/go.mod does not require github.com/argoproj/argo-cd/v3`);
  return version;
}

/** How `go build` is called, but for where to. The version is what Argo CD says of itself. */
export function buildArguments(): readonly string[] {
  const version = `-X github.com/argoproj/argo-cd/v3/common.version=${argoCDVersion().slice(1)}`;
  return ['-trimpath', '-buildvcs=false', '-mod=readonly', '-tags=grpcnotrace', `-ldflags=-s -w ${version}`];
}

/** Argo CD's own installation: its CustomResourceDefinitions, and its accounts, roles and settings in `argocd`. */
export const definitions = ['application-crd.yaml', 'applicationset-crd.yaml', 'appproject-crd.yaml'] as const;
export const installation = 'install.yaml';

/** All that the build's folder holds. */
export const buildFiles = [
  'argocd',
  'git-verify-wrapper.sh',
  'kubectl',
  'redis-server',
  installation,
  ...definitions,
] as const;

/** The folder that `npm run argo-cd` builds into; `TENANTRY_ARGO_CD` names another folder to hold such folders. */
export function buildFolder(): string {
  const root = cacheRoot('argo-cd', process.env['TENANTRY_ARGO_CD']);
  return join(root, buildHash(goModule, [argoCDPackage, kubectlPackage, buildArguments(), buildFiles]));
}

/** The folder that holds Argo CD's programs; throws with the remedy when it is not built. */
export function programFolder(): string {
  const folder = buildFolder();
  if (
    ['argocd', 'git-verify-wrapper.sh', 'kubectl', 'redis-server'].every((name) => isExecutable(join(folder, name)))
  ) {
    return folder;
  }
  throw new Error(
    `Argo CD for tests is not built: run \`npm run argo-cd\` (needs Go and Redis, once; looked in ${folder})`,
  );
}
