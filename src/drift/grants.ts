import { boundClusterRole } from '../access/custom-roles.ts';
import type { Access, Reason, Scope } from '../access/graph.ts';
import { namesOn, rbacName } from '../access/names-on.ts';
import type { LiveBinding, LiveSubject } from '../cluster/snapshot.ts';
import type { Subject } from '../config/model/desired-state.ts';
import { fullSubjectName, reservedGroups, subjectKey } from '../config/model/desired-state.ts';
import { isOwnAuthentication } from '../access/names-on.ts';
import { serviceAccountOf } from '../kubernetes/names.ts';
import { bindingName } from '../manifests/binding-name.ts';
import { at, listAt, textAt } from '../values/json.ts';
import { groupedBy } from '../values/order.ts';
import type { ObjectRef } from './finding.ts';
import type { View } from './view.ts';
import { isManaged, refOf } from './view.ts';

/** A role as RBAC names it. */
export interface BoundRole {
  readonly kind: 'ClusterRole' | 'Role';
  readonly name: string;
}

/** What one binding gives one subject. Both sides come to this, in the names of RBAC: only those are sure to be the same. */
export interface Grant {
  readonly scope: Scope;
  readonly subject: Subject;
  readonly role: BoundRole;
  readonly object: ObjectRef;
  /** The binding is tenantry's by its label or its name. */
  readonly managed: boolean;
  /** The lines that give it; empty for a live one. */
  readonly because: readonly Reason[];
}

/** What Git gives in the namespaces of a cluster that are there. */
export function gitGrantsInNamespaces({ access, entries, gone }: View): Grant[] {
  return access.accesses.flatMap(({ scope, subject, role, because }): Grant[] => {
    if (scope.kind !== 'Namespace' || gone.has(scope.namespace)) return [];
    const entry = entries.get(scope.namespace);
    if (!entry) return [];
    const clusterRole = boundClusterRole(entry, role, access);
    return [
      {
        scope,
        subject: inRbac(access.cluster, subject),
        role: { kind: 'ClusterRole', name: clusterRole },
        object: { kind: 'RoleBinding', name: bindingName(subject, clusterRole), namespace: scope.namespace },
        managed: true,
        because,
      },
    ];
  });
}

/**
 * What Git gives on the whole cluster: by the bindings that are rendered, for the account of Argo CD has what no access in
 * the graph says.
 */
export function gitGrantsOnCluster({ access, rendered }: View): Grant[] {
  const scope: Scope = { kind: 'Cluster' };
  const reasons = new Map(
    access.accesses
      .filter((one) => one.scope.kind === 'Cluster')
      .map((one) => [grantKey(inRbac(access.cluster, one.subject), one.role.name), one.because]),
  );
  return Array.from(rendered.values()).flatMap((object): Grant[] => {
    if (object.kind !== 'ClusterRoleBinding') return [];
    const manifest = object.manifest();
    const name = textAt(manifest, 'roleRef', 'name') ?? '';
    return listAt(manifest, 'subjects').flatMap((written): Grant[] => {
      const subject = subjectOf({
        kind: textAt(written, 'kind') ?? '',
        name: textAt(written, 'name') ?? '',
        ...(at(written, 'namespace') !== undefined && { namespace: textAt(written, 'namespace') ?? '' }),
      });
      if (!subject) return [];
      const because = reasons.get(grantKey(subject, name)) ?? object.because;
      const ref = refOf(object.kind, object);
      return [{ scope, subject, role: { kind: 'ClusterRole', name }, object: ref, managed: true, because }];
    });
  });
}

/** What live bindings give: one grant for each of their subjects. */
export function liveGrants(kind: 'RoleBinding' | 'ClusterRoleBinding', bindings: readonly LiveBinding[]): Grant[] {
  return bindings.flatMap((binding) => {
    const { namespace, role } = binding;
    const scope: Scope = namespace === undefined ? { kind: 'Cluster' } : { kind: 'Namespace', namespace };
    const bound: BoundRole = { kind: role.kind === 'Role' ? 'Role' : 'ClusterRole', name: role.name };
    const object = refOf(kind, binding);
    const managed = isManaged(binding);
    return binding.subjects.flatMap((written): Grant[] => {
      const subject = subjectOf(written, namespace);
      return subject ? [{ scope, subject, role: bound, object, managed, because: [] }] : [];
    });
  });
}

/**
 * A subject as RBAC takes it. A service account without a namespace is one of the binding's, and a user of the name
 * `system:serviceaccount:…` is that account. Of other kinds nobody knows any.
 */
export function subjectOf({ kind, name, namespace }: LiveSubject, bindingIn?: string): Subject | undefined {
  switch (kind) {
    case 'User': {
      const account = serviceAccountOf(name);
      return account ? { kind: 'ServiceAccount', ...account } : { kind, name };
    }
    case 'Group':
      return { kind, name };
    case 'ServiceAccount': {
      const own = namespace === undefined || namespace === '' ? bindingIn : namespace;
      return own === undefined ? undefined : { kind, namespace: own, name };
    }
    default:
      return undefined;
  }
}

/** The subject of an access, in the names of RBAC. */
export function inRbac(cluster: View['access']['cluster'], subject: Access['subject']): Subject {
  return subject.kind === 'ServiceAccount' ? subject : { kind: subject.kind, name: rbacName(cluster, subject) };
}

/** Whom the config means by a subject of RBAC; undefined where it names nobody of that name. */
export function declaredSubject({ access, known }: View, subject: Subject): Subject | undefined {
  const { cluster } = access;
  if (subject.kind === 'ServiceAccount') {
    return known.serviceAccounts.has(fullSubjectName(subject)) ? subject : undefined;
  }
  const prefix = namesOn(cluster)[subject.kind === 'User' ? 'user' : 'group'];
  if (!subject.name.startsWith(prefix)) return undefined;
  const name = subject.name.slice(prefix.length);
  const isOfPlatform =
    subject.kind === 'Group' && !isOwnAuthentication(cluster) && reservedGroups.some((group) => group === name);
  const isNamed = subject.kind === 'User' ? known.users.has(name) : known.groups.has(name);
  return isNamed || isOfPlatform ? { kind: subject.kind, name } : undefined;
}

/** Grants by subject and scope. */
export function byPlace(grants: readonly Grant[]): Map<string, Grant[]> {
  return groupedBy(grants, placeOf);
}

/** One string for a subject in a scope of a cluster. */
export function placeOf({ scope, subject }: Pick<Grant, 'scope' | 'subject'>): string {
  return JSON.stringify([scope.kind === 'Namespace' ? scope.namespace : null, subjectKey(subject)]);
}

function grantKey(subject: Subject, role: string): string {
  return JSON.stringify([subjectKey(subject), role]);
}
