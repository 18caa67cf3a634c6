import type { ExampleFiles } from './rule.ts';

/** The day that examples are checked on, unless they say otherwise. */
export const exampleDay = '2026-01-15';

/** A certificate made for the examples; nobody has its key. */
export const exampleCertificate = `-----BEGIN CERTIFICATE-----
MIIBkTCCATegAwIBAgIUIUbIO27bquSwDeJRna/WvwO/p2QwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSRXhhbXBsZSBjbHVzdGVyIENBMCAXDTI2MTEyMTIyNTQzNloY
DzIwNzYwMzAzMjI1NDM2WjAdMRswGQYDVQQDDBJFeGFtcGxlIGNsdXN0ZXIgQ0Ew
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARqAXKwn8zp9CHv5tU44JRka0lri0tr
tyExVMmU8RA+s53+un3M3ikigr5TcxcXPAU/K1Lh3Vw59vigK8yWhW1yo1MwUTAd
BgNVHQ4EFgQU3RQ/8/13BueseU0ZwYaUHo2tQeMwHwYDVR0jBBgwFoAU3RQ/8/13
BueseU0ZwYaUHo2tQeMwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBF
AiA1qLFxPGXsBz2wA4yBQjsw0K5I+nQNvCnBOGijjFcc0gIhAPYESYIe54dL/pD8
c7kc53TwXTouAZpecOcfCPd9ap4o
-----END CERTIFICATE-----
`;

/** A small organization without a fault: what the rules' examples are laid over. */
export const exampleOrganization = {
  'organization.yaml': `apiVersion: tenantry.dev/v1
kind: Organization
metadata:
  name: example
spec:
  issuer: https://platform.example.com/api/oidc
  admins: [alice]
  groups:
    - name: solar-leads
      members: [sam]
    - name: solar-sre
      members: [sam, sue]
    - name: audit
      members: [ann]
`,
  'clusters/prodcluster01.yaml': `apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: prodcluster01
spec:
  server: https://prodcluster01.example.com:6443
  certificateAuthority:
    file: example-ca.pem
  kubernetesVersion: "1.36"
  sharedWith:
    - { group: solar-leads, namespace: false }
    - { group: solar-sre, namespace: false }
    - { group: audit, namespace: false }
`,
  'clusters/example-ca.pem': exampleCertificate,
  'tenants/solar.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: solar-leads }
  defaults:
    clusters: [prodcluster01]
    sharedWith:
      - { group: audit, role: view }
  namespaces:
    - name: prod
      sharedWith:
        - { group: solar-sre, role: admin }
`,
} as const satisfies ExampleFiles;
