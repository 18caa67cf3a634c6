import type { ClusterNamespace } from '../access/graph.ts';
import type { Organization, ResolvedIsolation } from '../config/model/desired-state.ts';
import { heldIsolation } from '../config/model/desired-state.ts';
import { isolation as isolationTable } from '../settings/isolation.ts';
import { keysOf } from '../settings/setting.ts';
import { keys } from './labels.ts';

/**
 * Argo CD must never delete such an object for whatever reason, and is not out of sync because it is still there: it
 * would sync again and again otherwise.
 */
export const keptByArgoCD = {
  'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
};

/**
 * What Argo CD may prune and delete, once it has been marked. Written, and not left out: under server-side apply a key goes only
 * when its last manager lets go of it, and whoever applied `dist/` by hand is one.
 */
const prunedByArgoCD = {
  'argocd.argoproj.io/compare-options': '',
  'argocd.argoproj.io/sync-options': 'Prune=true,Delete=true',
};

/**
 * For objects that are tenantry's alone and whose maps lose keys: Argo CD writes them whole, also over what another manager
 * keeps. It looks at an object only when it differs from Git in what Git says, so another annotation must change with the keys.
 */
export const writtenWhole = { 'argocd.argoproj.io/sync-options': 'Replace=true' };

/** How a namespace is isolated: one that is no tenant's, as the organization says. */
export function isolationOf(
  { isolation }: Pick<Organization, 'isolation'>,
  entry: ClusterNamespace,
): ResolvedIsolation {
  return entry.kind === 'Tenant' ? entry.namespace.isolation : isolation;
}

/** The annotations of a Namespace: those that are declared, and those of tenantry itself, which are its word alone. */
export function namespaceAnnotations(
  { labelDomain, isolation: byDefault }: Pick<Organization, 'labelDomain' | 'isolation'>,
  entry: ClusterNamespace,
): Record<string, string> {
  const key = keys(labelDomain);
  const isolation = heldIsolation(isolationOf({ isolation: byDefault }, entry));
  const { nodeSelector } = isolation;
  const marked = entry.kind === 'Tenant' && entry.state.value === 'MarkedForDeletion';
  const declared = entry.kind === 'Tenant' ? Array.from(entry.namespace.annotations) : [];
  return {
    // First, so that none takes the place of one of ours: the rules refuse that, and so it is no matter who is asked.
    ...Object.fromEntries(declared.map(([name, { value }]) => [name, value])),
    // Until a namespace is marked for deletion, Argo CD must not delete it; from then on, the confirmation names what
    // may be deleted.
    // In one that is no tenant's, a cluster admin confirms, and Git has no say.
    ...(entry.kind === 'Tenant' && { [key.allowDelete]: marked ? entry.name : '' }),
    ...(marked ? prunedByArgoCD : keptByArgoCD),
    ...(nodeSelector && {
      'scheduler.alpha.kubernetes.io/node-selector': Object.entries(nodeSelector.value)
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join(','),
    }),
    ...allowListAnnotations(labelDomain, isolation),
    ...(entry.kind === 'Group' && { [key.group]: entry.share.group }),
  };
}

/**
 * The annotations by which a Namespace says what is allowed in it. On the Namespace itself, because each may say
 * something else, and the policy on Namespaces keeps everyone but the platform from changing it. An empty list allows
 * nothing. Which lists hold is written in every namespace: one that Git has taken away may still be there.
 */
function allowListAnnotations(domain: string, resolved: ResolvedIsolation): Record<string, string> {
  const lists = keysOf(isolationTable).flatMap((list) => {
    const key = isolationTable[list];
    const allowed = resolved[list]?.value;
    return 'annotation' in key && Array.isArray(allowed) ? [[key.annotation, allowed.join(',')] as const] : [];
  });
  return {
    [keys(domain).allowLists]: lists.map(([name]) => name).join(','),
    ...Object.fromEntries(lists.map(([name, allowed]) => [`${domain}/${name}`, allowed])),
  };
}
