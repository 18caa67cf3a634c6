import { join } from 'node:path';
import { didYouMean } from '../diagnostic.ts';
import { Failure } from '../failure.ts';
import type { Difference } from '../manifests/dist.ts';
import { compareDist, readDist, repairDist } from '../manifests/dist.ts';
import { apiServerFolder, operatorFolder, render } from '../manifests/render.ts';
import { renderDifferences } from '../render/differences.ts';
import { counted } from '../text.ts';
import { rules } from '../rules/index.ts';
import { checkRendered } from '../rules/run.ts';
import type { Io } from './io.ts';
import { exit } from './io.ts';
import { graphOrProblems, hasErrors, printDiagnostics, styleOf } from './organization.ts';

export interface SynthOptions {
  readonly check?: true;
  readonly cluster?: readonly string[];
  readonly asOf?: string;
}

/** `tenantry synth`: checks the files and makes `dist/` what they say, or with `--check` says where it is not. */
export async function synth(io: Io, options: SynthOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) {
    io.err.write('Nothing was written.\n');
    return exit.problems;
  }
  const { landscape, graph, diagnostics } = checked;
  const chosen = chosenClusters(
    landscape.clusters.map((c) => c.name),
    options.cluster,
  );
  const { files, objects } = render(landscape, graph);
  const problems = checkRendered(rules, objects);
  if (hasErrors(problems)) {
    await printDiagnostics(io, io.err, checked, problems);
    io.err.write('Nothing was written.\n');
    return exit.problems;
  }
  if (diagnostics.some((d) => d.severity === 'warning')) {
    await printDiagnostics(
      io,
      io.err,
      checked,
      diagnostics.filter((d) => d.severity === 'warning'),
    );
  }

  const dist = join(io.dir, 'dist');
  const isChosen = ({ path }: { readonly path: string }): boolean => chosen === undefined || belongsTo(path, chosen);
  const expected = files.filter(isChosen);
  const differences = compareDist(expected, readDist(dist).filter(isChosen));
  const foreign = differences.filter((d) => d.kind === 'foreign');
  if (differences.length === 0) {
    io.out.write(`dist/ is what the files say: ${summary(expected.length, graph.clusters.length, chosen)}\n`);
    return exit.clean;
  }
  if (options.check) {
    io.out.write(renderDifferences(differences, styleOf(io.out)));
    return exit.differences;
  }
  if (foreign.length > 0) {
    throw new Failure(
      'foreign-files',
      `dist/ holds what tenantry did not write, and nothing was written:\n${foreign.map((d) => `  dist/${d.path}`).join('\n')}`,
      { help: 'move it away, or delete it: everything in dist/ is rendered and synced to clusters' },
    );
  }
  repairDist(dist, differences);
  io.out.write(`dist/ ${counts(differences)}: ${summary(expected.length, graph.clusters.length, chosen)}\n`);
  const byHand = differences.filter(({ path }) => operatorFolders.some((folder) => path.startsWith(`${folder}/`)));
  if (byHand.length > 0) {
    io.out.write(
      `${counted(byHand.length, 'file')} of them ${byHand.length === 1 ? 'is' : 'are'} not for Argo CD: who operates the cluster applies dist/${operatorFolder}/ and dist/${apiServerFolder}/ by hand\n`,
    );
  }
  return exit.clean;
}

/** What of `dist/` is handed to those who operate the clusters. */
const operatorFolders: readonly string[] = [operatorFolder, apiServerFolder];

function chosenClusters(all: readonly string[], chosen: readonly string[] | undefined): Set<string> | undefined {
  for (const name of chosen ?? []) {
    if (all.includes(name)) continue;
    const meant = didYouMean(name, all);
    throw new Failure('bad-arguments', `there is no cluster \`${name}\``, {
      help: meant ? `did you mean \`${meant}\`?` : `the clusters are ${all.map((c) => `\`${c}\``).join(', ')}`,
    });
  }
  return chosen && new Set(chosen);
}

/** Whether a path in `dist/` is one cluster's: below its own folder, or below its folder in what its operator applies. */
function belongsTo(path: string, clusters: ReadonlySet<string>): boolean {
  const [first = '', second = ''] = path.split('/');
  return clusters.has(operatorFolders.includes(first) ? second : first);
}

function summary(files: number, clusters: number, chosen: ReadonlySet<string> | undefined): string {
  return `${counted(files, 'file')} for ${counted(chosen?.size ?? clusters, 'cluster')}`;
}

function counts(differences: readonly Difference[]): string {
  const count = (...kinds: readonly Difference['kind'][]): number =>
    differences.filter((d) => kinds.includes(d.kind)).length;
  const parts = [
    [count('missing'), 'written'],
    [count('changed', 'mode'), 'updated'],
    [count('stale', 'temporary'), 'removed'],
  ] as const;
  return parts.flatMap(([n, verb]) => (n > 0 ? [`${counted(n, 'file')} ${verb}`] : [])).join(', ');
}
