import type { Meaning } from '../../src/access/graph.ts';
import { accessGraph } from '../../src/access/graph.ts';
import type { ClusterSnapshot, LiveObjects, LiveResource, Snapshot } from '../../src/cluster/snapshot.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import type { Drift, Expected, Finding } from '../../src/drift/drift.ts';
import { driftOf } from '../../src/drift/drift.ts';
import type { ManifestObject } from '../../src/manifests/manifest-file.ts';
import { render } from '../../src/manifests/render.ts';
import { driftSentence, plainText } from '../../src/render/drift/sentences.ts';
import { parseYaml } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { organization, tenant } from '../live/support/organization.ts';
import { clusterFile, tenantFile } from '../support/config.ts';
import { exampleDay } from '../support/examples.ts';
import { liveSnapshot } from '../support/live-snapshot.ts';

/** An estate in which every way to have access occurs, on two clusters: `prodcluster01`, and `owncluster02`, which has an identity provider of its own. */
export const files = {
  ...organization({
    organization: `
roles:
  - name: log-reader
    rules: [{ apiGroups: [""], resources: [pods/log], verbs: [get] }]
clusterRoles: [metrics-viewer]
`,
    cluster: `
retainedNamespaces: [old-data]
foreignNamespaces:
  - { name: monitoring, sharedWith: [{ group: audit, role: view }] }
  - { name: logging, sharedWith: [] }
`,
    files: {
      ...tenant(
        'ruby',
        `
owners: [{ kind: User, name: rita }, { kind: Group, name: solar-leads }]
roles:
  - name: debugger
    rules: [{ apiGroups: [""], resources: [pods, pods/log], verbs: [get, list] }]
namespaces:
  - name: prod
    quota: { cpu: "1500m", memory: 2Gi, pods: 1000 }
    containerLimits: { max: { cpu: "2" }, default: { memory: 1Gi } }
    isolation: { network: SameTenant }
    labels: { team: red }
    sharedWith:
      - { group: audit, role: debugger }
      - { group: lab-team, role: log-reader }
      - { group: green-leads, role: metrics-viewer }
      - { user: tom, role: view }
      - { user: tom, role: edit }
      - { serviceAccount: ruby-ci/deployer, role: edit }
      - { serviceAccount: ruby-prod/robot, role: view }
  - name: ci`,
      ),
      'tenants/amber.yaml': tenantFile('amber', {
        owners: [{ kind: 'Group', name: 'solar-sre' }],
        defaults: { clusters: ['owncluster02'] },
        namespaces: [{ name: 'prod', sharedWith: [{ user: 'tom', role: 'view' }] }],
      }),
      'clusters/owncluster02.yaml': clusterFile('owncluster02', {
        authentication: { configuration: 'Own', userPrefix: 'idp:', groupPrefix: 'idp-' },
        sharedWith: [{ group: 'solar-sre', namespace: false }],
      }),
    },
  }),
};

const withMembers = (text: string): string =>
  text
    .replace('- name: solar-sre', '- name: solar-sre\n      members: [sue, sam]')
    .replace('- name: sandbox', '- name: sandbox\n      members: []');

/** The estate's meaning, what is rendered of it, and its clusters in step. */
export async function estate(more: Readonly<Record<string, string>> = {}): Promise<Estate> {
  const all = Object.fromEntries(
    Object.entries({ ...files, ...more }).flatMap(([path, content]) =>
      content === null ? [] : [[path, path === 'organization.yaml' ? withMembers(String(content)) : content] as const],
    ),
  );
  const desired = resolve(
    await readConfigFiles(memoryTree(all), (file, text) => Promise.resolve(parseYaml(file, text))),
  );
  const meaning = { desired, graph: accessGraph(desired, exampleDay) };
  const { objects } = render(desired, exampleDay);
  return { meaning, objects, snapshot: liveSnapshot(meaning, objects) };
}

export interface Estate {
  readonly meaning: Meaning;
  readonly objects: readonly ManifestObject[];
  readonly snapshot: Snapshot;
}

/** What becomes of a cluster's lists. */
export type Plant = (objects: LiveObjects) => LiveObjects;

type Item<K extends LiveResource> = NonNullable<LiveObjects[K]>[number];

/** Puts something there. */
export function add<K extends LiveResource>(resource: K, ...items: readonly Item<K>[]): Plant {
  return (objects) => ({ ...objects, [resource]: [...(objects[resource] ?? []), ...items] });
}

/** An object as `namespace/name`, or by its name alone. */
function isAt(path: string, { name, namespace }: { readonly name: string; readonly namespace?: string }): boolean {
  return path === (namespace === undefined ? name : `${namespace}/${name}`);
}

/** Takes something away, which must be there. */
export function drop(resource: LiveResource, path: string): Plant {
  return (objects) => {
    const all: readonly { readonly name: string; readonly namespace?: string }[] = objects[resource] ?? [];
    const kept = all.filter((item) => !isAt(path, item));
    if (kept.length !== all.length - 1) throw new Error(`there is no ${resource} ${path}`);
    return { ...objects, [resource]: kept };
  };
}

/** Changes something, which must be there. */
export function change<K extends LiveResource>(resource: K, path: string, how: (item: Item<K>) => Item<K>): Plant {
  return (objects) => {
    const all: readonly Item<K>[] = objects[resource] ?? [];
    if (!all.some((item) => isAt(path, item))) throw new Error(`there is no ${resource} ${path}`);
    return { ...objects, [resource]: all.map((item) => (isAt(path, item) ? how(item) : item)) };
  };
}

/** Several at once. */
export function together(...plants: readonly Plant[]): Plant {
  return (objects) => plants.reduce((planted, plant) => plant(planted), objects);
}

/** A snapshot with something planted on one of its clusters. */
export function planted(snapshot: Snapshot, cluster: string, plant: Plant): Snapshot {
  return onCluster(snapshot, cluster, (one) => ({ ...one, objects: plant(one.objects) }));
}

/** A snapshot of which one cluster is another. */
export function onCluster(
  snapshot: Snapshot,
  cluster: string,
  how: (one: ClusterSnapshot) => ClusterSnapshot,
): Snapshot {
  return { ...snapshot, clusters: snapshot.clusters.map((one) => (one.cluster === cluster ? how(one) : one)) };
}

/** The drift of an estate with another snapshot. */
export function driftIn({ meaning, objects }: Estate, snapshot: Snapshot, expected: readonly Expected[] = []): Drift {
  return driftOf({ meaning, objects, snapshot, expected });
}

/** What is found on all clusters. */
export function findingsOf({ clusters }: Drift): Finding[] {
  return clusters.flatMap(({ findings }) => findings);
}

/** A finding as people read it, with its kind: `more: group audit has …; by …`. */
export function said(finding: Finding): string {
  const { pieces, details } = driftSentence(finding);
  return `${finding.kind}: ${[pieces, ...details].map((part) => plainText(part).replaceAll('`', '')).join('; ')}`;
}
