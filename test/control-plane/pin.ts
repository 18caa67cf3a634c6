import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from './client.ts';
import { minorVersions, moduleOf } from './binaries.ts';
import { go } from './build-once.ts';

/**
 * `npm run pin-control-plane`, with minor versions such as `1.31` or for all that are pinned: writes the Go module of each
 * anew, for its latest release, with the dependencies that Kubernetes released it with.
 */
try {
  const chosen = process.argv.slice(2);
  for (const minor of chosen.length > 0 ? chosen : minorVersions()) pin(minor);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Pins the latest release: of some, a module proxy does not have every library. */
function pin(minor: string): void {
  if (!/^1\.\d+$/.test(minor)) throw new Error(`${minor} is no minor version of Kubernetes, such as 1.31`);
  const module = moduleOf(minor);
  mkdirSync(module, { recursive: true });
  for (const version of releasesOf(minor, module)) {
    try {
      pinRelease(version, module);
      console.log(`Kubernetes ${minor}: ${version}`);
      return;
    } catch (error) {
      console.log(`Kubernetes ${minor}: not ${version}: ${String(error)}`);
    }
  }
  throw new Error(`no release of Kubernetes ${minor} can be pinned`);
}

/**
 * The releases of a minor version, such as `v1.31.14`, the latest first. A module proxy lists those alone that somebody has
 * asked for; Kubernetes has all from `.0` on.
 */
function releasesOf(minor: string, module: string): string[] {
  empty(module);
  const listed = go(module, ['list', '-m', '-versions', 'k8s.io/kubernetes']).trim().split(' ');
  const patches = listed.flatMap((version) =>
    version.startsWith(`v${minor}.`) ? [Number(version.split('.')[2])] : [],
  );
  const latest = Math.max(-1, ...patches.filter(Number.isInteger));
  return Array.from({ length: latest + 1 }, (_, i) => `v${minor}.${latest - i}`);
}

/** Go looks for releases, and for what they require, by the module that it finds. */
function empty(module: string): void {
  writeFileSync(join(module, 'go.mod'), 'module tenantry/control-plane\n');
  rmSync(join(module, 'go.sum'), { force: true });
}

function pinRelease(version: string, module: string): void {
  empty(module);
  const download: unknown = JSON.parse(go(module, ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`]));
  writeFileSync(join(module, 'go.mod'), moduleText(version, readFileSync(String(at(download, 'GoMod')), 'utf8')));
  go(module, ['mod', 'tidy'], 'inherit');
}

/** A Go module with the two programs of a release, of whose own go.mod the text is given. */
function moduleText(version: string, kubernetes: string): string {
  const library = version.replace(/^v1/, 'v0');
  const libraries = Array.from(kubernetes.matchAll(/^\t(\S+) => \.\/staging\//gm), ([, name]) => name ?? '');
  const writtenFor = /^go (\d+\.\d+)/m.exec(kubernetes)?.[1];
  if (libraries.length === 0 || writtenFor === undefined) {
    throw new Error(`the go.mod of Kubernetes ${version} is not as it was`);
  }
  return `// Programs of Kubernetes ${version} for tests. \`npm run pin-control-plane\` writes this file.
module tenantry/control-plane

// The first Go with a \`tool\` line is 1.24; the programs are built with the Go of the newest Kubernetes.
go 1.26.0

// As in Kubernetes' own releases, the programs run by the rules of the Go that they were written for: newer ones differ
// in timers, certificates and HTTP.
godebug default=go${writtenFor}

tool (
	k8s.io/kubernetes/cmd/kube-apiserver
	k8s.io/kubernetes/cmd/kube-controller-manager
)

require k8s.io/kubernetes ${version}

// Kubernetes requires its own libraries at v0.0.0, and each is released beside it.
replace (
${libraries.map((name) => `\t${name} => ${name} ${library}\n`).join('')})
`;
}
