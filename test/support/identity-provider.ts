import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Given, TestAuthority } from './https-server.ts';
import { startHttps } from './https-server.ts';

/** How an identity provider is, and what is wrong with it. All may be changed while it runs. */
export interface ProviderNature {
  /** Who signs in. */
  user: string;
  /** Seconds for which an ID token counts. */
  lifetime: number;
  /** Seconds by which its clock is ahead of this machine's. */
  ahead: number;
  givesRefreshToken: boolean;
  /** Seconds since the user has entered his password: he need not again, unless `max_age` asks for it. */
  sessionAge: number;
  /** What it puts into the ID token or the browser's way back, in place of what belongs there. */
  nonce?: string;
  audience?: string;
  issuerInAnswer?: string;
  state?: string;
  error?: { readonly error: string; readonly error_description: string };
  isSignedByOther?: boolean;
  /** What happens while a renewal's answer is on its way. */
  duringRenewal?: () => Promise<unknown>;
}

export interface IdentityProvider {
  readonly url: string;
  readonly nature: ProviderNature;
  /** What its token endpoint was asked for, by grant type. */
  readonly grants: string[];
  /** Tokens that it was asked to take back. */
  readonly revoked: string[];
  /** Enters the code of a device, as the user. */
  readonly approve: (userCode: string) => void;
  readonly jwks: () => Promise<unknown>;
}

interface Begun {
  readonly nonce: string | null;
  readonly challenge: string | null;
  readonly redirectUri: string | null;
  readonly clientId: string | null;
}

/**
 * A small OpenID provider on loopback: discovery, keys, code with PKCE (whoever opens its page is signed in), refresh, device
 * code, revocation. It checks what a provider checks. Tests with a real one, and a real page, are in
 * test/identity-provider/.
 */
export async function startIdentityProvider(authority: TestAuthority): Promise<IdentityProvider> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const other = await generateKeyPair('ES256');
  const nature: ProviderNature = { user: 'joy', lifetime: 3600, ahead: 0, givesRefreshToken: false, sessionAge: 0 };
  const [codes, refreshTokens] = [new Map<string, Begun>(), new Set<string>()];
  const devices = new Map<string, { readonly userCode: string; readonly clientId: string | null; done: boolean }>();
  const grants: string[] = [];
  const revoked: string[] = [];
  const now = (): number => Math.floor(Date.now() / 1000) + nature.ahead;
  const date = (): Record<string, string> => ({ date: new Date(now() * 1000).toUTCString() });
  const jwks = async (): Promise<unknown> => ({
    keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }],
  });
  const tokens = async (clientId: string | null, nonce: string | null): Promise<Given> => {
    const signedIn = { auth_time: now() - nature.sessionAge };
    const claims = {
      preferred_username: nature.user,
      ...signedIn,
      ...(nonce !== null && { nonce: nature.nonce ?? nonce }),
    };
    const idToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(url)
      .setSubject(`subject-of-${nature.user}`)
      .setAudience(nature.audience ?? clientId ?? '')
      .setIssuedAt(now())
      .setExpirationTime(now() + nature.lifetime)
      .sign(nature.isSignedByOther ? other.privateKey : privateKey);
    const refreshToken = `refresh-${randomUUID()}`;
    if (nature.givesRefreshToken) refreshTokens.add(refreshToken);
    return {
      headers: { ...date(), 'cache-control': 'no-store' },
      json: {
        access_token: randomUUID(),
        token_type: 'Bearer',
        expires_in: nature.lifetime,
        id_token: idToken,
        ...(nature.givesRefreshToken && { refresh_token: refreshToken }),
      },
    };
  };
  const refused = (error: string, error_description?: string): Given => ({
    status: 400,
    headers: date(),
    json: { error, ...(error_description !== undefined && { error_description }) },
  });
  const url = await startHttps(authority, async ({ method, url: { pathname, searchParams: query }, form }) => {
    const asked = form.get('client_id');
    switch (`${method} ${pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return {
          headers: date(),
          json: {
            issuer: url,
            authorization_endpoint: `${url}/authorize`,
            token_endpoint: `${url}/token`,
            jwks_uri: `${url}/keys`,
            device_authorization_endpoint: `${url}/device`,
            revocation_endpoint: `${url}/revoke`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['ES256'],
            code_challenge_methods_supported: ['S256'],
            authorization_response_iss_parameter_supported: true,
          },
        };
      case 'GET /keys':
        return { json: await jwks(), headers: date() };
      case 'GET /authorize': {
        const redirectUri = query.get('redirect_uri');
        const isLoopback = /^http:\/\/127\.0\.0\.1:\d+\/[\w-]+$/.test(redirectUri ?? '');
        if (!isLoopback || query.get('code_challenge_method') !== 'S256' || query.get('response_type') !== 'code')
          return { status: 400, html: 'bad request' };
        const maxAge = query.get('max_age');
        if (maxAge !== null && nature.sessionAge > Number(maxAge)) nature.sessionAge = 0;
        const back = new URL(redirectUri ?? '');
        back.searchParams.set('state', nature.state ?? query.get('state') ?? '');
        back.searchParams.set('iss', nature.issuerInAnswer ?? url);
        if (nature.error) for (const [key, value] of Object.entries(nature.error)) back.searchParams.set(key, value);
        else {
          const code = randomUUID();
          codes.set(code, {
            redirectUri,
            nonce: query.get('nonce'),
            challenge: query.get('code_challenge'),
            clientId: query.get('client_id'),
          });
          back.searchParams.set('code', code);
        }
        return { location: back.href };
      }
      case 'POST /device': {
        const [deviceCode, userCode] = [randomUUID(), randomUUID().slice(0, 8).toUpperCase()];
        devices.set(deviceCode, { userCode, clientId: asked, done: false });
        return {
          headers: date(),
          json: {
            device_code: deviceCode,
            user_code: userCode,
            verification_uri: `${url}/activate`,
            expires_in: 300,
            interval: 1,
          },
        };
      }
      case 'POST /revoke':
        revoked.push(form.get('token') ?? '');
        refreshTokens.delete(form.get('token') ?? '');
        return { headers: date() };
      case 'POST /token': {
        const grant = form.get('grant_type') ?? '';
        grants.push(grant);
        if (grant === 'authorization_code') {
          const begun = codes.get(form.get('code') ?? '');
          codes.delete(form.get('code') ?? '');
          const challenge = createHash('sha256')
            .update(form.get('code_verifier') ?? '')
            .digest('base64url');
          if (begun?.redirectUri !== form.get('redirect_uri') || begun.challenge !== challenge)
            return refused('invalid_grant', 'this code was used');
          return tokens(asked, begun.nonce);
        }
        if (grant === 'refresh_token') {
          if (!refreshTokens.delete(form.get('refresh_token') ?? '')) return refused('invalid_grant');
          const answer = await tokens(asked, null);
          await nature.duringRenewal?.();
          return answer;
        }
        const device = devices.get(form.get('device_code') ?? '');
        if (!device) return refused('expired_token');
        return device.done ? tokens(asked, null) : refused('authorization_pending');
      }
      default:
        return { status: 404, json: {} };
    }
  });
  return {
    url,
    nature,
    grants,
    revoked,
    jwks,
    approve: (userCode) => {
      for (const device of devices.values()) if (device.userCode === userCode) device.done = true;
    },
  };
}
