import type {
  Allocation,
  ClusterFile,
  ContainerLimits,
  CustomRole,
  Isolation,
  Namespace,
  Owner,
  Quota,
  Share,
  TenantFile,
} from '../settings/schema.ts';

/**
 * What TypeScript config files import from `tenantry`. It must stay free of imports at run time: the text of the
 * functions below is what such a file gets, in a place where there is nothing else to import.
 */

/** `T` as code may write it: read-only all the way down, and a property that may be absent may also be `undefined`. */
export type Written<T> = T extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Written<T[K]> | (undefined extends T[K] ? undefined : never) }
    : T;

/** A file whose `apiVersion` and `kind` need not be written: the function that it is given to says them. */
type Definition<File extends { apiVersion: string; kind: string }> = Written<Omit<File, 'apiVersion' | 'kind'>> &
  Readonly<Partial<Pick<File, 'apiVersion' | 'kind'>>>;

export type TenantDefinition = Definition<TenantFile>;
export type ClusterDefinition = Definition<ClusterFile>;

/** The parts of a file, for code that makes them: `const audit: Share = { group: 'audit', role: 'view' }`. */
type WrittenAllocation = Written<Allocation>;
type WrittenContainerLimits = Written<ContainerLimits>;
type WrittenCustomRole = Written<CustomRole>;
type WrittenIsolation = Written<Isolation>;
type WrittenNamespace = Written<Namespace>;
type WrittenOwner = Written<Owner>;
type WrittenQuota = Written<Quota>;
type WrittenShare = Written<Share>;
export type {
  WrittenAllocation as Allocation,
  WrittenContainerLimits as ContainerLimits,
  WrittenCustomRole as CustomRole,
  WrittenIsolation as Isolation,
  WrittenNamespace as Namespace,
  WrittenOwner as Owner,
  WrittenQuota as Quota,
  WrittenShare as Share,
};

/**
 * A tenant, for `export default` in `tenants/<name>.ts`.
 *
 *     export default defineTenant({
 *       metadata: { name: 'solar' },
 *       spec: { owners: [{ kind: 'Group', name: 'solar-leads' }], namespaces: [{ name: 'prod' }] },
 *     });
 */
export function defineTenant(file: TenantDefinition): Written<TenantFile> {
  return { apiVersion: 'tenantry.dev/v1', kind: 'Tenant', ...file };
}

/** A cluster, for `export default` in `clusters/<name>.ts`. */
export function defineCluster(file: ClusterDefinition): Written<ClusterFile> {
  return { apiVersion: 'tenantry.dev/v1', kind: 'Cluster', ...file };
}
