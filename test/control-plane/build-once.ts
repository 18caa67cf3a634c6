import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What is built once for all clones of one user. */
export interface Build {
  /** Such as `The control plane for tests (Kubernetes v1.36.3)`. */
  readonly title: string;
  /** How long it takes, such as `about 6 minutes on 2 cores`. */
  readonly takes: string;
  /** Named by all that goes into the build, so that one folder never holds two. */
  readonly folder: string;
  /** The files that the folder must hold in the end, relative to it. */
  readonly files: readonly string[];
  /** Writes them into an empty folder. */
  readonly build: (into: string) => void;
}

/** Builds into the folder, unless it holds every file as it was built. What is half built is never found there. */
export async function buildOnce({ title, takes, folder, files, build }: Build): Promise<void> {
  if (await isWhole(folder, files)) {
    console.log(`${title} is built: ${folder}`);
    return;
  }
  console.log(`${title} is being built; ${takes}`);
  const partial = `${folder}.partial-${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    build(partial);
    writeFileSync(join(partial, checksumFile), await checksums(partial, files));
    // A build in another clone may have ended in the meantime, and its programs may be running.
    if (!(await isWhole(folder, files))) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(partial, folder);
    }
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  console.log(`Built: ${folder}`);
}

/** Builds the program of a Go package as a Go module pins it. */
export function buildProgram(module: string, flags: readonly string[], goPackage: string, path: string): void {
  const start = performance.now();
  go(module, ['build', ...flags, '-o', path, goPackage], 'inherit');
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${basename(path)}: ${seconds} s, ${Math.round(statSync(path).size / 1e6)} MB`);
}

/** Runs Go in a module, and gives what it prints; throws when it fails. */
export function go(module: string, args: readonly string[], stdout: 'inherit' | 'pipe' = 'pipe'): string {
  const result = spawnSync('go', args, {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
    stdio: ['ignore', stdout, 'inherit'],
    encoding: 'utf8',
  });
  const { error, status, signal } = result;
  if (error !== undefined) throw new Error(`\`go\` cannot be run (${error.message}): install Go as go.mod asks for it`);
  if (status !== 0) throw new Error(`\`go ${args.join(' ')}\` ended with ${signal ?? String(status)}`);
  return stdout === 'pipe' ? result.stdout : '';
}

const checksumFile = 'SHA256SUMS';

/** Whether `folder` holds every file as it was built. */
async function isWhole(folder: string, files: readonly string[]): Promise<boolean> {
  const file = join(folder, checksumFile);
  return existsSync(file) && readFileSync(file, 'utf8') === (await checksums(folder, files));
}

/** In the form that `sha256sum --check` reads. */
async function checksums(folder: string, files: readonly string[]): Promise<string> {
  const lines = files.map(async (name) => {
    const path = join(folder, name);
    if (!existsSync(path)) return `missing  ${name}\n`;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return `${hash.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}
