import type { Meaning } from '../access/graph.ts';
import { driftToldApart } from '../app/applied.ts';
import { refuseUnknownNames } from '../app/declared-names.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import type { CheckedOrganization } from '../app/organization.ts';
import { graphOrProblems, pathForHosts, pathFrom, placeFinder, styleOf } from '../app/organization.ts';
import type { LiveOptions } from '../app/snapshots.ts';
import { liveSnapshot } from '../app/snapshots.ts';
import type { Drift } from '../drift/drift.ts';
import { acceptLines } from '../drift/drift.ts';
import { comparedResources } from '../drift/view.ts';
import { render } from '../manifests/render.ts';
import { humanDrift } from '../render/drift/human.ts';
import { jsonDrift } from '../render/drift/json.ts';
import { markdownDrift } from '../render/drift/markdown.ts';
import { sarifDrift } from '../render/drift/sarif.ts';

export interface DriftOptions extends Omit<LiveOptions, 'clusters'> {
  readonly cluster?: string;
  readonly requireAll?: true;
  readonly accept?: true;
  readonly format: 'human' | 'markdown' | 'json' | 'sarif';
  readonly asOf?: string;
}

/** `tenantry drift`: what the clusters hold that Git does not, and the reverse, said as access (N8). */
export async function drift(io: Io, options: DriftOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  const { cluster } = options;
  if (cluster !== undefined) refuseUnknownNames(checked.desired, { cluster });
  const meaning = cluster === undefined ? checked : onlyOn(checked, cluster);
  const clusters = meaning.graph.clusters.map((access) => access.cluster.name);
  const snapshot = await liveSnapshot(io, checked, { ...options, clusters }, comparedResources);
  io.progress?.say('comparing');
  const input = {
    meaning,
    objects: render(checked.desired, checked.asOf).objects,
    snapshot,
    expected: checked.desired.organization.expected,
  };
  const compared = await driftToldApart(io, checked, input);
  // What is expected on other clusters was not looked for.
  const found = cluster === undefined ? compared : { ...compared, unused: [] };
  io.progress?.clear();
  io.out.write(options.accept ? accepted(io, found) : await shown(io, checked, found, options.format));
  if (found.clusters.length > 0 && found.clusters.every(isWithoutAnswer)) return exit.couldNotRun;
  if (options.requireAll === true && found.clusters.some(({ unknown }) => unknown.length > 0)) return exit.couldNotRun;
  // What is not applied is no drift, and not so either: where Argo CD stands still, nothing is revoked any more.
  const differs = found.clusters.some(({ findings, notApplied }) => findings.length + notApplied.length > 0);
  return differs ? exit.differences : exit.clean;
}

function onlyOn({ desired, graph }: Meaning, name: string): Meaning {
  return { desired, graph: { ...graph, clusters: graph.clusters.filter(({ cluster }) => cluster.name === name) } };
}

function isWithoutAnswer({ state }: Drift['clusters'][number]): boolean {
  return state.kind !== 'ok' && !('missing' in state);
}

/** The lines that would make everything expected, as they stand in `organization.yaml`. */
function accepted(io: Io, { clusters }: Drift): string {
  const lines = acceptLines(clusters.flatMap(({ findings }) => findings));
  if (lines === '') {
    io.err.write('Nothing differs that would have to be expected.\n');
    return '';
  }
  io.err.write('note: these go into organization.yaml, each with its reason, below spec:\n');
  return `expected:\n${lines.replace(/^(?=.)/gm, '  ')}`;
}

async function shown(
  io: Io,
  { sources }: CheckedOrganization,
  found: Drift,
  format: DriftOptions['format'],
): Promise<string> {
  const origins = found.clusters.flatMap(({ origin, findings, notApplied, expected }) => [
    origin,
    ...[...findings, ...notApplied, ...expected.map(({ finding }) => finding)].flatMap(({ because }) =>
      because.flatMap((reason) => [reason.origin, ...reason.via]),
    ),
  ]);
  const placeOf = await placeFinder(sources, origins);
  switch (format) {
    case 'json':
      return jsonDrift(found, placeOf);
    case 'markdown':
      return markdownDrift(found, placeOf);
    case 'sarif':
      return sarifDrift(found, { placeOf, version: io.version, pathOf: pathForHosts(io) });
    case 'human': {
      const pathOf = pathFrom(io);
      return humanDrift(
        found,
        (origin) => {
          const place = placeOf(origin);
          return { ...place, file: pathOf(place.file) };
        },
        styleOf(io.out),
        io.out.width,
      );
    }
  }
}
