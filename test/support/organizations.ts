import fc from 'fast-check';
import { stringify } from 'yaml';
import { exampleCertificate } from './examples.ts';

/** A share as files hold it. */
export interface ShareDocument {
  group?: string;
  user?: string;
  serviceAccount?: string;
  role: string;
  until?: string;
}

interface NamespaceDocument {
  name: string;
  inherits?: string;
  clusters?: string[];
  sharedWith?: ShareDocument[];
  quota?: { cpu: string };
  cordoned?: boolean;
  labels?: Record<string, string>;
}

interface TenantDocument {
  metadata: { name: string };
  spec: {
    owners: { kind: string; name: string; namespace?: string }[];
    defaults: { clusters: string[]; sharedWith: ShareDocument[] };
    roles: { name: string; rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] }[];
    namespaces: NamespaceDocument[];
  };
}

/** An organization as documents: what is written into its files. */
export interface OrganizationDocuments {
  organization: { metadata: { name: string }; spec: Record<string, unknown> };
  clusters: { metadata: { name: string }; spec: Record<string, unknown> }[];
  tenants: TenantDocument[];
}

const groups = ['alpha', 'beta', 'team:gamma', 'Delta_4', 'eps@example.com', 'zeta/ops'];
const users = ['ann', 'bob', 'cy@example.com'];
const roles = ['admin', 'edit', 'view', 'deployer'];
const clusterNames = ['c1', 'c2', 'prod3'];

/** The day that generated organizations are looked at; some of their shares have ended before it. */
export const lawDay = '2026-06-15';

const share: fc.Arbitrary<ShareDocument> = fc
  .record({
    subject: fc.oneof(
      fc.constantFrom(...groups).map((group) => ({ group })),
      fc.constantFrom(...users).map((user) => ({ user })),
    ),
    role: fc.constantFrom(...roles),
    until: fc.option(fc.constantFrom('2026-06-14', '2026-06-15', '2026-06-16', '2027-01-01'), { nil: undefined }),
  })
  .map(({ subject, role, until }) => ({ ...subject, role, ...(until !== undefined && { until }) }));

/** No subject twice in a list: that is an error of its own. */
const shares = fc.uniqueArray(share, { maxLength: 4, selector: (s) => s.group ?? `user ${s.user ?? ''}` });

const someClusters = fc.subarray(clusterNames, { minLength: 1 });

const tenant = (name: string): fc.Arbitrary<TenantDocument> =>
  fc
    .record({
      owner: fc.oneof(
        fc.constantFrom(...groups).map((group) => ({ kind: 'Group', name: group })),
        fc.constantFrom(...users).map((user) => ({ kind: 'User', name: user })),
        fc.constant({ kind: 'ServiceAccount', name: 'robot', namespace: `${name}-n0` }),
      ),
      clusters: someClusters,
      defaults: shares,
      namespaces: fc.array(
        fc.record({
          clusters: fc.option(someClusters, { nil: undefined }),
          shares: fc.option(shares, { nil: undefined }),
          inherits: fc.option(fc.nat(3), { nil: undefined }),
          cpu: fc.option(fc.integer({ min: 1, max: 64 }), { nil: undefined }),
          cordoned: fc.option(fc.boolean(), { nil: undefined }),
          label: fc.option(fc.constantFrom('a', 'B.2', 'true'), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    })
    .map(({ owner, clusters, defaults, namespaces }) => ({
      apiVersion: 'tenantry.dev/v1',
      kind: 'Tenant',
      metadata: { name },
      spec: {
        owners: [owner],
        defaults: { clusters, sharedWith: defaults },
        roles: [{ name: 'deployer', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }] }],
        namespaces: namespaces.map(({ clusters: own, shares: sharedWith, inherits, cpu, cordoned, label }, i) => ({
          name: `n${i}`,
          ...(own && { clusters: own }),
          ...(sharedWith && { sharedWith }),
          // Only from earlier ones, so that there is no cycle.
          ...(inherits !== undefined && inherits < i && { inherits: `n${inherits}` }),
          ...(cpu !== undefined && { quota: { cpu: String(cpu) } }),
          ...(cordoned !== undefined && { cordoned }),
          ...(label !== undefined && { labels: { tier: label } }),
        })),
      },
    }));

/** Organizations without errors, of every shape that the schema has to offer for access. */
export const organizations: fc.Arbitrary<OrganizationDocuments> = fc
  .record({
    tenants: fc.tuple(tenant('sun'), tenant('moon'), tenant('star')).chain((all) => fc.subarray(all, { minLength: 1 })),
    withNamespace: fc.subarray(groups),
  })
  .map(({ tenants, withNamespace }) => ({
    organization: {
      apiVersion: 'tenantry.dev/v1',
      kind: 'Organization',
      metadata: { name: 'laws' },
      spec: {
        issuer: 'https://platform.example.com/api/oidc',
        admins: ['ann'],
        limits: { labelKeys: ['tier'] },
        groups: groups.map((name, i) => ({ name, namespace: `group-${i}`, members: i % 2 === 0 ? ['bob'] : users })),
      },
    },
    clusters: clusterNames.map((name) => ({
      apiVersion: 'tenantry.dev/v1',
      kind: 'Cluster',
      metadata: { name },
      spec: {
        server: `https://${name}.example.com`,
        certificateAuthority: { pem: exampleCertificate },
        kubernetesVersion: '1.36',
        sharedWith: groups.map((group) => (withNamespace.includes(group) ? { group } : { group, namespace: false })),
      },
    })),
    tenants,
  }));

/** The files of an organization. `write` turns a document into text; keys keep their order unless it says otherwise. */
export function organizationFiles(
  { organization, clusters, tenants }: OrganizationDocuments,
  write: (document: unknown) => string = (document) => stringify(document, { aliasDuplicateObjects: false }),
): Record<string, string> {
  return {
    'organization.yaml': write(organization),
    ...Object.fromEntries(clusters.map((c) => [`clusters/${c.metadata.name}.yaml`, write(c)])),
    ...Object.fromEntries(tenants.map((t) => [`tenants/${t.metadata.name}.yaml`, write(t)])),
  };
}
