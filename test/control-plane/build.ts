import { join } from 'node:path';
import { buildFolder, knownMinor, partsOf, testedMinor } from './binaries.ts';
import { buildOnce, buildProgram } from './build-once.ts';

/**
 * `npm run control-plane`, with minor versions such as `1.31` or for the one that tests run on: builds the programs of a
 * control plane for tests, once for all clones of one user.
 */
try {
  const chosen = process.argv.slice(2);
  for (const minor of chosen.length > 0 ? chosen.map(knownMinor) : [testedMinor()]) {
    for (const part of partsOf(minor)) {
      const programs = Object.entries(part.packages);
      await buildOnce({
        title: part.title,
        takes: 'the two programs of Kubernetes take about 6 minutes on 2 cores',
        folder: buildFolder(part),
        files: programs.map(([name]) => name),
        build(into) {
          for (const [name, goPackage] of programs) {
            buildProgram(part.module, part.arguments, goPackage, join(into, name));
          }
        },
      });
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
