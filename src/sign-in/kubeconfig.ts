import { listAt, textAt } from '../values/json.ts';
import type { OwnCluster } from './issuer.ts';

/** A cluster in a kubeconfig: the server, who to be there, and both under one name. There is no secret in it. */
export interface Entry {
  /** Of the context, the cluster and the user alike: `acme/prodcluster01`. */
  readonly name: string;
  /** The cluster's id, by which the entry is known again under another name. */
  readonly id: string;
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
  readonly namespace?: string;
  /** Those in which he has something: one that he has chosen himself among them is let be. */
  readonly namespaces: readonly string[];
}

export interface EntryOptions {
  readonly issuer: string;
  /** What stands before the names of clusters: the organization's name, or the issuer's host. */
  readonly prefix: string;
  /** The namespace in place of each cluster's default (S49). */
  readonly namespace?: string;
}

const installHint =
  'tenantry gives the tokens for this cluster, and is not there: install it as your platform team says, and put it on your PATH.';

/** The entry of a cluster: kubectl asks `tenantry token` for a token at each run, and tells it for which server. */
export function entryOf(
  { name, id, server, certificateAuthority, namespaces, defaultNamespace }: OwnCluster,
  { issuer, prefix, namespace = defaultNamespace }: EntryOptions,
): Entry {
  return {
    name: `${prefix}/${name}`,
    id,
    cluster: {
      server,
      ...(certificateAuthority !== undefined && {
        'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
      }),
    },
    user: {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'tenantry',
        args: ['token', '--issuer', issuer, '--cluster', id],
        interactiveMode: 'IfAvailable',
        provideClusterInfo: true,
        installHint,
      },
    },
    ...(namespace !== undefined && { namespace }),
    namespaces,
  };
}

/** The id of the cluster for which a user of a kubeconfig was written for this issuer; undefined where he was not. */
export function clusterOfUser(exec: unknown, issuer: string): string | undefined {
  const [command, args] = [textAt(exec, 'command') ?? '', listAt(exec, 'args')];
  const after = (option: string): unknown => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
  const isTenantry = /(?:^|[\\/])tenantry(?:\.\w+)?$/.test(command);
  const cluster = after('--cluster');
  if (!isTenantry || args[0] !== 'token' || after('--issuer') !== issuer) return undefined;
  return typeof cluster === 'string' ? cluster : undefined;
}
