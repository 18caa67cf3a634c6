import { groupedBy, sortedBy } from '../values/order.ts';
import recorded from './built-in-resources.json' with { type: 'json' };
import type { Lifetime } from './recorded-versions.ts';
import { isIn, nearestRecorded, recordedVersions } from './recorded-versions.ts';

/** A resource that Kubernetes serves, or that RBAC knows without its being served. */
export interface Resource {
  /** `''` is the core group. */
  readonly group: string;
  /** In the plural, as RBAC has it. */
  readonly name: string;
  readonly namespaced: boolean;
  /** The singular, and what kubectl takes as a short name. */
  readonly otherNames: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
}

export interface Subresource {
  readonly name: string;
  readonly verbs: readonly string[];
}

const onlyInRoles = (group: string, name: string, verbs: readonly string[]): Resource => {
  return { group, name, namespaced: false, otherNames: [], verbs, subresources: [] };
};

const inVersions: readonly (Resource & Lifetime)[] = recorded.resources;

/**
 * What Kubernetes serves by itself, in any of the versions that are recorded: for what is written for several clusters.
 * What add-ons bring is not among it.
 */
export const servedResources: readonly Resource[] = Array.from(
  groupedBy(inVersions, ({ group, name }) => `${group}/${name}`).values(),
  (same) => same.reduce(merged),
);

/** What there is of a resource in either of two versions. */
function merged(a: Resource, b: Resource): Resource {
  const { group, name, namespaced } = b;
  const subresources = groupedBy([...a.subresources, ...b.subresources], (subresource) => subresource.name);
  const either = (names: Iterable<string>): string[] => sortedBy([...new Set(names)], (one) => one);
  return {
    group,
    name,
    namespaced,
    otherNames: either([...a.otherNames, ...b.otherNames]),
    verbs: either([...a.verbs, ...b.verbs]),
    subresources: Array.from(subresources, ([sub, same]) => ({
      name: sub,
      verbs: either(same.flatMap(({ verbs }) => verbs)),
    })),
  };
}

const versions = recordedVersions(recorded.versions);

/** What is served by a Kubernetes such as `1.36`, as far as it is recorded. */
export function resourcesServedBy(kubernetesVersion: string): readonly Resource[] {
  const version = nearestRecorded(versions, kubernetesVersion);
  return inVersions.filter((resource) => isIn(resource, version));
}

/** What roles know, though it is never served. */
const neverServed: readonly Resource[] = [
  onlyInRoles('', 'users', ['impersonate']),
  onlyInRoles('', 'groups', ['impersonate']),
  onlyInRoles('authentication.k8s.io', 'uids', ['impersonate']),
  onlyInRoles('authentication.k8s.io', 'userextras', ['impersonate']),
  onlyInRoles('certificates.k8s.io', 'signers', ['approve', 'attest', 'sign']),
];

/** All that can be asked about without naming its API group. The core group comes first, as in kubectl. */
export const knownResources: readonly Resource[] = [...servedResources, ...neverServed];

/** What Kubernetes has, but serves only where somebody has switched it on. */
const servedOnRequest: readonly Pick<Resource, 'group' | 'name' | 'namespaced'>[] = [
  { group: 'certificates.k8s.io', name: 'clustertrustbundles', namespaced: false },
  { group: 'certificates.k8s.io', name: 'podcertificaterequests', namespaced: true },
  { group: 'coordination.k8s.io', name: 'leasecandidates', namespaced: true },
];

/** All that a rule of Kubernetes' own API groups can be about, whether or not a cluster serves it. */
export const resourcesOfRules: readonly Pick<Resource, 'group' | 'name' | 'namespaced'>[] = [
  ...knownResources,
  ...servedOnRequest,
];

/** Verbs that only roles know: the API server asks for them on the way to doing something else. */
const verbsOfRoles = ['approve', 'attest', 'bind', 'escalate', 'impersonate', 'sign', 'use'];

/** Every verb that Kubernetes asks RBAC about by itself, and `*`. */
export const knownVerbs: ReadonlySet<string> = new Set([
  '*',
  ...verbsOfRoles,
  ...servedResources.flatMap(({ verbs, subresources }) => [...verbs, ...subresources.flatMap((s) => s.verbs)]),
]);

/** What a resource is, as somebody wrote it. */
export type ResolvedResource =
  | {
      readonly kind: 'Resource';
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string;
      /** Undefined for what only an add-on can have brought, and for `*`. */
      readonly known?: Resource;
    }
  | {
      readonly kind: 'Unknown';
      readonly written: string;
      /** What it is if it exists all the same: known only where the group was written. */
      readonly taken?: ResolvedResource & { readonly kind: 'Resource' };
      /** The names that there are, in the group that was written. */
      readonly names: readonly string[];
    }
  | { readonly kind: 'UnknownSubresource'; readonly written: string; readonly of: Resource };

/**
 * Finds the resource of a Kubernetes such as `1.36` that is written as kubectl's users write it: `deployments`, `deploy`,
 * `deployments.apps`, `deployments.v1.apps`, `pods/exec`, `*`. A group that it does not have is taken as it is.
 */
export function resolveResource(written: string, kubernetesVersion: string): ResolvedResource {
  const [type, subresource] = splitAt(written, '/');
  const [name, rest] = splitAt(type, '.');
  const group = rest === undefined ? undefined : withoutVersion(rest);
  if (name === '*') return resource({ group: group ?? '*', name }, subresource);

  const all = [...resourcesServedBy(kubernetesVersion), ...neverServed];
  const inGroup = group === undefined ? all : all.filter((r) => r.group === group);
  const known = inGroup.find((r) => r.name === name) ?? inGroup.find((r) => r.otherNames.includes(name));
  if (known) {
    const has = subresource === undefined || known.subresources.some((s) => s.name === subresource);
    return has
      ? { ...resource(known, subresource), known }
      : { kind: 'UnknownSubresource', written: subresource, of: known };
  }
  const taken = group === undefined ? undefined : resource({ group, name }, subresource);
  if (taken && inGroup.length === 0) return taken;
  return {
    kind: 'Unknown',
    written: name,
    ...(taken && { taken }),
    names: inGroup.map((r) => r.name),
  };
}

function resource({ group, name }: Pick<Resource, 'group' | 'name'>, subresource: string | undefined) {
  return { kind: 'Resource' as const, group, resource: name, ...(subresource !== undefined && { subresource }) };
}

function splitAt(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** `v1.apps` is version v1 of the group apps: RBAC does not look at versions. */
function withoutVersion(group: string): string {
  return group.replace(/^v\d+((alpha|beta)\d+)?(\.|$)/, '');
}
