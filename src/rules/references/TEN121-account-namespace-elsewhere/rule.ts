import type { Namespace } from '../../../config/model/desired-state.ts';
import { fullSubjectName } from '../../../config/model/desired-state.ts';
import { protectionOf } from '../../../config/model/protected-names.ts';
import { at, didYouMean } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { oncePer } from '../../../values/once.ts';
import { addTo } from '../../../values/order.ts';
import type { Finding, RuleContext, WholeRule } from '../../rule.ts';
import { listedClusters } from '../../wording.ts';
import { accountShares } from '../../privilege/account-control.ts';

export const accountNamespaceElsewhere: WholeRule = {
  level: 'whole',
  code: 'TEN121',
  name: 'account-namespace-elsewhere',
  severity: 'warning',
  summary: 'The namespace of a service account in a share is on the clusters of the share, as far as it is declared.',
  why: 'A service account is one of its cluster: on another one, the same name is nobody, until somebody makes a namespace of that name there, whose pods then have what is shared. A name that nobody declares may be that of a namespace which others manage; one that is nearly a declared one is a slip, and waits for whoever comes to have it.',
  *check(context) {
    const { desired } = context;
    if (desired.unreadable.tenants.size > 0 || desired.unreadable.clusters.size > 0) return;
    for (const tenant of desired.tenants) {
      for (const { share, namespaces } of accountShares(tenant, context.asOf)) {
        const { subject: account, origin } = share;
        if (protectionOf(desired, account.namespace)) continue;
        const known = clustersByNamespace(context);
        const there = known.get(account.namespace);
        const finding = there ? missing(namespaces, there, account.namespace) : unknown(account, known.keys());
        if (finding) yield { ...finding, at: at(originAt(origin, 'serviceAccount')) };
      }
    }
  },
};

/** The clusters on which each namespace is declared. */
const clustersByNamespace = oncePer(
  ({ desired: { tenants, clusters } }: RuleContext): ReadonlyMap<string, string[]> => {
    const found = new Map<string, string[]>();
    for (const { namespaces } of tenants) {
      for (const { name, clusters: on } of namespaces) for (const { value } of on) addTo(found, name, value);
    }
    for (const { name: cluster, sharedWith, retainedNamespaces } of clusters) {
      for (const { namespace } of sharedWith) if (namespace !== undefined) addTo(found, namespace, cluster);
      for (const { value } of retainedNamespaces) addTo(found, value, cluster);
    }
    return found;
  },
);

function missing(
  namespaces: readonly Namespace[],
  there: readonly string[],
  namespace: string,
): Omit<Finding, 'at'> | undefined {
  const shared = new Set(namespaces.flatMap(({ clusters }) => clusters.map(({ value }) => value)));
  const without = Array.from(shared).filter((cluster) => !there.includes(cluster));
  if (without.length === 0) return undefined;
  return {
    message: `namespace \`${namespace}\` of the service account is not on ${listedClusters(without)}, where it is shared with`,
    help: `share with it in namespaces on ${listedClusters([...new Set(there)])} alone, or put \`${namespace}\` on the others too`,
  };
}

function unknown(
  account: { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string },
  known: Iterable<string>,
): Omit<Finding, 'at'> | undefined {
  const meant = didYouMean(account.namespace, Array.from(known));
  if (meant === undefined) return undefined;
  return {
    message: `no namespace \`${account.namespace}\` is declared, which service account \`${fullSubjectName(account)}\` would be in`,
    help: `did you mean \`${meant}/${account.name}\`?`,
    mend: `${meant}/${account.name}`,
  };
}
