import { createServer } from 'node:https';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { CryptoKey, JWTHeaderParameters, JWTPayload } from 'jose';
import { Agent, fetch } from 'undici';
import type { Fetcher } from '../../src/issuer/provider-keys.ts';
import { createAuthority } from '../control-plane/certificates.ts';

/** What is unusual about a token. */
export interface Unusual {
  /** Parts of the header; undefined leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Default: the provider's own key. `none`: no signature. `public-as-secret`: an HMAC with the public key. */
  readonly by?: CryptoKey | 'none' | 'public-as-secret';
}

/** An identity provider on loopback, as far as its tokens are looked at: a discovery document, and keys. */
export interface OpenIdProvider {
  readonly issuer: string;
  readonly kid: string;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
  /** PEM. */
  readonly certificateAuthority: string;
  /** The paths that were asked of it, in order. */
  readonly requests: string[];
  /** What it answers in place of its documents, by path. */
  readonly instead: Map<
    string,
    { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string }
  >;
  /** A token: `iss`, `iat` and `exp` are filled in, and `claims` come last. */
  readonly sign: (claims: Readonly<Record<string, unknown>>, unusual?: Unusual) => Promise<string>;
  readonly fetch: Fetcher;
  readonly stop: () => Promise<void>;
}

/** Starts one, with an authority and a key of its own. */
export async function startOpenIdProvider(kid = 'provider-key'): Promise<OpenIdProvider> {
  const authority = await createAuthority('provider-ca');
  const { certificate, key } = await authority.issueServer('provider');
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const requests: string[] = [];
  const instead: OpenIdProvider['instead'] = new Map();
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] };
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const documents = new Map<string, object>([
      ['/.well-known/openid-configuration', { issuer, jwks_uri: `${issuer}/keys` }],
      ['/keys', keys],
    ]);
    const document = documents.get(path);
    const given = instead.get(path) ?? { status: document ? 200 : 404, body: JSON.stringify(document ?? {}) };
    response.writeHead(given.status ?? 200, { 'content-type': 'application/json', ...given.headers });
    response.end(given.body);
  });
  await new Promise<void>((listening, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the provider listens on no port');
  const issuer = `https://127.0.0.1:${address.port}`;
  const agent = new Agent({ connect: { ca: authority.certificate } });

  return {
    issuer,
    kid,
    publicKey,
    privateKey,
    certificateAuthority: authority.certificate,
    requests,
    instead,
    async sign(claims, { header = {}, by = privateKey } = {}) {
      const iat = Math.floor(Date.now() / 1000);
      const payload: JWTPayload = { iss: issuer, iat, exp: iat + 3600, ...claims };
      if (by === 'none') return new UnsecuredJWT(payload).encode();
      const alg = by === 'public-as-secret' ? 'HS256' : 'RS256';
      const whole: JWTHeaderParameters = { alg, kid, ...header };
      const token = new SignJWT(payload).setProtectedHeader(whole);
      const secret = by === 'public-as-secret' ? new TextEncoder().encode(await exportSPKI(publicKey)) : by;
      return token.sign(secret);
    },
    fetch: (url, how) => fetch(url, { ...how, dispatcher: agent }),
    async stop() {
      await agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
