import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { compiledValidators } from './validators.ts';

/**
 * Compiles the program into `build/`, so that it starts without a TypeScript loader. Split into chunks, so that a
 * command loads only what it uses; packages stay packages, except those that every command needs at once.
 */
rmSync('build', { recursive: true, force: true });
await build({
  entryPoints: { cli: 'src/cli.ts', define: 'src/config/define.ts' },
  outdir: 'build',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['@kubernetes/client-node', 'cdk8s', 'cdk8s-plus-28', 'constructs', 'esbuild', 'simple-git', 'typescript'],
  plugins: [compiledValidators],
  banner: {
    // Packages that are CommonJS ask for what Node.js has by `require`.
    js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
