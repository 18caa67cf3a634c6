import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import { licensesOf } from './licenses.ts';
import { compiledValidators } from './validators.ts';

/**
 * Of the Kubernetes client, what is used. Its package does not say so, but loading one of its files does nothing, so that what
 * nobody uses can be left out. Node.js has by itself what it takes from node-fetch.
 */
const kubernetesClient: Plugin = {
  name: 'kubernetes-client',
  setup(esbuild) {
    esbuild.onResolve({ filter: /./ }, async ({ path, pluginData, ...options }) => {
      const isIts = /[\\/]@kubernetes[\\/]client-node[\\/]/.test(options.importer);
      if (pluginData === 'asked' || !(isIts || path === '@kubernetes/client-node')) return undefined;
      if (path === 'node-fetch') return { path, namespace: 'fetch-of-node' };
      const resolved = await esbuild.resolve(path, { ...options, pluginData: 'asked' });
      return resolved.path.includes('client-node') ? { ...resolved, sideEffects: false } : resolved;
    });
    esbuild.onLoad({ filter: /./, namespace: 'fetch-of-node' }, () => ({
      contents: 'module.exports = globalThis;',
    }));
  },
};

/**
 * Compiles the program into `build/`, so that it starts without a TypeScript loader. Split into chunks, so that a
 * command loads only what it uses. Packages are bundled, except large ones that few commands need: cdk8s alone has hundreds of
 * files to read.
 */
rmSync('build', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: {
    cli: 'src/start.ts',
    define: 'src/config/define.ts',
    'synth-thread': 'src/synth/thread.ts',
    'issuer-thread': 'src/app/issuer-thread.ts',
  },
  outdir: 'build',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['esbuild', 'typescript'],
  plugins: [compiledValidators, kubernetesClient],
  define: { programDigest: JSON.stringify(programDigest()) },
  banner: {
    // Packages that are CommonJS ask for what Node.js has by `require`.
    js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
writeFileSync('build/licenses.txt', licensesOf(metafile));

/** A digest of the sources and of the versions of all packages: what one program has kept, another one does not use. */
function programDigest(): string {
  const sources = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', ...sources]) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}
