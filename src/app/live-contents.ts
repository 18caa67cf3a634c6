import type { Contents } from '../cluster/contents.ts';
import { contentsFinder } from '../cluster/contents.ts';
import { credentialStore } from '../cluster/credentials.ts';
import { readContexts } from '../cluster/kubeconfig.ts';
import { connectionTo, contextOf, versionOf } from '../cluster/sweep.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanReport, ReportContents, ReportItem } from '../plan/report.ts';
import { keys } from '../manifests/labels.ts';
import { groupedBy } from '../values/order.ts';
import { deletionStep } from '../render/plan/deletion-step.ts';
import type { Io } from './io.ts';
import { declaredServer, pluginSite, userAgent } from './snapshots.ts';

type EntityItem = Extract<ReportItem, { kind: 'entity' }>;

/** What the change does to a namespace on a cluster, as far as that is asked about it. */
interface AtStake {
  readonly cluster: string;
  readonly fate: ReportContents['fate'];
  /** Whose it is to be there. */
  readonly to: Owner;
}

interface Owner {
  /** As the cluster's labels say it: `tenant solar`. */
  readonly described: string;
  /** As the annotation that lets it go to them does. */
  readonly key: string;
}

/** How long a cluster is asked what namespaces hold, in milliseconds: each of its resources is listed in each of them. */
const budget = { connect: 5_000, begin: 30_000, total: 600_000 };

/**
 * The report with what the namespaces hold that the change deletes, or marks for it (S16), and what is there already under
 * the names of new ones, on the clusters that the kubeconfig has a context for. Other clusters are not asked; one that does
 * not answer is a Failure. A cluster is where the base of the change says, and known by the certificate authority there: a
 * change does not lead anybody's credentials elsewhere.
 */
export async function withContents(io: Io, report: PlanReport, plan: Plan, kubeconfig: string): Promise<PlanReport> {
  const concerned = report.items.flatMap((item) =>
    item.kind === 'entity' ? stakesOf(item).map((stake) => ({ ...stake, id: item.id, name: item.entity.name })) : [],
  );
  if (concerned.length === 0) return report;

  const contexts = await readContexts(kubeconfig);
  const store = credentialStore(pluginSite(io));
  const clusters = new Map(
    [...plan.after.desired.clusters, ...plan.before.desired.clusters].map((c) => [c.name, declaredServer(c)]),
  );
  const { labelDomain } = plan.after.desired.organization;
  const found = new Map<string, ReportContents[]>();
  for (const [name, stakes] of groupedBy(concerned, (stake) => stake.cluster)) {
    const cluster = clusters.get(name);
    const context = cluster && contextOf(contexts, cluster);
    if (!context) continue;
    const { ask, agent } = await connectionTo({ userAgent: userAgent(io), budget }, store, cluster, context);
    try {
      await versionOf(ask, cluster);
      const contentsOf = contentsFinder({ get: (path) => ask('GET', path) }, labelDomain);
      for (const stake of stakes) {
        const all = found.get(stake.id) ?? [];
        all.push(reported(stake, await contentsOf(stake.name), keys(labelDomain).allowAdopt));
        found.set(stake.id, all);
      }
    } finally {
      agent?.destroy();
    }
  }
  return {
    ...report,
    items: report.items.map((item) =>
      item.kind === 'entity' ? { ...item, contents: found.get(item.id) ?? [] } : item,
    ),
  };
}

function reported({ cluster, fate, to }: AtStake, contents: Contents, annotation: string): ReportContents {
  const { found, owner, allowAdopt, counts, hidden, unknown } = contents;
  const isTheirs =
    owner === to.described ||
    // What is a group's, or was, goes to another by the files of admins alone.
    (owner !== undefined && !owner.startsWith('tenant ') && !to.described.startsWith('tenant '));
  const isStuck = owner?.startsWith('tenant ') === true && !isTheirs;
  return {
    cluster,
    fate,
    found: found ?? null,
    owner: owner ?? null,
    needs:
      fate === 'new' && found === true && !isTheirs && !isStuck && allowAdopt !== to.key
        ? `${annotation}=${to.key}`
        : null,
    counts: [...counts],
    hidden: [...hidden],
    unknown: [...unknown],
  };
}

/** The clusters on which a namespace is new by the change, deleted by it, or marked for that. */
function stakesOf({ entity, settings, tenant }: EntityItem): AtStake[] {
  if (entity.kind !== 'namespace') return [];
  return settings.flatMap((setting) => {
    const { item: cluster, before, after } = setting;
    const step = deletionStep(setting);
    const fate = step === 'retained' && before === null ? 'new' : step;
    if (cluster === null || (fate !== 'new' && fate !== 'deleted' && fate !== 'marked')) return [];
    const to =
      tenant !== null
        ? { described: `tenant ${tenant}`, key: tenant }
        : step === 'retained'
          ? { described: 'retained', key: 'Retained' }
          : groupOwner((after ?? '').replace(/^of group /, ''));
    return [{ cluster, fate, to }];
  });
}

function groupOwner(group: string): Owner {
  return { described: `group ${group}`, key: `group/${group}` };
}
