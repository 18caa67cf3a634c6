import { subjectName } from '../app/access-rows.ts';
import { refuseUnknownNames } from '../app/declared-names.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { graphOrProblems, styleOf } from '../app/organization.ts';
import type { LiveOptions } from '../app/snapshots.ts';
import { liveSnapshot } from '../app/snapshots.ts';
import { watched } from '../app/watch.ts';
import type { LiveResource } from '../cluster/snapshot.ts';
import type { SeenCluster, SeenNamespace } from '../drift/seen.ts';
import { seenClusters, seenNamespaces } from '../drift/seen.ts';
import { formatQuantity } from '../kubernetes/quantity.ts';
import type { StatusView } from '../render/live/status.ts';
import {
  clustersCsv,
  clustersTable,
  namespacesCsv,
  namespacesTable,
  notes,
  statusJson,
} from '../render/live/status.ts';
import { prose } from '../render/text.ts';
import { plainStyle } from '../render/style.ts';
import { Failure } from '../values/failure.ts';

export interface StatusOptions extends Omit<LiveOptions, 'clusters'> {
  readonly cluster?: string;
  /** A name, in which `*` stands for anything. */
  readonly namespace?: string;
  readonly tenant?: string;
  readonly group?: string;
  readonly requireAll?: true;
  /** Reads again every so many seconds. */
  readonly watch?: number;
  readonly format: 'table' | 'json' | 'csv';
  readonly asOf?: string;
}

/** What the views are made of: one request each, and one for the version. */
const resources: readonly LiveResource[] = ['nodes', 'namespaces', 'rolebindings'];

/** `tenantry status`: the namespaces on all clusters (S2, S3, S17, S26), or the clusters themselves (S21), as they are. */
export async function status(
  ioNow: () => Io,
  what: 'namespaces' | 'clusters',
  options: StatusOptions,
): Promise<number> {
  const { watch, format } = options;
  if (watch === undefined) return statusNow(ioNow(), what, options);
  if (format !== 'table') {
    throw new Failure('bad-arguments', `--watch shows a view in a terminal, and ${format} is for programs`, {
      help: `leave out --watch or --format ${format}; a program that wants to know again runs this again`,
    });
  }
  return watched(ioNow, watch, (io) => statusNow(io, what, options));
}

/** What is there now, read once. */
async function statusNow(io: Io, what: 'namespaces' | 'clusters', options: StatusOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  const { cluster, tenant, group } = options;
  refuseUnknownNames(checked.desired, {
    ...(cluster !== undefined && { cluster }),
    ...(tenant !== undefined && { tenant }),
    ...(group !== undefined && { group }),
  });
  const snapshot = await liveSnapshot(
    io,
    checked,
    { ...options, ...(cluster !== undefined && { clusters: [cluster] }) },
    resources,
  );
  const clusters = seenClusters(checked, snapshot);
  const view: StatusView = {
    namespaces: seenNamespaces(checked, snapshot).filter(matches(options)),
    clusters,
    takenAt: snapshot.takenAt,
    now: io.now(),
    ...(options.snapshot !== undefined && { savedIn: prose(options.snapshot) }),
    subjectName: ({ subject }) => subjectName(subject),
    amounts,
  };
  print(io, what, view, options.format);
  const unknown = clusters.filter(({ state }) => state.kind !== 'ok').length;
  const isNothing = clusters.length > 0 && clusters.every(isWithoutAnswer);
  return isNothing || (options.requireAll === true && unknown > 0) ? exit.couldNotRun : exit.clean;
}

function isWithoutAnswer({ state }: SeenCluster): boolean {
  return state.kind !== 'ok' && !('missing' in state);
}

function matches({ namespace, tenant, group }: StatusOptions): (row: SeenNamespace) => boolean {
  const pattern =
    namespace === undefined
      ? undefined
      : new RegExp(`^${namespace.replace(/[^\w*-]/g, '\\$&').replaceAll('*', '.*')}$`);
  return (row) =>
    (pattern === undefined || pattern.test(row.name)) &&
    (tenant === undefined || row.tenant === tenant) &&
    (group === undefined ||
      row.sharedWith?.some(({ subject }) => subject.kind === 'Group' && subject.name === group) === true);
}

/** CPUs, and memory in the largest unit in which it is at least one, with a digit after the point. */
function amounts({ cpus, memory }: SeenCluster): { readonly cpus: string; readonly memory: string } {
  return { cpus: formatQuantity(cpus), memory: rounded(memory) };
}

const units = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'] as const;
const one = 1_000_000_000n;

function rounded(memory: bigint): string {
  if (memory === 0n) return '0';
  const bytes = Number(memory / one);
  const step = Math.min(units.length, Math.max(1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)));
  const unit = units[step - 1] ?? 'Ki';
  return `${String(Number((bytes / 1024 ** step).toFixed(1)))}${unit}`;
}

function print(io: Io, what: 'namespaces' | 'clusters', view: StatusView, format: StatusOptions['format']): void {
  const { width } = io.out;
  const look = { style: styleOf(io.out), ...(width !== undefined && { width }) };
  switch (format) {
    case 'json':
      io.out.write(statusJson(view));
      return;
    case 'csv':
      io.out.write(what === 'clusters' ? clustersCsv(view, plainStyle) : namespacesCsv(view, plainStyle));
      io.err.write(notes(view, styleOf(io.err)));
      return;
    case 'table':
      io.out.write(what === 'clusters' ? clustersTable(view, look) : namespacesTable(view, look));
  }
}
