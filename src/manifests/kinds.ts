import { platformRoles } from '../access/graph.ts';
import { groupedBy, sortedBy } from '../values/order.ts';
import type { DistFolder } from './layout.ts';
import { bindingName } from './binding-name.ts';

/** What is to be known of a kind of object that tenantry renders. */
interface KindDeclaration {
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** As RBAC calls it. */
  readonly resource: string;
  readonly scope: 'Cluster' | 'Namespaced';
  /** What Kubernetes asks of its name. */
  readonly nameForm: 'label' | 'subdomain' | 'path segment';
  /**
   * Where it stands in `dist/`, which says who applies it: Argo CD what is in `namespaces` and `cluster`, the cluster's
   * operator what is in `cluster-access`, and Argo CD's root Application what is in `argo-cd`.
   */
  readonly folders: readonly DistFolder[];
  /**
   * Where an older version put it, and none does now: Argo CD may see it and take it away, and not make it. To be left out
   * here some day, once every cluster is without.
   */
  readonly formerly?: readonly DistFolder[];
  /** The one name under which Argo CD may write it, where any other would be access everywhere. */
  readonly onlyName?: string;
  /**
   * What keeps everybody else from changing ours: a policy, by its name, or that RBAC gives nobody but cluster admins the
   * right to.
   */
  readonly guard: 'managed-objects' | 'namespaces' | 'RBAC';
  /** Subresources by which it could be changed as well. */
  readonly guardedSubresources?: readonly string[];
  /** Whether Argo CD writes it whole, by `update`: its maps lose keys, which server-side apply leaves to other managers. */
  readonly writtenWhole?: true;
  /** What becomes of it in the cluster when it leaves Git. */
  readonly leavingGit: Leaving;
}

/** Whether Argo CD keeps what Git no longer has, and why. `docs/argo-cd.md` says it in these words. */
interface Leaving {
  readonly kept: boolean;
  readonly why: string;
}

const access: Leaving = {
  kept: false,
  why: 'A binding that leaves Git must leave the cluster, at once and unasked: that is what a revocation is.',
};
const setting: Leaving = {
  kept: false,
  why: 'They are settings, and hold no data: what Git no longer says no longer holds.',
};
const policy: Leaving = {
  kept: false,
  why: 'A policy of an older rendering would go on refusing what is right today.',
};
const namespace: Leaving = {
  kept: true,
  why: "A namespace is somebody's data. Whatever makes its file vanish, a wrong merge, an emptied folder, a branch pushed backwards, it stays. Without `IgnoreExtraneous` the Application would be out of sync for as long, and sync again and again.",
};
const application: Leaving = {
  kept: true,
  why: "An Application that vanishes takes nobody's access away: nothing would revoke on that cluster any more.",
};

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', nameForm: 'path segment' } as const;
const core = { group: '', version: 'v1' } as const;
const admission = { group: 'admissionregistration.k8s.io', version: 'v1', nameForm: 'subdomain' } as const;
const argoCD = { group: 'argoproj.io', version: 'v1alpha1', nameForm: 'subdomain' } as const;

/**
 * The kinds that tenantry renders, each declared once: Argo CD's rights, its projects and its settings in docs/argo-cd.md,
 * the policy `managed-objects`, and the rules about what is rendered all follow from here. It is a short list on purpose:
 * what is not in it was not meant to be applied to anybody's cluster.
 */
