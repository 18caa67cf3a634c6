import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Go module that pins what is built. */
export const goModule = fileURLToPath(new URL('go', import.meta.url));

/** The programs of a control plane, and the Go package that each is built from. */
export const packages = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
} as const;

export type ProgramName = keyof typeof packages;
export const programNames = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const satisfies ProgramName[];

/** The Kubernetes version of the Go module, such as `v1.36.3`. */
export function kubernetesVersion(): string {
  const version = /^\tk8s\.io\/kubernetes (v\S+)/m.exec(readFileSync(join(goModule, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${goModule}/go.mod does not require k8s.io/kubernetes`);
  return version;
}

/**
 * How `go build` is called, but for where to.
 * The version is what the server reports, and Kubernetes judges its features by it; a plain build calls itself v0.0.0.
 */
export function buildArguments(): readonly string[] {
  const version = kubernetesVersion();
  const [major, minor] = version.slice(1).split('.');
  const facts = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const stamps = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) =>
    Object.entries(facts).map(([name, value]) => `-X ${path}.${name}=${value ?? ''}`),
  );
  // As in Kubernetes' own releases: the tag lets the linker drop code that nothing reaches.
  return ['-trimpath', '-buildvcs=false', '-mod=readonly', '-tags=grpcnotrace', `-ldflags=-s -w ${stamps.join(' ')}`];
}

/**
 * The folder that `npm run control-plane` builds into. It lies outside the clone and is named by a hash of all that is
 * built and how, so that every clone with the same go.mod and go.sum shares one build and none uses a stale one. The Go
 * release is no part of it: a new one is no reason to build the same sources again. `TENANTRY_CONTROL_PLANE` names
 * another folder to hold such folders.
 */
export function buildFolder(): string {
  const root = cacheRoot('control-plane', process.env['TENANTRY_CONTROL_PLANE']);
  return join(root, buildHash(goModule, [packages, buildArguments()]));
}

/** The folder that holds builds of a kind: `chosen`, or one in the user's cache. */
export function cacheRoot(kind: string, chosen: string | undefined): string {
  const cache = nonEmpty(process.env['XDG_CACHE_HOME']) ?? join(homedir(), '.cache');
  return resolve(nonEmpty(chosen) ?? join(cache, 'tenantry', kind));
}

/** A hash of what a Go module pins, of this machine's kind, and of `how` it is built. */
export function buildHash(module: string, how: readonly unknown[]): string {
  const hash = createHash('sha256').update(JSON.stringify([process.platform, process.arch, ...how]));
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(module, file)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * The folder that holds the programs: `KUBEBUILDER_ASSETS` where it is set, else what `npm run control-plane` built.
 * Throws with the remedy when one is missing.
 */
export function programFolder(): string {
  const assets = nonEmpty(process.env['KUBEBUILDER_ASSETS']);
  const folder = assets === undefined ? buildFolder() : resolve(assets);
  const missing = programNames.filter((name) => !isExecutable(join(folder, name)));
  if (missing.length === 0) return folder;
  throw new Error(
    assets === undefined
      ? `the control plane for tests is not built: run \`npm run control-plane\` (needs Go, once; looked in ${folder})`
      : `KUBEBUILDER_ASSETS is ${folder}, where there is no ${missing.join(', no ')}: ` +
          'unset it and run `npm run control-plane`, or add what is missing (envtest leaves out kube-controller-manager)',
  );
}

/** Whether a program is there and can be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
