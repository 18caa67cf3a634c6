import type { SeenCluster, SeenNamespace, SeenShare } from '../../drift/seen.ts';
import type { Column } from '../table.ts';
import { table } from '../table.ts';
import { csv } from '../csv.ts';
import type { Style } from '../style.ts';
import { jsonText, widthOf } from '../text.ts';
import { counted } from '../../source/text.ts';
import { age } from './age.ts';
import { connectionWords } from './connection.ts';

/** What `tenantry status` shows. */
export interface StatusView {
  readonly namespaces: readonly SeenNamespace[];
  /** The clusters that were asked for. */
  readonly clusters: readonly SeenCluster[];
  /** When reading began (RFC 3339). */
  readonly takenAt: string;
  readonly now: Date;
  /** The file that it was read from, where it was not the clusters themselves. */
  readonly savedIn?: string;
  /** `group solar-sre`, in the words of all lists of accesses. */
  readonly subjectName: (share: SeenShare) => string;
  /** An amount of memory, and of CPUs, for people. */
  readonly amounts: (cluster: SeenCluster) => { readonly cpus: string; readonly memory: string };
}

/** How it is printed. */
export interface StatusLook {
  readonly style: Style;
  readonly width?: number;
}

/** The namespaces on all clusters (S2): exactly its columns, and how old each is. */
function namespaceColumns({ now, subjectName }: StatusView, style: Style): readonly Column<SeenNamespace>[] {
  const shares = ({ sharedWith = [] }: SeenNamespace): string[] =>
    sharedWith.map((share) => `${subjectName(share)} (${share.roles.map(({ name }) => name).join(', ')})`);
  return [
    { header: 'Name', cell: ({ name }) => name },
    { header: 'Cluster', cell: ({ cluster }) => cluster },
    {
      header: 'Shared With',
      cell: (row) => shares(row).join(', '),
      narrowed: (row, room) => fewer(shares(row), room),
    },
    { header: 'Allocation', cell: ({ allocation }) => allocation ?? '' },
    {
      header: 'Status',
      cell: ({ status }) => status,
      colour: (text, { status }) => colourOf(style, status)(text),
      keep: true,
    },
    { header: 'Age', cell: ({ createdAt }) => age(createdAt, now), align: 'right', keep: true },
  ];
}

/** As many as there is room for, and how many more there are. */
function fewer(parts: readonly string[], room: number): string {
  for (let shown = parts.length - 1; shown > 0; shown--) {
    const text = `${parts.slice(0, shown).join(', ')} +${parts.length - shown}`;
    if (widthOf(text) <= room) return text;
  }
  return parts.length > 1 ? counted(parts.length, 'share') : parts.join();
}

/** Unknown is never green. */
function colourOf(style: Style, status: SeenNamespace['status']): (text: string) => string {
  switch (status) {
    case 'Active':
      return style.green;
    case 'Terminating':
    case 'Unknown':
      return style.yellow;
    case 'Missing':
      return style.red;
  }
}

/** The clusters (S21). */
function clusterColumns({ amounts }: StatusView, style: Style): readonly Column<SeenCluster>[] {
  return [
    { header: 'Name', cell: ({ name }) => name },
    {
      header: 'Nodes',
      cell: ({ nodes, nodesReady }) => (nodesReady === nodes ? String(nodes) : `${nodesReady} of ${nodes} ready`),
      align: 'right',
    },
    { header: 'CPUs', cell: (cluster) => amounts(cluster).cpus, align: 'right' },
    { header: 'Memory', cell: (cluster) => amounts(cluster).memory, align: 'right' },
    { header: 'Version', cell: ({ version }) => version ?? '' },
    {
      header: 'Connection',
      cell: ({ state }) => state.kind,
      colour: (text, { state }) => (state.kind === 'ok' ? style.green(text) : style.yellow(text)),
      keep: true,
    },
    { header: 'Endpoint', cell: ({ server }) => server },
  ];
}

/** The namespaces for people. */
export function namespacesTable(view: StatusView, look: StatusLook): string {
  const { namespaces } = view;
  return [
    namespaces.length === 0 ? 'No namespace matches.\n' : table(namespaceColumns(view, look.style), namespaces, look),
    `\n${sumOf(view)}\n`,
    notes(view, look.style),
  ].join('');
}

