import type { ClusterAccess, ClusterNamespace, Meaning } from '../access/graph.ts';
import { accessGraph } from '../access/graph.ts';
import type { DesiredState } from '../config/model/desired-state.ts';
import { subjectKey } from '../config/model/desired-state.ts';
import type { Fact } from './fact.ts';
import { diffFacts, factsOf } from './facts.ts';

/** Something with a name that people ask for, and that has a history of its own. */
export type DeclaredObject =
  | { readonly kind: 'Tenant' | 'Cluster'; readonly name: string }
  /** Of a namespace that is no tenant's, without one: a group's stays the same when it is retained. */
  | { readonly kind: 'Namespace'; readonly name: string; readonly tenant?: string };

/** What is said of an object. */
export type ObjectMeaning =
  | {
      readonly kind: 'declared';
      /** By key. */
      readonly facts: ReadonlyMap<string, Fact>;
      /** What no fact says: of a tenant, its owners and the names of its namespaces. */
      readonly names: ReadonlySet<string>;
    }
  /** `unknown`: it could not be read whole. */
  | { readonly kind: 'absent' | 'unknown' };

/** Whether two meanings are the same, as a plan would have nothing to tell: `1000m` is `1`. */
export function sameMeaning(a: ObjectMeaning, b: ObjectMeaning): boolean {
  if (a.kind !== 'declared' || b.kind !== 'declared') return false;
  const areNamesSame = a.names.size === b.names.size && Array.from(a.names).every((name) => b.names.has(name));
  return areNamesSame && diffFacts(a.facts, b.facts).length === 0;
}

/**
 * All shares count, whatever their end: on each day they mean something else, and yet nobody has changed anything. So the
 * history of an object is the same on every day.
 */
const beforeAnyEnd = '0000-01-01';

/**
 * What a desired state says of one object, as plans compare it: its facts, without where they are written (S39). A tenant is
 * itself and whom it is of, and which namespaces it has; what these are is theirs. A cluster is what is declared of it: what
 * comes of what tenants give there (the groups that see it by that, the roles that Argo CD may give) changes with them.
 */
export function objectMeaning(desired: DesiredState, object: DeclaredObject): ObjectMeaning {
  if (!isWhole(desired, object)) return { kind: 'unknown' };
  const state = narrowed(desired, object);
  const graph = accessGraph(state, beforeAnyEnd);
  return meaningIn({ desired: state, graph }, object);
}

/** The tenant whose file the object's meaning comes of; undefined where it comes of none. */
export function tenantOf(object: DeclaredObject): string | undefined {
  switch (object.kind) {
    case 'Tenant':
      return object.name;
    case 'Namespace':
      return object.tenant;
    case 'Cluster':
      return undefined;
  }
}

/** Whether all was read that the object's meaning comes of. */
function isWhole({ organization, clusters, tenants, unreadable }: DesiredState, object: DeclaredObject): boolean {
  const ofTenant = tenantOf(object);
  const isTenantWhole =
    ofTenant === undefined ||
    (!unreadable.tenants.has(ofTenant) && tenants.every(({ name, complete }) => name !== ofTenant || complete));
  const areClustersWhole =
    object.kind === 'Tenant' || (unreadable.clusters.size === 0 && clusters.every(({ complete }) => complete));
  return organization.complete && isTenantWhole && areClustersWhole;
}

/** A state with what the object's facts come of, and little else: of a large organization that is not much. */
function narrowed({ organization, clusters, tenants, unreadable }: DesiredState, object: DeclaredObject): DesiredState {
  const named = ({ name }: { readonly name: string }): boolean => name === object.name;
  const ofTenant = tenants.filter(({ name }) => name === tenantOf(object));
  return {
    organization: { ...organization, groups: [] },
    clusters: object.kind === 'Namespace' ? clusters : object.kind === 'Cluster' ? clusters.filter(named) : [],
    tenants:
      object.kind === 'Namespace'
        ? ofTenant.map((tenant) => ({ ...tenant, namespaces: tenant.namespaces.filter(named) }))
        : ofTenant,
    unreadable,
  };
}

function meaningIn(state: Meaning, object: DeclaredObject): ObjectMeaning {
  const declared = (isOfObject: (fact: Fact) => boolean, names: readonly string[] = []): ObjectMeaning => ({
    kind: 'declared',
    facts: new Map(Array.from(factsOf(state)).filter(([, fact]) => isOfObject(fact))),
    names: new Set(names),
  });
  switch (object.kind) {
    case 'Tenant': {
      const [tenant] = state.desired.tenants;
      if (!tenant) return { kind: 'absent' };
      return declared(
        (fact) => {
          if (fact.kind !== 'setting') return false;
          const { entity } = fact;
          const isItsRole = entity.kind === 'role' && entity.name.startsWith(`${object.name}/`);
          return isItsRole || (entity.kind === 'tenant' && entity.name === object.name);
        },
        // As facts, owners are accesses in namespaces: a tenant that has none has owners all the same.
        [...tenant.owners.map(({ subject }) => subjectKey(subject)), ...tenant.namespaces.map(({ name }) => name)],
      );
    }
    case 'Cluster':
      if (state.desired.clusters.length === 0) return { kind: 'absent' };
      return declared((fact) =>
        fact.kind === 'access'
          ? fact.scope.kind === 'Cluster'
          : fact.entity.kind === 'cluster' && fact.entity.name === object.name,
      );
    case 'Namespace': {
      const on = new Set(
        state.graph.clusters
          .filter(({ namespaces }: ClusterAccess) => namespaces.some((entry) => isEntryOf(entry, object)))
          .map(({ cluster }) => cluster.name),
      );
      if (on.size === 0) return { kind: 'absent' };
      return declared((fact) =>
        fact.kind === 'access'
          ? on.has(fact.cluster) && fact.scope.kind === 'Namespace' && fact.scope.namespace === object.name
          : fact.entity.kind === 'namespace' && fact.entity.name === object.name && on.has(fact.entity.cluster ?? ''),
      );
    }
  }
}

/** Whether a namespace on a cluster is the one that is meant: a namesake of another tenant is another one. */
function isEntryOf(
  entry: ClusterNamespace,
  { name, tenant }: DeclaredObject & { readonly kind: 'Namespace' },
): boolean {
  return entry.name === name && (entry.kind === 'Tenant' ? entry.tenant.name : undefined) === tenant;
}
