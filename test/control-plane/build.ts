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
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { buildArguments, buildFolder, goModule, kubernetesVersion, packages, programNames } from './binaries.ts';

/** `npm run control-plane`: builds the programs of a control plane for tests, once for all clones of one user. */
async function main(): Promise<void> {
  const folder = buildFolder();
  if (await isWhole(folder)) {
    console.log(`The control plane for tests (Kubernetes ${kubernetesVersion()}) is built: ${folder}`);
    return;
  }
  console.log(`Building the control plane for tests (Kubernetes ${kubernetesVersion()}); about 6 minutes on 2 cores`);
  const partial = `${folder}.partial-${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    for (const name of programNames) build(name, join(partial, name));
    writeFileSync(join(partial, checksumFile), await checksums(partial));
    // A build in another clone may have ended in the meantime, and its programs may be running.
    if (!(await isWhole(folder))) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(partial, folder);
    }
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  console.log(`Built: ${folder}`);
}

const checksumFile = 'SHA256SUMS';

function build(name: keyof typeof packages, path: string): void {
  const start = performance.now();
  const { error, status, signal } = spawnSync('go', ['build', ...buildArguments(), '-o', path, packages[name]], {
    cwd: goModule,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error !== undefined) throw new Error(`\`go\` cannot be run (${error.message}): install Go as go.mod asks for it`);
  if (status !== 0) throw new Error(`\`go build\` of ${name} ended with ${signal ?? String(status)}`);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${name}: ${seconds} s, ${Math.round(statSync(path).size / 1e6)} MB`);
}

/** Whether `folder` holds every program as it was built. */
async function isWhole(folder: string): Promise<boolean> {
  const file = join(folder, checksumFile);
  return existsSync(file) && readFileSync(file, 'utf8') === (await checksums(folder));
}

/** In the form that `sha256sum --check` reads. */
async function checksums(folder: string): Promise<string> {
  const lines = programNames.map(async (name) => {
    const path = join(folder, name);
    if (!existsSync(path)) return `missing  ${name}\n`;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return `${hash.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
