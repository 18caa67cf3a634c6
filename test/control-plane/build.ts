import { join } from 'node:path';
import { buildArguments, buildFolder, goModule, kubernetesVersion, packages, programNames } from './binaries.ts';
import { buildOnce, buildProgram } from './build-once.ts';

// `npm run control-plane`: builds the programs of a control plane for tests, once for all clones of one user.
try {
  await buildOnce({
    title: `The control plane for tests (Kubernetes ${kubernetesVersion()})`,
    takes: 'about 6 minutes on 2 cores',
    folder: buildFolder(),
    files: programNames,
    build(into) {
      for (const name of programNames) buildProgram(goModule, buildArguments(), packages[name], join(into, name));
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
