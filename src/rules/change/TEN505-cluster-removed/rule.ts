import type { Cluster } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { inBase, originAt } from '../../../source/source.ts';
import { counted } from '../../../source/text.ts';
import type { ChangeRule } from '../../rule.ts';
import { goneClusters, hasBase, itemsIn } from '../sides.ts';

export const clusterRemoved: ChangeRule = {
  level: 'change',
  code: 'TEN505',
  name: 'cluster-removed',
  severity: 'error',
  summary:
    "A cluster's file goes only when nothing is shared on the cluster any more, and neither a tenant nor a retained namespace is on it.",
  why: 'When the file is gone, Argo CD stops syncing the cluster: nothing there is taken away. Everybody keeps what they had, and no file says so any more.',
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const { before, after, plan } = context;
    const names = new Set(before.desired.clusters.map(({ name }) => name));
    const added = after.desired.clusters.filter(({ name }) => !names.has(name));
    const standing = new Map(plan.before.graph.clusters.map((entry) => [entry.cluster.name, entry.namespaces]));
    for (const old of goneClusters(context)) {
      const { name, origin, sharedWith } = old;
      const onCluster = standing.get(name) ?? [];
      const namespaces = onCluster.filter(({ kind }) => kind === 'Tenant').length;
      const retained = onCluster.filter(({ kind }) => kind === 'Retained').length;
      const foreign = old.foreignNamespaces.filter(({ shares }) => shares.length > 0).length;
      if (sharedWith.length + namespaces + retained + foreign === 0) continue;
      const renamedTo = added.find((other) => isSameCluster(old, other));
      const left = [
        ...(sharedWith.length > 0 ? [counted(sharedWith.length, 'group')] : []),
        ...(namespaces > 0 ? [`${counted(namespaces, 'namespace')} of tenants`] : []),
        ...(retained > 0 ? [counted(retained, 'retained namespace')] : []),
        ...(foreign > 0 ? [counted(foreign, 'foreign namespace')] : []),
      ];
      yield {
        message: `cluster \`${name}\` is removed with ${inSentence(left)} still on it`,
        at: at(renamedTo ? originAt(renamedTo.origin, 'metadata', 'name') : after.desired.organization.origin),
        ...(renamedTo && { label: 'has its server or its certificate authority' }),
        related: [
          sharedWith.length > 0
            ? { location: at(inBase(originAt(origin, 'spec', 'sharedWith'))), message: 'shared in the base' }
            : { location: at(inBase(originAt(origin, 'metadata', 'name'))), message: 'gone in this change' },
        ],
        help: renamedTo
          ? `it looks like it was renamed to \`${renamedTo.name}\`, but to Argo CD that is another cluster, and on \`${name}\` nothing would ever be taken away; keep its name, or empty \`${name}\` first`
          : `put ${origin.file} back, take its shares and namespaces away, those that it retains as well, merge that and let Argo CD sync it, and remove the file in a later change`,
        items: known(`cluster/${name}`),
      };
    }
  },
};

function inSentence(parts: readonly string[]): string {
  return [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((part) => part !== '').join(' and ');
}

function isSameCluster(a: Cluster, b: Cluster): boolean {
  const pem = (of: Cluster): string | undefined => of.certificateAuthority?.pem?.replace(/\s+/g, '');
  return a.server.value === b.server.value || (pem(a) !== undefined && pem(a) === pem(b));
}
