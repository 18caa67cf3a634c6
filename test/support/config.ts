import { stringify } from 'yaml';

/** The text of a tenant's file. Unless `spec` says otherwise, group solar-leads owns it and it has no namespaces. */
export function tenantFile(name: string, spec: Record<string, unknown>): string {
  return file('Tenant', name, {
    owners: [{ kind: 'Group', name: 'solar-leads' }],
    ...spec,
    namespaces: spec['namespaces'] ?? [],
  });
}

/** The text of a cluster's file; it has the example's certificate. */
export function clusterFile(name: string, spec: Record<string, unknown> = {}): string {
  return file('Cluster', name, {
    server: `https://${name}.example.com:6443`,
    certificateAuthority: { file: 'example-ca.pem' },
    kubernetesVersion: '1.36',
    ...spec,
  });
}

/** The text of the organization's file; it has the example's groups. */
export function organizationFile(spec: Record<string, unknown>): string {
  return file('Organization', 'example', {
    issuer: 'https://platform.example.com/api/oidc',
    admins: ['alice'],
    groups: [{ name: 'solar-leads' }, { name: 'solar-sre' }, { name: 'audit' }],
    ...spec,
  });
}

function file(kind: string, name: string, spec: Record<string, unknown>): string {
  return stringify({ apiVersion: 'tenantry.dev/v1', kind, metadata: { name }, spec }, { aliasDuplicateObjects: false });
}
