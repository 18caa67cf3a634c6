import { delimiter, join, resolve } from 'node:path';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { asPerson, declared, issuerFor, siteOf } from '../app/person.ts';
import { prose } from '../render/text.ts';
import type { OwnCluster } from '../sign-in/issuer.ts';
import { entryOf } from '../sign-in/kubeconfig.ts';
import { changeKubeconfig, kubeconfigText, mergedText, newKubeconfig } from '../sign-in/kubeconfig-file.ts';
import { freshClusters } from '../sign-in/session.ts';
import { didYouMean } from '../source/diagnostic.ts';
import { counted } from '../source/text.ts';
import { Failure } from '../values/failure.ts';

export interface KubeconfigOptions {
  readonly issuer?: string;
  /** By their names or ids; all where there are none. */
  readonly cluster?: readonly string[];
  readonly namespace?: string;
  readonly merge?: true;
  readonly use?: true;
  readonly output?: string;
}

/** `tenantry kubeconfig`: a kubeconfig of the clusters that the person who is signed in has, without a secret in it (S27, S49). */
export async function kubeconfig(io: Io, options: KubeconfigOptions): Promise<number> {
  const site = siteOf(io);
  const issuer = await issuerFor(io, site, options.issuer);
  const { clusters } = await asPerson(site, issuer, (login) => freshClusters(site, login));
  const chosen = chosenOf(clusters, options.cluster);
  refuseNamespace(chosen, options.namespace);
  const own = await declared(io)();
  const prefix = own?.issuer.replace(/\/+$/, '') === issuer ? own.name : new URL(issuer).host;
  const { namespace } = options;
  const entries = chosen.map((cluster) =>
    entryOf(cluster, { issuer, prefix, ...(namespace !== undefined && { namespace }) }),
  );
  const [first, ...others] = entries;
  if (options.use && (!first || others.length > 0)) {
    throw new Failure('bad-arguments', `one context can be switched to, and there are ${entries.length}`, {
      help: 'name its cluster with --cluster',
    });
  }
  const use = options.use ? first?.name : undefined;
  if (!options.merge) {
    const text = kubeconfigText(entries, use);
    if (options.output === undefined) io.out.write(text);
    else {
      newKubeconfig(resolve(io.cwd, options.output), site.machine.processId, text);
      io.err.write(`${prose(`${options.output} has ${counted(entries.length, 'context')}`)}\n`);
    }
    return exit.clean;
  }
  const file = options.output === undefined ? usualFile(io) : resolve(io.cwd, options.output);
  const { removed, renamed } = changeKubeconfig(file, site.machine.processId, (text) =>
    mergedText(text, file, entries, {
      issuer,
      isWhole: options.cluster === undefined,
      isNamespaceGiven: namespace !== undefined,
      ...(use !== undefined && { use }),
    }),
  );
  const lines = [
    `${file} has ${counted(entries.length, 'context')} of ${issuer}: ${entries.map(({ name }) => name).join(', ')}`,
    ...(removed.length > 0 ? [`removed, for you have them no longer: ${removed.join(', ')}`] : []),
    ...renamed.map(({ from, to }) => `${from} is called ${to} now`),
    ...(use === undefined ? [] : [`the current context is ${use}`]),
  ];
  for (const line of lines) io.err.write(`${prose(line)}\n`);
  return exit.clean;
}

function chosenOf(clusters: readonly OwnCluster[], wanted: readonly string[] | undefined): readonly OwnCluster[] {
  if (wanted === undefined) return clusters;
  return wanted.map((one) => {
    const found = clusters.find(({ id }) => id === one) ?? clusters.find(({ name }) => name === one);
    if (found) return found;
    const names = clusters.map(({ name }) => name);
    const meant = didYouMean(one, names);
    throw new Failure('bad-arguments', `you have no cluster \`${one}\``, {
      help: meant === undefined ? '`tenantry clusters` lists those that you have' : `did you mean \`${meant}\`?`,
    });
  });
}

function refuseNamespace(clusters: readonly OwnCluster[], namespace: string | undefined): void {
  if (namespace === undefined) return;
  const without = clusters.filter(({ namespaces }) => !namespaces.includes(namespace));
  if (without.length === 0) return;
  const names = without.map(({ name }) => name);
  throw new Failure('bad-arguments', `you have nothing in namespace \`${namespace}\` on ${names.join(', ')}`, {
    help: 'name the clusters with --cluster; `tenantry clusters` lists the namespaces',
  });
}

/** Where kubectl would write. */
function usualFile({ environment, cwd }: Io): string {
  const { KUBECONFIG: listed, HOME: home } = environment;
  const [first] = (listed ?? '').split(delimiter).filter((file) => file !== '');
  if (first !== undefined) return resolve(cwd, first);
  if (home !== undefined && home !== '') return join(home, '.kube/config');
  throw new Failure('kubeconfig', 'nothing says where your kubeconfig is', {
    help: 'name it with --output, or in the environment variable KUBECONFIG',
  });
}
