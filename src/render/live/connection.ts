import type { ConnectionState } from '../../cluster/snapshot.ts';
import { prose } from '../text.ts';

/** How a cluster can be reached, in words: one sentence, and one thing to do (S21). */
export interface ConnectionWords {
  readonly sentence: string;
  /** Undefined where there is nothing to do. */
  readonly help?: string;
}

/** A cluster, as far as these words name it. */
export interface NamedCluster {
  readonly name: string;
  readonly server: string;
  readonly state: ConnectionState;
}

/** What is so of the connection to a cluster, and what to do about it; visible. */
export function connectionWords({ name, server, state }: NamedCluster): ConnectionWords {
  const file = `clusters/${name}.yaml`;
  switch (state.kind) {
    case 'ok':
      return { sentence: `${name} was read whole` };
    case 'forbidden':
      return {
        sentence: prose(`${name}: you may not list ${listed(state.missing.map(({ resource }) => plain(resource)))}`),
        help: `have the cluster's operator bind you to the ClusterRole tenantry:viewer, which dist/cluster-access/${name}/viewer.yaml has`,
      };
    case 'partial':
      return {
        sentence: prose(
          `${name} was read in part: ${state.missing.map(({ resource, why }) => `${plain(resource)}: ${why}`).join('; ')}`,
        ),
        help: 'run this again; what is missing here is not known',
      };
    case 'unreachable':
      return {
        sentence: prose(`${name} is unreachable: ${state.why}`),
        help: prose(`check endpoint and CA in ${file}, and whether you need a VPN or a proxy to get to ${server}`),
      };
    case 'untrusted':
      return {
        sentence: prose(`${name} is not trusted: ${state.why}`),
        help: `check endpoint and CA in ${file}: this may be another server than you think, and it was shown no credentials`,
      };
    case 'unauthorized':
      return {
        sentence: prose(`${name} does not know you: ${state.why}`),
        help: 'log in again, or check the user of that context in the kubeconfig',
      };
    case 'not-in-kubeconfig':
      return {
        sentence: prose(`${name} is not in the kubeconfig: ${state.why}`),
        help: prose(`add a context whose server is ${server}, or name another file with --kubeconfig`),
      };
  }
}

/** A resource without its API group: none of two groups are ever listed. */
function plain(resource: string): string {
  return resource.split('.', 1)[0] ?? '';
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
