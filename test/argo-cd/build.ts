import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { buildOnce, buildProgram, go } from '../control-plane/build-once.ts';
import { at } from '../control-plane/client.ts';
import {
  argoCDPackage,
  argoCDVersion,
  buildArguments,
  buildFiles,
  buildFolder,
  definitions,
  goModule,
  installation,
  kubectlPackage,
} from './binaries.ts';
import { provideRedis } from './redis.ts';

// `npm run argo-cd`: builds Argo CD for tests, and lays what it is installed from beside it.
try {
  await buildOnce({
    title: `Argo CD for tests (${argoCDVersion()})`,
    takes: 'about 15 minutes on 2 cores',
    folder: buildFolder(),
    files: buildFiles,
    build(into) {
      provideRedis(into);
      buildProgram(goModule, buildArguments(), argoCDPackage, join(into, 'argocd'));
      // For what docs/argo-cd.md has an operator type.
      buildProgram(goModule, buildArguments(), kubectlPackage, join(into, 'kubectl'));
      const source = go(goModule, ['list', '-m', '-f', '{{.Dir}}', 'github.com/argoproj/argo-cd/v3']).trim();
      copy(join(source, 'hack', 'git-verify-wrapper.sh'), join(into, 'git-verify-wrapper.sh'), 0o755);
      for (const name of definitions) copy(join(source, 'manifests', 'crds', name), join(into, name), 0o644);
      const manifests = readFileSync(join(source, 'manifests', 'install.yaml'), 'utf8');
      writeFileSync(join(into, installation), withoutWorkloads(manifests));
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The module cache is read-only, and so would be its copies. */
function copy(from: string, to: string, mode: number): void {
  copyFileSync(from, to);
  chmodSync(to, mode);
}

/** Argo CD's manifests for `kubectl apply --namespace=argocd`: that namespace filled in, and only what tests need. */
function withoutWorkloads(manifests: string): string {
  const kinds = ['ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap', 'Secret'];
  const clusterwide = ['ClusterRole', 'ClusterRoleBinding'];
  return parseAllDocuments(manifests)
    .filter((document) => [...kinds, ...clusterwide].includes(String(at(document.toJS(), 'kind'))))
    .map((document) => {
      if (kinds.includes(String(document.get('kind')))) document.setIn(['metadata', 'namespace'], 'argocd');
      return document.toString({ directives: true });
    })
    .join('');
}
