import { connect } from '../cluster/api.ts';
import { contentsOf } from '../cluster/contents.ts';
import type { KubeContext } from '../cluster/kubeconfig.ts';
import { contextNames, isSameServer, readContext } from '../cluster/kubeconfig.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanReport, ReportContents, ReportItem } from '../plan/report.ts';
import { deletionStep } from '../render/plan/deletion-step.ts';

type EntityItem = Extract<ReportItem, { kind: 'entity' }>;

/**
 * The report with what the namespaces hold that the change deletes, or marks for it (S16), on the clusters that the
 * kubeconfig has a context for. Other clusters are not asked; one that does not answer is a Failure.
 */
export async function withContents(report: PlanReport, plan: Plan, kubeconfig: string): Promise<PlanReport> {
  const concerned = new Map(
    report.items.flatMap((item) => (item.kind === 'entity' ? [[item.id, clustersAtStake(item)] as const] : [])),
  );
  const clusters = new Set(Array.from(concerned.values()).flat());
  if (clusters.size === 0) return report;

  const contexts: KubeContext[] = [];
  for (const name of await contextNames(kubeconfig)) contexts.push(await readContext(kubeconfig, name));
  const servers = new Map(
    [...plan.after.desired.clusters, ...plan.before.desired.clusters].map((c) => [c.name, c.server.value]),
  );
  const found = new Map<string, ReportContents[]>();
  for (const cluster of clusters) {
    const server = servers.get(cluster);
    const context = contexts.find((c) => server !== undefined && isSameServer(c.server, server));
    if (!context) continue;
    const api = await connect(context, undefined);
    try {
      for (const item of report.items) {
        if (item.kind !== 'entity' || concerned.get(item.id)?.includes(cluster) !== true) continue;
        const contents = await contentsOf(api, item.entity.name);
        const all = found.get(item.id) ?? [];
        all.push({ cluster, found: contents.found, counts: [...contents.counts], hidden: [...contents.hidden] });
        found.set(item.id, all);
      }
    } finally {
      api.close();
    }
  }
  return {
    ...report,
    items: report.items.map((item) =>
      item.kind === 'entity' ? { ...item, contents: found.get(item.id) ?? [] } : item,
    ),
  };
}

/** The clusters on which a namespace is deleted by the change, or marked for it. */
function clustersAtStake({ entity, settings }: EntityItem): string[] {
  if (entity.kind !== 'namespace') return [];
  return settings.flatMap((setting) => {
    const fate = deletionStep(setting);
    return setting.item !== null && (fate === 'deleted' || fate === 'marked') ? [setting.item] : [];
  });
}
