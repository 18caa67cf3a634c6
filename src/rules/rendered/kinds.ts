import { isDnsLabel, isDnsSubdomain, isPathSegment } from '../../kubernetes/names.ts';
import type { RenderedObject } from '../rule.ts';

/** What Kubernetes asks of an object of one kind. */
export interface KindForm {
  readonly scope: 'Cluster' | 'Namespaced';
  /** The form of its name. */
  readonly name: 'label' | 'subdomain' | 'path segment';
}

const subdomain: KindForm = { scope: 'Namespaced', name: 'subdomain' };
const clusterSubdomain: KindForm = { scope: 'Cluster', name: 'subdomain' };

const inCluster: KindForm = { scope: 'Cluster', name: 'path segment' };
const inNamespace: KindForm = { scope: 'Namespaced', name: 'path segment' };

/**
 * The kinds that tenantry renders, by API group and kind. It is a short list on purpose: what is not in it was not
 * meant to be applied to anybody's cluster.
 */
const kinds: Readonly<Record<string, Readonly<Record<string, KindForm>>>> = {
  '': { LimitRange: subdomain, Namespace: { scope: 'Cluster', name: 'label' }, ResourceQuota: subdomain },
  'admissionregistration.k8s.io': {
    ValidatingAdmissionPolicy: clusterSubdomain,
    ValidatingAdmissionPolicyBinding: clusterSubdomain,
  },
  'argoproj.io': { AppProject: subdomain, Application: subdomain, ApplicationSet: subdomain },
  'networking.k8s.io': { NetworkPolicy: subdomain },
  'rbac.authorization.k8s.io': {
    ClusterRole: inCluster,
    ClusterRoleBinding: inCluster,
    Role: inNamespace,
    RoleBinding: inNamespace,
  },
};

const knownKinds: ReadonlyMap<string, ReadonlyMap<string, KindForm>> = new Map(
  Object.entries(kinds).map(([group, ofGroup]) => [group, new Map(Object.entries(ofGroup))]),
);

/** The API group of an object; empty for the core group. Of one kind, versions do not tell objects apart. */
export function apiGroup({ apiVersion }: Pick<RenderedObject, 'apiVersion'>): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

/** What is known of an object's kind; undefined for a kind that tenantry does not render. */
export function kindOf(object: Pick<RenderedObject, 'apiVersion' | 'kind'>): KindForm | undefined {
  return knownKinds.get(apiGroup(object))?.get(object.kind);
}

/** An object for people: `RoleBinding solar-prod/x`. */
export function describeObject({ kind, name, namespace }: RenderedObject): string {
  return `${kind} \`${namespace === undefined ? '' : `${namespace}/`}${name}\``;
}

/** Why an object of the kind cannot have the name; undefined when it can. */
export function nameProblem({ name: form }: Pick<KindForm, 'name'>, name: string): string | undefined {
  switch (form) {
    case 'label':
      return isDnsLabel(name) ? undefined : 'it must be lowercase letters, digits and hyphens, at most 63';
    case 'subdomain':
      return isDnsSubdomain(name) ? undefined : 'it must be lowercase letters, digits, hyphens and dots, at most 253';
    case 'path segment':
      return isPathSegment(name)
        ? undefined
        : 'it must be a part of a path: neither empty, `.` or `..`, nor with `/` or `%` in it';
  }
}
