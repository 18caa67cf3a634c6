import type { ClusterSnapshot, ConnectionState, LiveNamespace } from '../cluster/snapshot.ts';
import { formatQuantity, parseQuantity, sumQuantities } from '../kubernetes/quantity.ts';

/**
 * What snapshots say of declared things. What was not read is `Unknown`, with the reason: it is neither there nor gone, and
 * never ready.
 */

/** As Kubernetes writes conditions. When one came to be so is not known here. */
export interface Condition {
  readonly type: 'Ready' | 'Cordoned';
  readonly status: 'True' | 'False' | 'Unknown';
  /** One word, for programs. */
  readonly reason: string;
  readonly message: string;
}

/** A namespace on one cluster, at the time of the snapshot. */
export type LiveNamespaceState =
  | {
      readonly phase: string;
      readonly uid: string;
      readonly resourceVersion: string;
      readonly createdAt: string;
      /** How old it was when it was read, as kubectl says it. */
      readonly age: string;
      readonly readAt: string;
    }
  | {
      readonly phase: 'Unknown' | 'NotFound';
      readonly reason: string;
      readonly message: string;
      readonly readAt?: string;
    };

/** A cluster, at the time of the snapshot. */
export interface LiveClusterState {
  readonly state: ConnectionState['kind'];
  readonly message?: string;
  readonly server: string;
  readonly version?: string;
  readonly nodes?: number;
  readonly readyNodes?: number;
  readonly cpus?: string;
  readonly memory?: string;
  readonly readAt: string;
}

const notRead = { reason: 'NotRead', message: 'the cluster was not read' };

/** What each way in which a connection fails is called in a condition. */
const reasons: Readonly<Record<ConnectionState['kind'], string>> = {
  ok: notRead.reason,
  partial: notRead.reason,
  forbidden: 'Forbidden',
  unreachable: 'Unreachable',
  untrusted: 'Untrusted',
  unauthorized: 'Unauthorized',
  'not-in-kubeconfig': 'NotInKubeconfig',
};

/** Why a list of a cluster is not known. */
function whyUnknown(
  { state }: ClusterSnapshot,
  resource: string,
): { readonly reason: string; readonly message: string } {
  const why =
    'why' in state
      ? state.why
      : 'missing' in state
        ? state.missing.find((missing) => missing.resource.split('.')[0] === resource)?.why
        : undefined;
  return { reason: reasons[state.kind], message: why ?? `${resource} were not read` };
}

/** What is known of a namespace on a cluster. */
export function liveNamespace(snapshot: ClusterSnapshot | undefined, name: string): LiveNamespaceState {
  if (!snapshot) return { phase: 'Unknown', ...notRead };
  const { readAt, objects } = snapshot;
  if (!objects.namespaces) return { phase: 'Unknown', ...whyUnknown(snapshot, 'namespaces'), readAt };
  const found = objects.namespaces.find((namespace) => namespace.name === name);
  if (!found) return { phase: 'NotFound', reason: 'NotFound', message: 'it is not on the cluster', readAt };
  const { uid, resourceVersion, createdAt } = found;
  return { phase: phaseOf(found), uid, resourceVersion, createdAt, age: ageOf(createdAt, readAt), readAt };
}

function phaseOf({ phase, deletedAt }: LiveNamespace): string {
  return deletedAt === undefined ? phase : 'Terminating';
}

/** Whether a namespace stands on a cluster and is Active there; not whether all in it is as declared. */
export function namespaceReady(cluster: string, live: LiveNamespaceState): Condition {
  if ('reason' in live) {
    const status = live.phase === 'Unknown' ? 'Unknown' : 'False';
    return { type: 'Ready', status, reason: live.reason, message: `${cluster}: ${live.message}` };
  }
  return live.phase === 'Active'
    ? { type: 'Ready', status: 'True', reason: 'Active', message: `${cluster}: Active` }
    : { type: 'Ready', status: 'False', reason: live.phase, message: `${cluster}: ${live.phase}` };
}

/** What is known of a cluster. One that cannot be reached has no CPUs and no memory for anybody (S21). */
export function liveCluster(snapshot: ClusterSnapshot): LiveClusterState {
  const { state, server, version, readAt, objects } = snapshot;
  const said = {
    state: state.kind,
    ...('why' in state && { message: state.why }),
    server,
    ...(version !== undefined && { version }),
    readAt,
  };
  if (isDown(state)) return { ...said, nodes: 0, readyNodes: 0, cpus: '0', memory: '0' };
  const { nodes } = objects;
  if (!nodes) return said;
  const cpus = total(nodes.map(({ cpu }) => cpu));
  const memory = total(nodes.map((node) => node.memory));
  return {
    ...said,
    nodes: nodes.length,
    readyNodes: nodes.filter(({ isReady }) => isReady).length,
    ...(cpus !== undefined && { cpus }),
    ...(memory !== undefined && { memory }),
  };
}

function isDown({ kind }: ConnectionState): boolean {
  return kind === 'unreachable' || kind === 'untrusted' || kind === 'unauthorized';
}

/** The sum of quantities; undefined where one of them is none. */
function total(texts: readonly string[]): string | undefined {
  const amounts = texts.flatMap((text) => parseQuantity(text) ?? []);
  return amounts.length === texts.length ? formatQuantity(sumQuantities(amounts), texts[0]) : undefined;
}

/** Whether a cluster answers: that is verified by listing its nodes (S21). */
export function clusterReady(snapshot: ClusterSnapshot | undefined): Condition {
  if (!snapshot) return { type: 'Ready', status: 'Unknown', ...notRead };
  if (snapshot.objects.nodes)
    return { type: 'Ready', status: 'True', reason: 'Connected', message: 'its nodes were listed' };
  return { type: 'Ready', status: isDown(snapshot.state) ? 'False' : 'Unknown', ...whyUnknown(snapshot, 'nodes') };
}

/** Ready only where all are: else the first that is not, or of which it is not known. */
export function allReady(conditions: readonly Condition[], whenNone: Pick<Condition, 'reason' | 'message'>): Condition {
  const [first] = conditions;
  if (!first) return { type: 'Ready', status: 'Unknown', ...whenNone };
  for (const status of ['False', 'Unknown'] as const) {
    const [one, ...others] = conditions.filter((condition) => condition.status === status);
    if (one) return { ...one, message: one.message + (others.length === 0 ? '' : ` (and ${others.length} more)`) };
  }
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Active',
    message: `${conditions.length} of ${conditions.length} ready`,
  };
}

const units = [
  ['d', 86_400, 2],
  ['h', 3600, 3],
  ['m', 60, 2],
] as const;

/** The time between two moments (RFC 3339) in the largest unit that says enough of it; empty where one is none. */
function ageOf(from: string, to: string): string {
  const seconds = Math.floor((Date.parse(to) - Date.parse(from)) / 1000);
  if (Number.isNaN(seconds)) return '';
  const [name, size] = units.find(([, unit, least]) => seconds >= unit * least) ?? ['s', 1];
  return `${Math.floor(Math.max(0, seconds) / size)}${name}`;
}
