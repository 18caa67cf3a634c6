import type { ClusterAccess, Meaning } from '../access/graph.ts';
import type { ByHand } from '../plan/by-hand.ts';
import type { Plan } from '../plan/plan.ts';
import type { DistPlace } from '../manifests/layout.ts';
import { apiServerFolder, argoCDCluster, distFolder, operatorFolder, placeOf } from '../manifests/layout.ts';
import type { ManifestFile } from '../manifests/manifest-file.ts';
import { listed } from '../rules/wording.ts';
import { groupedBy } from '../values/order.ts';
import { isShared } from '../values/shared.ts';

/**
 * What the operators of clusters have to do for a change: apply the files of `dist/` that Argo CD does not. Both sides are
 * rendered, so it holds whether or not somebody has run `synth` yet; only of the clusters for which they can differ. Of
 * clusters that go nothing is left to do.
 */
export async function onClusters({ before, after }: Plan): Promise<ByHand[]> {
  const old = new Map(before.graph.clusters.map((entry) => [entry.cluster.name, entry]));
  const sameOrganization = isShared(before.desired.organization, after.desired.organization);
  const concerned = after.graph.clusters.filter((entry) => {
    const { cluster } = entry;
    return !(sameOrganization && isShared(entry, old.get(cluster.name)));
  });
  if (concerned.length === 0) return [];
  // What renders is large, and most changes are none of an operator's.
  const rendererOf = await operatorRenderer();
  const [base, head] = [rendererOf(before), rendererOf(after)];
  const changes = [
    changedFiles(argoCDCluster, base.whereArgoCDRuns(), head.whereArgoCDRuns()),
    ...concerned.map((entry) => {
      const was = old.get(entry.cluster.name);
      return changedFiles(entry.cluster.name, was ? base.on(was) : [], head.on(entry));
    }),
  ];
  // The same for many clusters is one thing to do.
  return ([operatorFolder, apiServerFolder] as const).flatMap((folder) => {
    const ofFolder = changes.flatMap(({ cluster, files }) => {
      const names = files.flatMap((place) => (place.folder === folder ? [place.name] : []));
      return names.length === 0 ? [] : [{ cluster, names }];
    });
    return Array.from(groupedBy(ofFolder, alikeness).values(), (alike): ByHand => {
      const clusters = alike.map(({ cluster }) => cluster);
      return { where: 'cluster', what: told[folder](clusters, alike[0]?.names ?? []) };
    });
  });
}

/** The same for what is the same to do. Where Argo CD runs may be no cluster of ours. */
function alikeness({ cluster, names }: { readonly cluster: string; readonly names: readonly string[] }): string {
  return [cluster === argoCDCluster ? cluster : '', ...names].join('\n');
}

const told = {
  [operatorFolder]: (clusters: readonly string[], names: readonly string[]): string =>
    `apply \`${folderText(operatorFolder, clusters)}\` to ${clustersText(clusters)}, at best before the merge: ${listed(names.map(yaml))} ${names.length === 1 ? 'changes' : 'change'}`,
  [apiServerFolder]: (clusters: readonly string[], names: readonly string[]): string =>
    `give the API server of ${clustersText(clusters)} the new ${listed(names.map((name) => `${folderText(apiServerFolder, clusters)}${yaml(name)}`))}`,
};

function folderText(folder: string, clusters: readonly string[]): string {
  return `${distFolder}/${folder}/${clusters.length === 1 ? (clusters[0] ?? '') : '<cluster>'}/`;
}

function clustersText(clusters: readonly string[]): string {
  if (clusters[0] === argoCDCluster) return 'the cluster that Argo CD runs in';
  return `${clusters.length === 1 ? 'cluster' : `each of ${clusters.length} clusters:`} ${listed(clusters)}`;
}

function yaml(name: string): string {
  return `${name}.yaml`;
}

interface Changed {
  readonly cluster: string;
  readonly files: readonly DistPlace[];
}

/** The files of one side that are new or other ones. The comment at the top of each says where it comes from, and no more. */
function changedFiles(cluster: string, before: readonly ManifestFile[], after: readonly ManifestFile[]): Changed {
  const body = ({ text }: ManifestFile): string => text.slice(text.indexOf('\n') + 1);
  const old = new Map(before.map((file) => [file.path, body(file)]));
  return { cluster, files: after.filter((file) => body(file) !== old.get(file.path)).map(({ path }) => placeOf(path)) };
}

/** Gives the files of a state that operators apply: on one of its clusters, and where Argo CD runs. */
async function operatorRenderer() {
  const [{ clusterInputs }, { argoCDReaderFiles, operatorFiles }] = await Promise.all([
    import('../manifests/cluster-input.ts'),
    import('../manifests/render.ts'),
  ]);
  return ({ desired, graph }: Meaning) => {
    const inputs = new Map(clusterInputs(desired, graph.asOf).map((input) => [input.cluster.name, input]));
    return {
      on(entry: ClusterAccess): ManifestFile[] {
        const input = inputs.get(entry.cluster.name);
        return input ? operatorFiles(input, entry) : [];
      },
      whereArgoCDRuns: (): ManifestFile[] => argoCDReaderFiles(desired.organization),
    };
  };
}
