import type { Cluster, Namespace, Owner, Subject, Tenant } from '../../config/model/desired-state.ts';
import { hasEnded } from '../../config/model/desired-state.ts';
import type { Label } from '../../source/diagnostic.ts';
import { at, atKey } from '../../source/diagnostic.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';
import { subjectOrigin } from '../privilege/subjects.ts';
import { counted } from '../../source/text.ts';
import type { Platform } from '../rule.ts';

/** What one owner or one share, written once, gives on one cluster. */
export interface WrittenShare {
  readonly subject: Subject;
  readonly role: string;
  /** Whether it is an owner's, which has the role admin in all namespaces of the tenant. */
  readonly owner: boolean;
  /** Where the owner or the share is written. */
  readonly origin: Origin;
  /** Where the subject's name is written. */
  readonly nameOrigin: Origin;
  readonly cluster: Cluster;
  /** A namespace on the cluster in which the subject has the role; of several, the one nearest to the share. */
  readonly namespace: Namespace;
  /** Where it is written that the namespace is on the cluster. */
  readonly clusterOrigin: Origin;
  /** The lines that carry the share to the namespace. */
  readonly via: readonly Origin[];
  /** The number of such namespaces. */
  readonly namespaces: number;
}

type ShareOrOwner = Pick<WrittenShare, 'subject' | 'role' | 'owner' | 'origin' | 'via'>;

/** The clusters of which all is known, by name. */
export function completeClusters({
  clusters,
  unreadableClusters,
}: Pick<Platform, 'clusters' | 'unreadableClusters'>): Map<string, Cluster> {
  const known = clusters.filter((c) => c.complete && !unreadableClusters.has(c.name));
  return new Map(known.map((c) => [c.name, c]));
}

/**
 * What the owners and shares of `tenant` give to subjects of a kind on `clusters` on the day `asOf`, as far as `wanted`
 * picks it: one for each owner or share and cluster, however many namespaces it holds in.
 */
export function sharesOn(
  tenant: Tenant,
  kind: Subject['kind'],
  clusters: ReadonlyMap<string, Cluster>,
  asOf: string,
  wanted: (name: string, cluster: Cluster) => boolean,
): WrittenShare[] {
  const allOwners = tenant.owners.filter(({ subject }) => subject.kind === kind);
  const found = new Map<Origin, Map<Cluster, WrittenShare>>();
  for (const namespace of tenant.namespaces) {
    const allShares = namespace.shares.filter((share) => share.subject.kind === kind && !hasEnded(share, asOf));
    const isAnyWanted = (name: string): boolean => {
      const cluster = clusters.get(name);
      const isWanted = ({ subject }: Owner): boolean => cluster !== undefined && wanted(subject.name, cluster);
      return allOwners.some(isWanted) || allShares.some(isWanted);
    };
    // Nearly always none is.
    if (!namespace.clusters.some(({ value }) => isAnyWanted(value))) continue;
    const origins = new Map(namespace.clusters.map(({ value, origin }) => [value, origin]));
    for (const [name, clusterOrigin] of origins) {
      const cluster = clusters.get(name);
      if (!cluster) continue;
      const isWanted = ({ subject }: Owner): boolean => wanted(subject.name, cluster);
      const owners = allOwners.filter(isWanted);
      const shares = allShares.filter(isWanted);
      const grants = [
        ...owners.map((owner): ShareOrOwner => ({ ...owner, role: 'admin', owner: true, via: [] })),
        ...shares.map((share): ShareOrOwner => ({ ...share, owner: false })),
      ];
      for (const share of grants) {
        const onClusters = found.get(share.origin) ?? new Map<Cluster, WrittenShare>();
        found.set(
          share.origin,
          onClusters.set(cluster, nearer(onClusters.get(cluster), share, namespace, { cluster, clusterOrigin })),
        );
      }
    }
  }
  return Array.from(found.values()).flatMap((onClusters) => Array.from(onClusters.values()));
}

function nearer(
  known: WrittenShare | undefined,
  { subject, role, owner, origin, via }: ShareOrOwner,
  namespace: Namespace,
  place: Pick<WrittenShare, 'cluster' | 'clusterOrigin'>,
): WrittenShare {
  const namespaces = (known?.namespaces ?? 0) + 1;
  if (known && known.via.length <= via.length) return { ...known, namespaces };
  const nameOrigin = owner ? originAt(origin, 'name') : subjectOrigin({ subject, origin });
  return { subject, role, owner, origin, nameOrigin, via, namespace, namespaces, ...place };
}

/** What is given, in words that follow the subject: ``is given admin on `solar-prod` and 2 more namespaces``. */
export function given({ role, owner, namespace, namespaces }: WrittenShare): string {
  const others = namespaces > 1 ? ` and ${counted(namespaces - 1, 'more namespace')}` : '';
  return `is given ${role} on \`${namespace.name}\`${others}${owner ? ' as an owner' : ''}`;
}

/** The lines that bring the subject onto the cluster, other than those of the namespace's own entry, and the cluster's. */
export function relatedPlaces(
  { origin, namespace, clusterOrigin, cluster, via }: WrittenShare,
  sharedWith: string,
): Label[] {
  const inEntry = isWithin(origin, namespace.origin) && isWithin(clusterOrigin, namespace.origin);
  return [
    ...via.map((inherits) => ({ location: at(inherits), message: 'inherited by this line' })),
    ...(inEntry ? [] : [{ location: at(clusterOrigin), message: `puts \`${namespace.name}\` on the cluster` }]),
    { location: atKey(originAt(cluster.origin, 'spec', 'sharedWith')), message: sharedWith },
  ];
}

/** `solar-prod` or, of several namespaces, `those namespaces`. */
export function thoseNamespaces({ namespace, namespaces }: WrittenShare): string {
  return namespaces > 1 ? 'those namespaces' : `\`${namespace.name}\``;
}

function isWithin(origin: Origin, outer: Origin): boolean {
  for (let at: Origin | undefined = origin; at; at = at.parent) if (at === outer) return true;
  return false;
}
