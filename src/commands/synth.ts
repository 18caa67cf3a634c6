import { join } from 'node:path';
import { didYouMean } from '../source/diagnostic.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';
import type { Difference } from '../synth/dist.ts';
import { distIn, withModesSet } from '../synth/dist.ts';
import { apiServerFolder, distFolder, isForOperator, operatorFolder, placeOf } from '../manifests/layout.ts';
import { renderDifferences } from '../render/differences.ts';
import { counted } from '../source/text.ts';
import { assertCheckedOut, withoutUnrecordedModes } from '../app/checkout.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { placeIn } from '../synth/cached.ts';
import type { CheckedOrganization } from '../app/organization.ts';
import {
  checkReadOrganization,
  hasErrors,
  organizationTree,
  printDiagnostics,
  readTree,
  styleOf,
} from '../app/organization.ts';
import { meanwhile } from '../values/concurrency.ts';
import { synthesis, synthesizerFor } from '../synth/synthesis.ts';

export interface SynthOptions {
  readonly check?: true;
  readonly cluster?: readonly string[];
  readonly asOf?: string;
}

/** `tenantry synth`: checks the files and makes `dist/` what they say, or with `--check` says where it is not. */
export async function synth(io: Io, options: SynthOptions): Promise<number> {
  const tree = organizationTree(io);
  const checkout = meanwhile(assertCheckedOut(io));
  const asOf = options.asOf ?? io.today;
  const dist = distIn(join(io.dir, distFolder));
  const isAll = options.cluster === undefined;
  const synthesizer = synthesizerFor({
    dist,
    tenants: (await tree.list('tenants')).length,
    isCheck: options.check === true,
    // `--check` believes nobody, and of some clusters alone nothing is remembered.
    cache: io.cache && isAll && !options.check ? placeIn(io.cache.dir, io.dir, io.cache.program) : undefined,
    // What one thread alone has to write is not asked of another.
    threadScript: isAll ? io.threadScript : undefined,
    onRender: (clusters) => {
      io.progress?.say(`rendering ${counted(clusters, 'cluster')}`);
    },
  });
  try {
    const read = await readTree(io, tree, asOf);
    // Begins before anybody knows whether the rules let it be: nothing comes of it where they do not.
    const rendering = synthesis(synthesizer, dist, read);
    const checked = checkReadOrganization(io, read);
    await checkout;
    const { desired, diagnostics } = checked;
    if (hasErrors(diagnostics)) return await refused(io, checked, diagnostics);
    const names = desired.clusters.map((c) => c.name);
    const chosen = chosenClusters(names, options.cluster);

    const rendered = await rendering();
    if (hasErrors(rendered.problems)) return await refused(io, checked, rendered.problems);
    const warnings = diagnostics.filter((d) => d.severity === 'warning');
    if (warnings.length > 0) await printDiagnostics(io, io.err, checked, warnings);

    const isChosen = (path: string): boolean => chosen === undefined || chosen.has(placeOf(path).cluster ?? '');
    const found = await withoutUnrecordedModes(
      io,
      rendered.differences.filter(({ path }) => isChosen(path)),
    );
    if (found.length > 0 && options.check) {
      io.out.write(renderDifferences(found, styleOf(io.out)));
      return exit.differences;
    }
    refuseForeign(found);
    const differences = options.check ? [] : withModesSet(dist.folder, found);
    io.progress?.say(`writing ${counted(differences.length, 'file')}`);
    await synthesizer.write(differences);
    const change = differences.length === 0 ? 'is what the files say' : counts(differences);
    io.out.write(`dist/ ${change}: ${summary(rendered.paths.filter(isChosen).length, names.length, chosen)}\n`);
    const byHand = differences.filter(({ path }) => isForOperator(path));
    if (byHand.length > 0) {
      io.out.write(
        `${counted(byHand.length, 'file')} of them ${byHand.length === 1 ? 'is' : 'are'} not for Argo CD: who operates the cluster applies dist/${operatorFolder}/ and dist/${apiServerFolder}/ by hand\n`,
      );
    }
    return exit.clean;
  } finally {
    await synthesizer.end();
  }
}

async function refused(io: Io, checked: CheckedOrganization, diagnostics: readonly Diagnostic[]): Promise<number> {
  await printDiagnostics(io, io.err, checked, diagnostics);
  io.err.write('Nothing was written.\n');
  return exit.problems;
}

function refuseForeign(differences: readonly Difference[]): void {
  const foreign = differences.filter((d) => d.kind === 'foreign');
  if (foreign.length === 0) return;
  throw new Failure(
    'foreign-files',
    `dist/ holds what tenantry did not write, and nothing was written:\n${foreign.map((d) => `  dist/${d.path}`).join('\n')}`,
    { help: 'move it away, or delete it: everything in dist/ is rendered and synced to clusters' },
  );
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
