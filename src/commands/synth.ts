import { join } from 'node:path';
import { accessGraph } from '../access/graph.ts';
import type { Cluster, Landscape } from '../config/landscape.ts';
import { didYouMean } from '../diagnostic.ts';
import { Failure } from '../failure.ts';
import type { DistEntry, Difference } from '../manifests/dist.ts';
import { compareDist, readDist, repairDist } from '../manifests/dist.ts';
import { apiServerFolder, operatorFolder } from '../manifests/names.ts';
import type { ManifestFile } from '../manifests/part.ts';
import type { Rendered } from '../manifests/render.ts';
import { renderDifferences } from '../render/differences.ts';
import { counted } from '../text.ts';
import { rules } from '../rules/index.ts';
import { checkRendered } from '../rules/run.ts';
import type { Io } from './io.ts';
import { exit } from './io.ts';
import type { KnownClusters } from './known-clusters.ts';
import {
  digestsOfConfig,
  digestsOfDist,
  filesByCluster,
  placeIn,
  readKnownClusters,
  writeKnownClusters,
} from './known-clusters.ts';
import type { CheckedOrganization } from './organization.ts';
import { checkOrganization, hasErrors, printDiagnostics, styleOf } from './organization.ts';

export interface SynthOptions {
  readonly check?: true;
  readonly cluster?: readonly string[];
  readonly asOf?: string;
}

/** `tenantry synth`: checks the files and makes `dist/` what they say, or with `--check` says where it is not. */
export async function synth(io: Io, options: SynthOptions): Promise<number> {
  const checked = await checkOrganization(io, options);
  const { landscape, diagnostics } = checked;
  if (hasErrors(diagnostics)) {
    await printDiagnostics(io, io.err, checked, diagnostics);
    io.err.write('Nothing was written.\n');
    return exit.problems;
  }
  const names = landscape.clusters.map((c) => c.name);
  const chosen = chosenClusters(names, options.cluster);
  const dist = join(io.dir, 'dist');
  const actual = readDist(dist);
  const memory = options.check || chosen || !io.cache ? undefined : placeIn(io.cache.dir, io.dir, io.cache.program);
  const from = memory ? digestsOfConfig(checked) : new Map<string, string>();
  const kept = memory ? unchanged(landscape, from, actual, readKnownClusters(memory)) : nothingKept(landscape);

  io.progress?.say(`rendering ${counted(kept.others.length, 'cluster')}`);
  const rendered = await rendering(checked, kept);
  const problems = checkRendered(rules, rendered.objects);
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

  const isChosen = ({ path }: { readonly path: string }): boolean => chosen === undefined || belongsTo(path, chosen);
  const expected = [...kept.files, ...rendered.files].filter(isChosen);
  const differences = compareDist(expected, actual.filter(isChosen));
  const foreign = differences.filter((d) => d.kind === 'foreign');
  if (differences.length > 0 && options.check) {
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
  io.progress?.say(`writing ${counted(differences.length, 'file')}`);
  repairDist(dist, differences);
  if (memory) writeKnownClusters(memory, known(from, rendered, kept));
  const change = differences.length === 0 ? 'is what the files say' : counts(differences);
  io.out.write(`dist/ ${change}: ${summary(expected.length, names.length, chosen)}\n`);
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

/** What need not be rendered again, and the clusters that must be. */
interface Kept {
  readonly files: readonly ManifestFile[];
  readonly known: KnownClusters['clusters'];
  readonly others: readonly Cluster[];
}

function nothingKept({ clusters }: Landscape): Kept {
  return { files: [], known: new Map(), others: clusters };
}

/** The clusters that would be rendered from the same, and whose files in `dist/` are the ones that were rendered. */
function unchanged(
  { clusters }: Landscape,
  from: ReadonlyMap<string, string>,
  actual: readonly DistEntry[],
  { clusters: known }: KnownClusters,
): Kept {
  const names = new Set(clusters.map((c) => c.name));
  const to = digestsOfDist(actual, names);
  const isSame = (name: string): boolean => {
    const before = known.get(name);
    return before !== undefined && before.from === from.get(name) && before.to === to.get(name);
  };
  const same = new Map(Array.from(known).filter(([name]) => names.has(name) && isSame(name)));
  const files = filesByCluster(actual, new Set(same.keys()));
  return {
    files: Array.from(files.values())
      .flat()
      .flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }])),
    known: same,
    others: clusters.filter(({ name }) => !same.has(name)),
  };
}

/** Renders some clusters, and what is of no cluster. cdk8s is not loaded before it is needed. */
async function rendering({ landscape, asOf }: CheckedOrganization, { others, files }: Kept): Promise<Rendered> {
  const { render } = await import('../manifests/render.ts');
  return render(
    landscape,
    accessGraph({ ...landscape, clusters: others }, asOf),
    files.map(({ path }) => path),
  );
}

/** What is to be remembered of this run. */
function known(from: ReadonlyMap<string, string>, { files }: Rendered, kept: Kept): KnownClusters {
  const to = digestsOfDist(files, new Set(kept.others.map((c) => c.name)));
  const rendered = kept.others.map(
    ({ name }) => [name, { from: from.get(name) ?? '', to: to.get(name) ?? '' }] as const,
  );
  return { clusters: new Map([...kept.known, ...rendered]) };
}

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
