import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with a Go module for each minor version of Kubernetes, named by it, and one for etcd, which all share. */
const modules = fileURLToPath(new URL('go', import.meta.url));

/** The Go package that each program of a control plane is built from. */
const packages = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
} as const;

export type ProgramName = keyof typeof packages;
export const programNames = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const satisfies ProgramName[];

/** What is built from one Go module, into one folder. */
export interface Part {
  readonly title: string;
  readonly module: string;
  readonly packages: Readonly<Partial<Record<ProgramName, string>>>;
  /** How `go build` is called, but for where to. */
  readonly arguments: readonly string[];
}

/** The minor versions of Kubernetes that are pinned, such as `1.30`, from the oldest to the newest. */
export function minorVersions(): string[] {
  const found = readdirSync(modules).filter((name) => /^1\.\d+$/.test(name));
  return found.sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
}

/**
 * The minor version of Kubernetes that tests run on: `TENANTRY_KUBERNETES`, else the newest. Whoever makes an organization
 * for a test's control plane gives its clusters this version.
 */
export function testedMinor(): string {
  const known = minorVersions();
  return knownMinor(nonEmpty(process.env['TENANTRY_KUBERNETES']) ?? known.at(-1) ?? '');
}

/** The minor version, if there is a Go module for it. */
export function knownMinor(minor: string): string {
  if (minorVersions().includes(minor)) return minor;
  throw new Error(
    `Kubernetes ${minor} is not among those of the tests, ${minorVersions().join(', ')}: ` +
      `\`npm run pin-control-plane -- ${minor}\` adds a minor version`,
  );
}

/** The folder of the Go module of a minor version. */
export function moduleOf(minor: string): string {
  return join(modules, minor);
}

/** The release of a minor version that is built, such as `v1.36.3`. */
export function kubernetesVersion(minor: string = testedMinor()): string {
  return pinnedVersion(moduleOf(minor), 'k8s.io/kubernetes');
}

/** The version of a Go module that another one requires. */
function pinnedVersion(module: string, required: string): string {
  const lines = readFileSync(join(module, 'go.mod'), 'utf8').split('\n');
  const line = lines
    .map((one) =>
      one
        .trim()
        .replace(/^require /, '')
        .split(' '),
    )
    .find(([name]) => name === required);
  if (line?.[1] === undefined) throw new Error(`${module}/go.mod does not require ${required}`);
  return line[1];
}

/** The parts of a control plane of a minor version. */
export function partsOf(minor: string): readonly Part[] {
  const { etcd, ...ofKubernetes } = packages;
  // As in Kubernetes' own releases: the tag lets the linker drop code that nothing reaches.
  const flags = ['-trimpath', '-buildvcs=false', '-mod=readonly', '-tags=grpcnotrace'];
  const etcdModule = join(modules, 'etcd');
  const version = kubernetesVersion(minor);
  return [
    {
      title: `etcd ${pinnedVersion(etcdModule, etcd)} for tests`,
      module: etcdModule,
      packages: { etcd },
      arguments: [...flags, '-ldflags=-s -w'],
    },
    {
      title: `The control plane for tests (Kubernetes ${version})`,
      module: moduleOf(minor),
      packages: ofKubernetes,
      arguments: [...flags, `-ldflags=-s -w ${stamps(version).join(' ')}`],
    },
  ];
}

/** The version is what the server reports, and Kubernetes judges its features by it; a plain build calls itself v0.0.0. */
function stamps(version: string): string[] {
  const [major, minor] = version.slice(1).split('.');
  const facts = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) =>
    Object.entries(facts).map(([name, value]) => `-X ${path}.${name}=${value ?? ''}`),
  );
}

/**
 * The folder that `npm run control-plane` builds a part into. It lies outside the clone and is named by a hash of all that
 * is built and how, so that every clone with the same go.mod and go.sum shares one build and none uses a stale one. The Go
 * release is no part of it: a new one is no reason to build the same sources again. `TENANTRY_CONTROL_PLANE` names
 * another folder to hold such folders.
 */
export function buildFolder(part: Part): string {
  const root = cacheRoot('control-plane', process.env['TENANTRY_CONTROL_PLANE']);
  return join(root, buildHash(part.module, [part.packages, part.arguments]));
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
 * Where the programs are: in `KUBEBUILDER_ASSETS` where it is set, else where `npm run control-plane` built those of the
 * version that tests run on. Throws with the remedy when one is missing.
 */
export function programPaths(minor: string = testedMinor()): Readonly<Record<ProgramName, string>> {
  const assets = nonEmpty(process.env['KUBEBUILDER_ASSETS']);
  const [etcd, kubernetes] = partsOf(minor).map((part) => (assets === undefined ? buildFolder(part) : resolve(assets)));
  const pathOf = (name: ProgramName) => join((name === 'etcd' ? etcd : kubernetes) ?? '', name);
  const paths = {
    etcd: pathOf('etcd'),
    'kube-apiserver': pathOf('kube-apiserver'),
    'kube-controller-manager': pathOf('kube-controller-manager'),
  };
  const missing = programNames.filter((name) => !isExecutable(paths[name]));
  if (missing.length === 0) return paths;
  throw new Error(
    assets === undefined
      ? `the control plane of Kubernetes ${minor} for tests is not built: run \`npm run control-plane -- ${minor}\` ` +
          `(needs Go, once; looked for ${missing.map((name) => paths[name]).join(', ')})`
      : `KUBEBUILDER_ASSETS is ${resolve(assets)}, where there is no ${missing.join(', no ')}: ` +
          `unset it and run \`npm run control-plane -- ${minor}\`, or add what is missing (envtest leaves out ` +
          'kube-controller-manager)',
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