export const kinds = {
  Namespace: {
    ...core,
    resource: 'namespaces',
    scope: 'Cluster',
    nameForm: 'label',
    folders: ['namespaces'],
    guard: 'namespaces',
    guardedSubresources: ['status', 'finalize'],
    leavingGit: namespace,
  },
  Role: {
    ...rbac,
    resource: 'roles',
    scope: 'Namespaced',
    // Whoever writes Roles holds, or may make, all that is in them: custom roles are ClusterRoles of the operator's.
    folders: [],
    formerly: ['namespaces'],
    guard: 'managed-objects',
    leavingGit: access,
  },
  RoleBinding: {
    ...rbac,
    resource: 'rolebindings',
    scope: 'Namespaced',
    folders: ['namespaces'],
    guard: 'managed-objects',
    leavingGit: access,
  },
  ClusterRole: {
    ...rbac,
    resource: 'clusterroles',
    scope: 'Cluster',
    folders: ['cluster', 'cluster-access'],
    onlyName: platformRoles.clusterScope.name,
    guard: 'managed-objects',
    leavingGit: access,
  },
  ClusterRoleBinding: {
    ...rbac,
    resource: 'clusterrolebindings',
    scope: 'Cluster',
    folders: ['cluster', 'cluster-access'],
    onlyName: bindingName({ kind: 'Group', name: 'cluster-scope' }, platformRoles.clusterScope.name),
    guard: 'managed-objects',
    leavingGit: access,
  },
  ResourceQuota: {
    ...core,
    resource: 'resourcequotas',
    scope: 'Namespaced',
    nameForm: 'subdomain',
    folders: ['namespaces'],
    guard: 'managed-objects',
    guardedSubresources: ['status'],
    writtenWhole: true,
    leavingGit: setting,
  },
  LimitRange: {
    ...core,
    resource: 'limitranges',
    scope: 'Namespaced',
    nameForm: 'subdomain',
    folders: ['namespaces'],
    guard: 'managed-objects',
    leavingGit: setting,
  },
  NetworkPolicy: {
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'networkpolicies',
    scope: 'Namespaced',
    nameForm: 'subdomain',
    folders: ['namespaces'],
    guard: 'managed-objects',
    leavingGit: setting,
  },
  ValidatingAdmissionPolicy: {
    ...admission,
    resource: 'validatingadmissionpolicies',
    scope: 'Cluster',
    folders: ['cluster'],
    guard: 'RBAC',
    writtenWhole: true,
    leavingGit: policy,
  },
  ValidatingAdmissionPolicyBinding: {
    ...admission,
    resource: 'validatingadmissionpolicybindings',
    scope: 'Cluster',
    folders: ['cluster'],
    guard: 'RBAC',
    leavingGit: policy,
  },
  AppProject: {
    ...argoCD,
    resource: 'appprojects',
    scope: 'Namespaced',
    folders: ['argo-cd'],
    guard: 'RBAC',
    leavingGit: application,
  },
  Application: {
    ...argoCD,
    resource: 'applications',
    scope: 'Namespaced',
    folders: ['argo-cd'],
    guard: 'RBAC',
    leavingGit: application,
  },
} as const satisfies Readonly<Record<string, KindDeclaration>>;

/** The name of a kind that tenantry renders. */
export type Kind = keyof typeof kinds;

/** The kinds that stand in a folder of `dist/`. */
export type KindIn<F extends DistFolder> = {
  [K in Kind]: F extends (typeof kinds)[K]['folders'][number] ? K : never;
}[Kind];

/** A kind with its name. */
export interface RenderedKind extends KindDeclaration {
  readonly kind: string;
}

/** All kinds, in the order of their declaration. */
export const renderedKinds: readonly RenderedKind[] = Object.entries<KindDeclaration>(kinds).map(
  ([kind, declaration]) => ({ kind, ...declaration }),
);

/** The kinds in a folder of `dist/`: those of the whole cluster first, then by API group and name. */
export function kindsIn(folder: DistFolder): RenderedKind[] {
  return sortedBy(
    renderedKinds.filter(({ folders }) => folders.includes(folder)),
    ({ scope, group, kind }) => [scope, group, kind],
  );
}

/** The kinds that a folder once had, and that Argo CD still prunes. */
export function kindsFormerlyIn(folder: DistFolder): RenderedKind[] {
  return renderedKinds.filter(({ formerly = [] }) => formerly.includes(folder));
}

/** The resources by which objects of a kind can be changed, as RBAC and policies name them. */
export function guardedResources({ resource, guardedSubresources = [] }: KindDeclaration): string[] {
  return [resource, ...guardedSubresources.map((subresource) => `${resource}/${subresource}`)];
}

/** `apps/v1`; without a group, `v1`. */
export function apiVersionOf(kind: Kind): string {
  const { group, version } = kinds[kind];
  return group === '' ? version : `${group}/${version}`;
}

/** The API group in an `apiVersion`; empty for the core group. */
export function apiGroupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

const byName: ReadonlyMap<string, readonly RenderedKind[]> = groupedBy(renderedKinds, ({ kind }) => kind);

/** What is known of a kind that tenantry renders, by its name. */
export function kindNamed(kind: string): RenderedKind | undefined {
  return byName.get(kind)?.[0];
}

/** What is known of an object's kind, in whatever version; undefined for a kind that tenantry does not render. */
export function kindOf({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): RenderedKind | undefined {
  return byName.get(kind)?.find(({ group }) => group === apiGroupOf(apiVersion));
}
