import type { Cluster, Share, Subject, Tenant } from '../../config/model/desired-state.ts';
import { reservedGroups } from '../../config/model/desired-state.ts';
import { groupPrefixesOfKubernetes } from '../../kubernetes/names.ts';
import { codePoints, skeleton } from '../../values/lookalike.ts';
import { oncePer } from '../../values/once.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';

/** A subject in a list, and the place of its name. */
export interface SubjectEntry {
  readonly subject: Subject;
  readonly at: Origin;
  /** Of a share. */
  readonly role?: string;
}

/** A list of subjects, as it is written. */
export interface SubjectList {
  readonly key: 'owners' | 'sharedWith';
  readonly entries: readonly SubjectEntry[];
}

/** The lists of subjects in a tenant's file: its owners, and the shares of its defaults and of each namespace. */
export const subjectLists = oncePer(({ owners, defaultShares, namespaces }: Tenant): readonly SubjectList[] => [
  { key: 'owners', entries: owners.map(({ subject, origin }) => ({ subject, at: originAt(origin, 'name') })) },
  listOf(defaultShares),
  ...namespaces.map(({ ownShares }) => listOf(ownShares)),
]);

/** Those in the files of clusters: the shares of what others declare there. */
export const foreignSubjectLists = oncePer((clusters: readonly Cluster[]): readonly SubjectList[] =>
  clusters.flatMap(({ foreignNamespaces }) => foreignNamespaces.map(({ shares }) => listOf(shares))),
);

function listOf(shares: readonly Share[]): SubjectList {
  return {
    key: 'sharedWith',
    entries: shares.map((share) => ({ subject: share.subject, at: subjectOrigin(share), role: share.role })),
  };
}

/** The keys of a share that name its subject. */
const subjectKeys = { Group: 'group', User: 'user', ServiceAccount: 'serviceAccount' } as const;

/** The place of the name in a share. */
export function subjectOrigin({ subject, origin }: Pick<Share, 'subject' | 'origin'>): Origin {
  return originAt(origin, subjectKeys[subject.kind]);
}

export type ReservedGroup = (typeof reservedGroups)[number] | ReservedPrefix;

/** All groups that begin so. */
export type ReservedPrefix = `${(typeof groupPrefixesOfKubernetes)[number]}*`;

const reserved = new Map<string, ReservedGroup>(reservedGroups.map((name) => [bare(name), name]));
const reservedPrefixes = groupPrefixesOfKubernetes.map((prefix) => [bare(prefix), `${prefix}*`] as const);

/**
 * The reserved group that people read when they see `group` (S25), whatever its letter case, alphabet, spaces and
 * hyphens: a name that differs from a reserved one in these only would be taken for it by a reader, or by whoever
 * normalizes the claims of tokens.
 */
export function reservedGroupLike(group: string): ReservedGroup | undefined {
  const read = bare(group);
  return reservedPrefixes.find(([prefix]) => read.startsWith(prefix))?.[1] ?? reserved.get(read);
}

/** Whether a group is reserved for how it begins. */
export function isReservedPrefix(like: ReservedGroup | undefined): like is ReservedPrefix {
  return like?.endsWith('*') === true;
}

function bare(name: string): string {
  return skeleton(name).replaceAll('-', '');
}

/** Whether two names look the same and differ in letters that a keyboard of one alphabet does not have. */
export function isLookalike(name: string, other: string): boolean {
  if (name === other || skeleton(name) !== skeleton(other)) return false;
  return codePoints(name).join() !== codePoints(other).join();
}
