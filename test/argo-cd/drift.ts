import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { tenantryHere } from '../support/cli.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { repositoryIn } from '../support/repositories.ts';
import type { Fleet } from './fleet.ts';

/** What `tenantry drift` says of a fleet as it is, by cluster; of all clusters that are there. */
export interface FleetDrift {
  readonly code: number | null;
  /** As `more RoleBinding solar-prod/rogue`. */
  readonly findings: Readonly<Record<string, readonly string[]>>;
  /** What Argo CD has yet to apply, with what the API server said to it. */
  readonly notApplied: Readonly<Record<string, readonly string[]>>;
  readonly unknown: Readonly<Record<string, readonly string[]>>;
}

interface Report {
  readonly clusters: readonly {
    readonly cluster: string;
    readonly unknown: readonly { readonly resource: string; readonly why: string }[];
    readonly findings: readonly Found[];
    readonly notApplied: readonly Found[];
  }[];
}

interface Found {
  readonly kind: string;
  readonly objects: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  readonly refused?: { readonly message: string };
}

function said({ kind, objects, refused }: Found): string {
  const all = objects.map((o) => `${o.kind} ${o.namespace === undefined ? '' : `${o.namespace}/`}${o.name}`);
  return [kind, ...all, ...(refused ? [`refused: ${refused.message}`] : [])].join(' ');
}

/** Compares the fleet with what its organization's files say, as an admin of all clusters. */
export async function fleetDrift<Cluster extends string>(fleet: Fleet<Cluster>): Promise<FleetDrift> {
  const folder = temporaryFolder();
  repositoryIn(folder).git(['clone', '--quiet', fleet.remote.folder, '.']);
  // Whose certificates the files name are not those of the control planes.
  for (const file of readdirSync(join(folder, 'clusters'))) {
    if (file.endsWith('.pem')) rmSync(join(folder, 'clusters', file));
  }
  const planes = Object.entries(fleet.planes) as [Cluster, Fleet<Cluster>['planes'][Cluster]][];
  const contexts: unknown[] = [];
  const clusters: unknown[] = [];
  const users: unknown[] = [];
  for (const [name, plane] of planes) {
    const path = `clusters/${name}.yaml`;
    const document = parse(readFileSync(join(folder, path), 'utf8')) as { spec: Record<string, unknown> };
    document.spec['certificateAuthority'] = { file: `${name}.pem` };
    writeFiles(folder, { [path]: stringify(document), [`clusters/${name}.pem`]: plane.authority });
    const its = parse(plane.kubeconfig()) as {
      clusters: [{ cluster: unknown }];
      users: [{ user: unknown }];
    };
    clusters.push({ name, cluster: its.clusters[0].cluster });
    users.push({ name, user: its.users[0].user });
    contexts.push({ name, context: { cluster: name, user: name } });
  }
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify({ clusters, users, contexts }));
  const { code, stdout, stderr } = await tenantryHere(
    ['drift', '--kubeconfig', kubeconfig, '--format', 'json', '--dir', folder],
    { cwd: folder },
  );
  if (stdout === '') throw new Error(stderr);
  const report = JSON.parse(stdout) as Report;
  const names = new Set<string>(planes.map(([name]) => name));
  const there = report.clusters.filter(({ cluster }) => names.has(cluster));
  return {
    code,
    findings: Object.fromEntries(there.map(({ cluster, findings }) => [cluster, findings.map(said)])),
    notApplied: Object.fromEntries(there.map(({ cluster, notApplied }) => [cluster, notApplied.map(said)])),
    unknown: Object.fromEntries(
      there.map(({ cluster, unknown }) => [cluster, unknown.map(({ resource, why }) => `${resource}: ${why}`)]),
    ),
  };
}
