import { rmSync } from 'node:fs';
import { build } from 'esbuild';

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
  packages: 'external',
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
