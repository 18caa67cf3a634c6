import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import type { Given, TestAuthority } from './https-server.ts';
import { startHttps } from './https-server.ts';
import type { IdentityProvider } from './identity-provider.ts';

/** A cluster as the issuer tells of it. */
export interface IssuerCluster {
  name: string;
  id: string;
  server: string;
  certificateAuthority?: string;
  groups: string[];
  namespaces: string[];
  defaultNamespace?: string;
}

export interface TestIssuer {
  readonly url: string;
  /** The clusters of each user; whoever is not in it has none. */
  readonly clusters: Record<string, IssuerCluster[]>;
  /** All requests, as `POST /token`, in order. */
  readonly requests: string[];
  /** Seconds by which its clock is ahead of this machine's. */
  nature: {
    ahead: number;
    lifetime: number;
    refusesLogins: boolean;
    audience?: string;
    busy: number;
    /** Seconds for which it takes a sign-in, where the identity provider says when that was. */
    maxAge: number;
    redirectsTo?: string;
    /** The identity provider that it names, in place of its own. */
    provider?: string;
  };
}

export const clientId = 'tenantry';

/**
 * The issuer as the person's side sees it: discovery, keys, token exchange and the clusters of somebody, with what it checks
 * of an ID token. What it decides from is what the test says, and not a config.
 */
export async function startIssuer(
  authority: TestAuthority,
  provider: Pick<IdentityProvider, 'url' | 'jwks'> & { readonly nature: { readonly ahead: number } },
  scopes: readonly string[] = ['openid'],
): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const clusters: TestIssuer['clusters'] = {};
  const requests: string[] = [];
  const nature: TestIssuer['nature'] = { ahead: 0, lifetime: 600, refusesLogins: false, busy: 0, maxAge: 12 * 60 * 60 };
  const now = (): number => Math.floor(Date.now() / 1000) + nature.ahead;
  const userOf = async (token: string): Promise<string | undefined> => {
    if (nature.refusesLogins) return undefined;
    try {
      const keys = createLocalJWKSet((await provider.jwks()) as Parameters<typeof createLocalJWKSet>[0]);
      const currentDate = new Date((Math.floor(Date.now() / 1000) + provider.nature.ahead) * 1000);
      const options = { issuer: provider.url, audience: clientId, algorithms: ['ES256'], currentDate };
      const { payload } = await jwtVerify(token, keys, options);
      // 0 is how Glewlwyd says that it does not know.
      const signedIn = Number(payload['auth_time'] ?? 0);
      if (signedIn !== 0 && signedIn < currentDate.getTime() / 1000 - nature.maxAge) return undefined;
      return String(payload['preferred_username']);
    } catch {
      return undefined;
    }
  };
  const origin = await startHttps(authority, async ({ method, url: { pathname }, headers, form }): Promise<Given> => {
    const date = { date: new Date(now() * 1000).toUTCString(), 'cache-control': 'no-store' };
    const route = `${method} ${pathname.replace('/api/oidc', '')}`;
    requests.push(route);
    const refused = (error: string, error_description: string): Given => ({
      status: 400,
      headers: date,
      json: { error, error_description },
    });
    if (nature.redirectsTo !== undefined && route !== 'GET /.well-known/openid-configuration')
      return { location: `${nature.redirectsTo}${pathname}`, status: 307, headers: date };
    switch (route) {
      case 'GET /.well-known/openid-configuration':
        return {
          headers: date,
          json: {
            issuer: issuer.url,
            jwks_uri: `${issuer.url}/keys`,
            token_endpoint: `${issuer.url}/token`,
            tenantry_sign_in: [
              { issuer: nature.provider ?? provider.url, client_id: clientId, scopes, max_age: nature.maxAge },
            ],
          },
        };
      case 'GET /keys':
        return { headers: date, json: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] } };
      case 'GET /clusters': {
        const user = await userOf((headers.authorization ?? '').replace('Bearer ', ''));
        if (user === undefined) return { status: 401, headers: date, json: { error: 'invalid_grant' } };
        return { headers: date, json: { user, clusters: clusters[user] ?? [] } };
      }
      case 'POST /token': {
        if (nature.busy-- > 0) return { status: 429, headers: { ...date, 'retry-after': '1' }, json: {} };
        const user = await userOf(form.get('subject_token') ?? '');
        if (user === undefined) return refused('invalid_grant', 'the subject token is none of ours');
        const cluster = clusters[user]?.find(({ id }) => id === form.get('audience'));
        if (!cluster) return refused('access_denied', `${user} has nothing there`);
        const token = await new SignJWT({ groups: cluster.groups })
          .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'JWT' })
          .setIssuer(issuer.url)
          .setAudience(nature.audience ?? cluster.id)
          .setSubject(`user:${user}`)
          .setJti(randomUUID())
          .setIssuedAt(now())
          .setNotBefore(now() - 30)
          .setExpirationTime(now() + nature.lifetime)
          .sign(privateKey);
        return {
          headers: date,
          json: {
            access_token: token,
            issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
            token_type: 'Bearer',
            expires_in: 600,
          },
        };
      }
      default:
        return { status: 404, headers: date, json: {} };
    }
  });
  const issuer: TestIssuer = { url: `${origin}/api/oidc`, clusters, requests, nature };
  return issuer;
}
