import type { DeclaredObject } from '../plan/object-meaning.ts';
import { jsonText, prose } from '../render/text.ts';
import type { DocumentInput } from '../app/documents.ts';
import { clusterDocument, heldNamespaces, namespaceDocument, tenantDocument } from '../app/documents.ts';
import { refuseUnknownNames } from '../app/declared-names.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { objectHistory } from '../app/object-history.ts';
import type { CheckedOrganization } from '../app/organization.ts';
import { graphOrProblems } from '../app/organization.ts';
import type { AccessGraph } from '../access/graph.ts';
import type { LiveOptions } from '../app/snapshots.ts';
import { liveSnapshot } from '../app/snapshots.ts';
import type { ClusterSnapshot } from '../cluster/snapshot.ts';

export type ObjectKind = 'namespace' | 'tenant' | 'cluster';

export interface GetOptions extends Pick<LiveOptions, 'kubeconfig' | 'snapshot'> {
  readonly output: 'yaml' | 'json';
  readonly asOf?: string;
}

/** `tenantry get KIND NAME`: a declared object as a document of Kubernetes' shape, with what Git says of it (S39, S61). */
export async function get(io: Io, kind: ObjectKind, name: string, options: GetOptions): Promise<number> {
  const { output } = options;
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  refuseUnknownNames(checked.desired, { [kind]: name });
  const found = await documents(io, checked, kind, name, await snapshotsOf(io, checked, kind, name, options));
  const [only, ...more] = found;
  const document = more.length === 0 ? only : { apiVersion: 'v1', kind: 'List', items: found };
  io.out.write(output === 'json' ? jsonText(document) : await yamlOf(document));
  return exit.clean;
}

/** The clusters that the object is on, as they are; undefined where nobody asked for that. */
async function snapshotsOf(
  io: Io,
  checked: CheckedOrganization & { readonly graph: AccessGraph },
  kind: ObjectKind,
  name: string,
  options: GetOptions,
): Promise<readonly ClusterSnapshot[] | undefined> {
  if (options.kubeconfig === undefined && options.snapshot === undefined) return undefined;
  const clusters = checked.graph.clusters.filter(({ cluster, namespaces }) =>
    kind === 'cluster'
      ? cluster.name === name
      : namespaces.some((entry) =>
          kind === 'namespace' ? entry.name === name : entry.kind === 'Tenant' && entry.tenant.name === name,
        ),
  );
  const names = clusters.map(({ cluster }) => cluster.name);
  const resources = kind === 'cluster' ? (['nodes', 'namespaces'] as const) : (['namespaces'] as const);
  return (await liveSnapshot(io, checked, { ...options, clusters: names }, resources)).clusters;
}

/** The documents of a name: of several holders of namespaces of one name, each has one. */
async function documents(
  io: Io,
  { desired, graph }: CheckedOrganization & { readonly graph: AccessGraph },
  kind: ObjectKind,
  name: string,
  snapshots: readonly ClusterSnapshot[] | undefined,
): Promise<unknown[]> {
  const inputOf = async (object: DeclaredObject): Promise<DocumentInput> => {
    const history = await objectHistory(io, desired, object);
    for (const note of history.notes) io.err.write(`note: ${prose(`${kind} \`${name}\`: ${note}`)}\n`);
    return { desired, graph, history, ...(snapshots && { snapshots }) };
  };
  switch (kind) {
    case 'tenant':
      return [tenantDocument(await inputOf({ kind: 'Tenant', name }), name)];
    case 'cluster':
      return [clusterDocument(await inputOf({ kind: 'Cluster', name }), name)];
    case 'namespace': {
      const found: unknown[] = [];
      for (const held of heldNamespaces(graph, name)) {
        const { tenant } = held;
        const input = await inputOf({ kind: 'Namespace', name, ...(tenant !== undefined && { tenant }) });
        found.push(namespaceDocument(input, held));
      }
      return found;
    }
  }
}

/** What a CI system would take for a command in a log: YAML writes no escapes for it, and JSON, which is YAML too, does. */
const ciCommand = /^\s*::|##[A-Za-z]*\[/m;

/** A document as YAML, of which nothing is for a terminal or a CI system to obey. */
async function yamlOf(document: unknown): Promise<string> {
  const { yamlText } = await import('../manifests/yaml/yaml-text.ts');
  const text = yamlText([document]);
  return ciCommand.test(text) ? jsonText(document) : text;
}
