/** Config files in few words, as variations of the example organization's: for tests of rules about changes. */

/** The tenant `solar` with these settings and namespaces, each a line of YAML. */
export function solar(namespaces: readonly string[], settings: readonly string[] = []): string {
  return `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: solar-leads }
${settings.map((line) => `  ${line}\n`).join('')}  namespaces:
${namespaces.map((line) => `    - ${line}\n`).join('')}`;
}

/** The organization with these groups and further settings, each a line of YAML. */
export function organization(groups: readonly string[], settings: readonly string[] = [], admins = 'alice'): string {
  return `apiVersion: tenantry.dev/v1
kind: Organization
metadata:
  name: example
spec:
  issuer: https://platform.example.com/api/oidc
  admins: [${admins}]
  groups:
${groups.map((line) => `    - ${line}\n`).join('')}${settings.map((line) => `  ${line}\n`).join('')}`;
}

export const exampleGroups = ['name: solar-leads', 'name: solar-sre', 'name: audit'] as const;

/** A cluster with these shares and further settings, each a line of YAML. */
export function cluster(name: string, shares: readonly string[], settings: readonly string[] = []): string {
  return `apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: ${name}
spec:
  server: https://${name}.example.com:6443
  certificateAuthority:
    file: example-ca.pem
  kubernetesVersion: "1.36"
${settings.map((line) => `  ${line}\n`).join('')}${
    shares.length === 0 ? '' : `  sharedWith:\n${shares.map((line) => `    - ${line}\n`).join('')}`
  }`;
}

export const exampleShares = [
  '{ group: solar-leads, namespace: false }',
  '{ group: solar-sre, namespace: false }',
  '{ group: audit, namespace: false }',
] as const;

/** Another certificate than that of the example organization; nobody has its key. */
export const otherCertificate = `-----BEGIN CERTIFICATE-----
MIIBkTCCATegAwIBAgIUY+7qQbc4cOd27v/QeTGv8mjKibAwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSQW5vdGhlciBleGFtcGxlIENBMCAXDTI2MTEyMjAyMjIxMVoY
DzIwNzYwMzA0MDIyMjExWjAdMRswGQYDVQQDDBJBbm90aGVyIGV4YW1wbGUgQ0Ew
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASBurAr2z5yRC613sXQYyoqlMR9zPss
D9zz/7LcQHP+kMPPsQyPWYZquf+tabBKuFgI+ElbjI6ShjITwF8U5xcmo1MwUTAd
BgNVHQ4EFgQU68mKeCXcysuP6N2P5pxh02qpkTEwHwYDVR0jBBgwFoAU68mKeCXc
ysuP6N2P5pxh02qpkTEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBF
AiB+ZGIFzCubPGKnJMBM5pUPg6xRVu7D3hvHrdYqrC74+QIhANT0DnKBNNMbjiCP
CfwdblMTA8gMSAGW9t4Jadrje42/
-----END CERTIFICATE-----
`;
