/** A certificate made for the example; nobody has its key. */
const certificate = `-----BEGIN CERTIFICATE-----
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

/** What `tenantry init` writes in the place of what it cannot know. A rule says where one is left. */
export const placeholders = {
  issuer: 'https://your-issuer.example.com',
  server: 'https://mycluster01.example.com:6443',
  gitHubOrganization: 'your-organization',
  certificate,
} as const;

/** Whether a URL is at a host that exists in examples alone (https://www.rfc-editor.org/rfc/rfc2606). */
export function isExampleUrl(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return /(?:^|\.)example(?:\.(?:com|net|org))?$/.test(host);
}