/** The clusters for people. */
export function clustersTable(view: StatusView, look: StatusLook): string {
  return [table(clusterColumns(view, look.style), view.clusters, look), '\n', notes(view, look.style)].join('');
}

/** The namespaces for spreadsheets. */
export function namespacesCsv(view: StatusView, style: Style): string {
  return csv(namespaceColumns(view, style), view.namespaces);
}

/** The clusters for spreadsheets. */
export function clustersCsv(view: StatusView, style: Style): string {
  return csv(clusterColumns(view, style), view.clusters);
}

/** What the whole comes to: how many of each status, the unknown ones among them. */
function sumOf({ namespaces, clusters }: StatusView): string {
  const order: readonly SeenNamespace['status'][] = ['Active', 'Terminating', 'Missing', 'Unknown'];
  const counts = order.flatMap((status) => {
    const count = namespaces.filter((namespace) => namespace.status === status).length;
    return count === 0
      ? []
      : [`${count} ${status === 'Active' || status === 'Terminating' ? status : status.toLowerCase()}`];
  });
  const unknown = clusters.filter(({ state }) => state.kind !== 'ok').length;
  return [
    `${counted(namespaces.length, 'namespace')} on ${counted(clusters.length, 'cluster')}`,
    ...(counts.length > 0 ? [`: ${counts.join(', ')}`] : []),
    ...(unknown > 0 ? [`; ${unknown} of ${counted(clusters.length, 'cluster')} not known, or in part`] : []),
  ].join('');
}

/** What else a reader should know: of each cluster that was not read whole, why and what to do. */
export function notes({ namespaces, clusters, takenAt, savedIn, now }: StatusView, style: Style): string {
  const undeclared = namespaces.filter(({ isDeclared }) => !isDeclared).length;
  return [
    ...(savedIn === undefined
      ? []
      : [`${style.yellow('note')}: this is as of ${takenAt}, ${age(takenAt, now)} ago, as ${savedIn} has it\n`]),
    ...(undeclared === 0
      ? []
      : [
          `${style.yellow('note')}: ${counted(undeclared, 'namespace')} of these ${undeclared === 1 ? 'is' : 'are'} not in Git: \`tenantry drift\` shows ${undeclared === 1 ? 'it' : 'them'}\n`,
        ]),
    ...clusters.flatMap((cluster) => {
      if (cluster.state.kind === 'ok') return [];
      const { sentence, help } = connectionWords(cluster);
      return [`${style.yellow('unknown')}: ${sentence}\n`, ...(help === undefined ? [] : [`  help: ${help}\n`])];
    }),
  ].join('');
}

/** The whole for programs. */
export function statusJson(view: StatusView): string {
  const { namespaces, clusters, takenAt, amounts } = view;
  return jsonText({
    formatVersion: 1,
    takenAt,
    // Whether everything that was asked for is known.
    complete: clusters.every(({ state }) => state.kind === 'ok'),
    clusters: clusters.map((cluster) => {
      const { name, server, state, readAt, version, nodes, nodesReady, nodesAreKnown } = cluster;
      const words = connectionWords(cluster);
      return {
        name,
        server,
        connection: {
          state: state.kind,
          message: state.kind === 'ok' ? null : words.sentence,
          help: words.help ?? null,
          missing: 'missing' in state ? state.missing : [],
        },
        readAt: readAt ?? null,
        version: version ?? null,
        nodes: { known: nodesAreKnown, total: nodes, ready: nodesReady, ...amounts(cluster) },
        namespaces: cluster.namespaces,
      };
    }),
    namespaces: namespaces.map((namespace) => ({
      name: namespace.name,
      cluster: namespace.cluster,
      tenant: namespace.tenant ?? null,
      declared: namespace.isDeclared,
      status: namespace.status,
      cordoned: namespace.isCordoned ?? null,
      allocation: namespace.allocation ?? null,
      createdAt: namespace.createdAt ?? null,
      readAt: namespace.readAt ?? null,
      sharedWith:
        namespace.sharedWith?.map(({ subject, isDeclared, roles }) => ({
          kind: subject.kind,
          name: subject.name,
          namespace: subject.kind === 'ServiceAccount' ? subject.namespace : null,
          declared: isDeclared,
          roles: roles.map(({ kind, name }) => ({ kind, name })),
        })) ?? null,
    })),
  });
}
