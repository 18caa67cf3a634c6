import { Type } from '@sinclair/typebox';
import type { Static, TSchema } from '@sinclair/typebox';
import { ClusterSpec } from './cluster.ts';
import type { Isolation as IsolationSchema } from './isolation.ts';
import { OrganizationSpec } from './organization.ts';
import { strict } from './schema-parts.ts';
import { TenantSpec } from './tenant.ts';

export type { Namespace } from './namespace.ts';
export type { ContainerLimits, Quota } from './quota.ts';
export type { Allocation, CustomRole, Owner, Share } from './schema-parts.ts';
export type Isolation = Static<typeof IsolationSchema>;

/**
 * The three kinds of files, made of the tables of this room: the JSON Schemas in `schemas/`, the checks of ajv, the types
 * of the program and of TypeScript config files, and the configuration reference all come from them.
 */
export const apiVersion = 'tenantry.dev/v1';

const file = <K extends string, S extends TSchema>(kind: K, spec: S, description: string) =>
  Type.Object(
    {
      apiVersion: Type.Literal(apiVersion),
      kind: Type.Literal(kind),
      metadata: Type.Object(
        { name: Type.String({ minLength: 1, maxLength: 63, description: "The name; the file's name repeats it." }) },
        strict,
      ),
      spec,
    },
    { ...strict, title: kind, description },
  );

export const OrganizationFile = file(
  'Organization',
  OrganizationSpec,
  'The whole: issuer, admins, groups, naming, limits.',
);
export const ClusterFile = file('Cluster', ClusterSpec, 'A Kubernetes cluster and the groups it is shared with.');
export const TenantFile = file('Tenant', TenantSpec, "A team's handle: owners, allocations, defaults, namespaces.");

export type OrganizationFile = Static<typeof OrganizationFile>;
export type ClusterFile = Static<typeof ClusterFile>;
export type TenantFile = Static<typeof TenantFile>;
/** The kinds of config files, by the name that their `kind` holds. */
export const schemas = { Organization: OrganizationFile, Cluster: ClusterFile, Tenant: TenantFile } as const;
export type FileKind = keyof typeof schemas;
