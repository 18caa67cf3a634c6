import type { Reason } from '../access/graph.ts';
import { declaredMembers } from '../access/queries.ts';
import { isOwnAuthentication } from '../access/names-on.ts';
import type { Subject } from '../config/model/desired-state.ts';
import { reservedGroups, subjectKey } from '../config/model/desired-state.ts';
import { addTo, sortedBy } from '../values/order.ts';
import { effective } from '../plan/roles.ts';
import type { AccessFinding, ObjectRef, SelfServiceBinding } from './finding.ts';
import type { Grant } from './grants.ts';
import { byPlace, declaredSubject, gitGrantsInNamespaces, gitGrantsOnCluster, liveGrants, placeOf } from './grants.ts';
import type { RoleBook } from './roles.ts';
import type { Standing } from './standing.ts';
import { standings } from './standing.ts';
import type { View } from './view.ts';
import { objectKey } from './view.ts';

/** Where access differs on a cluster. */
export interface AccessDrift {
  readonly findings: readonly AccessFinding[];
  readonly selfService: readonly SelfServiceBinding[];
  /** The bindings, by `objectKey`, that have a part in one of the findings: nothing more is to be said of them. */
  readonly told: ReadonlySet<string>;
  /** What Git gives, as far as it is compared. */
  readonly git: readonly Grant[];
}

/** A grant with what it is to the platform. */
interface Judged {
  readonly grant: Grant;
  readonly standing: Standing;
}

/**
 * Compares who has what, subject by subject and scope by scope, as a plan does: by the roles that are effective. Where
 * bindings were not read, nothing is compared.
 */
export function accessDrift(view: View, roles: RoleBook): AccessDrift {
  const { rolebindings, clusterrolebindings } = view.lists;
  const git = [
    ...(rolebindings ? gitGrantsInNamespaces(view) : []),
    ...(clusterrolebindings ? gitGrantsOnCluster(view) : []),
  ];
  const standingOf = standings(view, roles);
  // A server lists by name, and whoever put a snapshot together may not have.
  const live = sortedBy(
    [...liveGrants('RoleBinding', rolebindings ?? []), ...liveGrants('ClusterRoleBinding', clusterrolebindings ?? [])],
    ({ object, subject }) => [object.namespace ?? '', object.name, subjectKey(subject)],
  ).map((grant) => ({ grant, standing: standingOf(grant) }));

  const findings: AccessFinding[] = [];
  const told = new Set<string>();
  const gitPlaces = byPlace(git);
  const livePlaces = new Map<string, Judged[]>();
  for (const judged of live) addTo(livePlaces, placeOf(judged.grant), judged);
  for (const place of new Set([...gitPlaces.keys(), ...livePlaces.keys()])) {
    const [ofGit, ofLive] = [gitPlaces.get(place) ?? [], livePlaces.get(place) ?? []];
    const finding = findingAt(view, roles, ofGit, ofLive);
    if (!finding) continue;
    findings.push(finding);
    const counted = ofLive.filter(({ standing }) => standing === 'counts');
    for (const { object } of [...ofGit, ...counted.map(({ grant }) => grant)]) told.add(objectKey(object));
  }
  return { findings, told, git, selfService: selfServiceOf(view, roles, live) };
}

/** What is to be said of one subject in one scope, where anything is. */
function findingAt(
  view: View,
  roles: RoleBook,
  ofGit: readonly Grant[],
  ofLive: readonly Judged[],
): AccessFinding | undefined {
  const [first] = [...ofGit, ...ofLive.map(({ grant }) => grant)];
  if (!first) return undefined;
  const { scope, subject } = first;
  const covers = (a: Grant, b: Grant): boolean => roles.covers(a.role, b.role, scope);
  const git = effective(ofGit, covers);
  const counted = ofLive.flatMap(({ grant, standing }) => (standing === 'counts' ? [grant] : []));
  const live = effective(counted, covers);
  // Who has as much by what others bound lacks nothing; that our binding is not there is said of the binding.
  const isVanishing = scope.kind === 'Namespace' && view.terminating.has(scope.namespace);
  const lacking = isVanishing ? [] : git.filter((held) => !ofLive.some(({ grant }) => covers(grant, held)));
  const isBeyond = (held: Grant): boolean => !git.some((declared) => covers(declared, held));
  const exceeding = live.filter(isBeyond);
  // All that give more, also where one of them gives as much as another: whoever ends it has to end each.
  const beyond = counted.filter(isBeyond);
  if (lacking.length === 0 && exceeding.length === 0) return undefined;

  const direction =
    git.length === 0
      ? 'gains'
      : live.length === 0
        ? 'loses'
        : lacking.length === 0
          ? 'widens'
          : exceeding.length === 0
            ? 'narrows'
            : 'changes';
  const declared = declaredSubject(view, subject);
  const members = declared && membersOf(view, declared);
  return {
    kind: direction === 'gains' ? 'more' : direction === 'loses' ? 'less' : 'other',
    direction,
    cluster: view.access.cluster.name,
    scope,
    subject: declared ?? subject,
    isDeclared: declared !== undefined || git.length > 0,
    ...(members && { members }),
    git: heldBy(roles, git),
    live: heldBy(roles, live),
    objects: distinct([...(beyond.length > 0 ? beyond : live), ...lacking].map(({ object }) => object)),
    differing: distinct([...beyond, ...lacking].map(({ object }) => object)),
    because: distinctReasons(git.flatMap(({ because }) => because)),
  };
}

/** The declared people behind a group. The platform's own groups are in its tokens alone. */
function membersOf({ desired, access }: View, { kind, name }: Subject): readonly string[] | undefined {
  if (kind !== 'Group') return undefined;
  if (isOwnAuthentication(access.cluster) && reservedGroups.some((group) => group === name)) return undefined;
  return declaredMembers(desired.organization, name);
}

function heldBy(roles: RoleBook, grants: readonly Grant[]) {
  return grants.map(({ role, scope }) => roles.held(role, scope));
}

function selfServiceOf(view: View, roles: RoleBook, live: readonly Judged[]): SelfServiceBinding[] {
  return live.flatMap(({ grant: { object, subject, role, scope }, standing }) =>
    standing === 'self-service'
      ? [{ object, subject: declaredSubject(view, subject) ?? subject, role: roles.held(role, scope) }]
      : [],
  );
}

function distinct(objects: readonly ObjectRef[]): ObjectRef[] {
  return Array.from(new Map(objects.map((object) => [objectKey(object), object])).values());
}

function distinctReasons(reasons: readonly Reason[]): Reason[] {
  return Array.from(new Map(reasons.map((reason) => [reason.origin, reason])).values());
}
