import { createServer } from 'node:https';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { createAuthority } from './certificates.ts';

export interface IssuerOptions {
  /**
   * What the tokens name as their issuer, such as the platform's own address in a rendered AuthenticationConfiguration.
   * Default: the address on loopback at which this one listens.
   */
  readonly url?: string;
}

/** What is unusual about a token. */
export interface TokenOverrides {
  /** When it is issued, in milliseconds since the epoch. Default: now. */
  readonly issuedAt?: number;
  /** Seconds from its issue to its expiry. Default: 600. */
  readonly lifetime?: number;
  /**
   * Default: the issuer's own key. `foreign`: another key under the issuer's key id. `none`: no signature at all.
   * `public-as-secret`: an HMAC with the public key, which a careless verifier takes for a signature.
   */
  readonly signature?: 'foreign' | 'none' | 'public-as-secret';
}

/** An OIDC issuer on loopback: what an API server asks of one, and a key to sign with. */
export interface Issuer {
  readonly url: string;
  /** Where its discovery document is served, on loopback. */
  readonly discoveryUrl: string;
  /** The certificate (PEM) of the authority behind its server's. */
  readonly certificateAuthority: string;
  /**
   * A token. `iss`, `iat`, `nbf`, `exp` are filled in, and `claims` come last: they can change each, or leave it out by
   * `undefined`. They are not checked: a malformed token is as welcome as a proper one.
   */
  readonly sign: (claims: Readonly<Record<string, unknown>>, overrides?: TokenOverrides) => Promise<string>;
  /** Puts a new key in place of the old one: from here on, tokens are signed with it and only it is published. */
  readonly rotate: () => Promise<void>;
  /** How many seconds the keys may be kept that are fetched from here on. Default: nothing is said, so not at all. */
  readonly cacheKeysFor: (seconds: number) => void;
  /** The paths that were asked of it, in order. */
  readonly requests: readonly string[];
  readonly stop: () => Promise<void>;
}

const algorithm = 'ES256';

/** Starts an issuer with an authority and a key of its own. */
export async function startIssuer({ url }: IssuerOptions = {}): Promise<Issuer> {
  const authority = await createAuthority('issuer-ca');
  const { certificate, key } = await authority.issueServer('issuer');
  const foreign = await generateKeyPair(algorithm);
  let own = await createKey(1);

  let keysMaxAge: number | undefined;

  const requests: string[] = [];
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const document = documents().get(path);
    response.writeHead(document === undefined ? 404 : 200, {
      'content-type': 'application/json',
      ...(path === '/keys' && keysMaxAge !== undefined && { 'cache-control': `max-age=${keysMaxAge}` }),
    });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the issuer listens on no port');
  const base = `https://127.0.0.1:${address.port}`;
  const name = url ?? base;

  function documents(): Map<string, object> {
    const discovery = {
      issuer: name,
      jwks_uri: `${base}/keys`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [algorithm],
    };
    return new Map<string, object>([
      ['/.well-known/openid-configuration', discovery],
      ['/keys', { keys: [own.published] }],
    ]);
  }

  return {
    url: name,
    discoveryUrl: `${base}/.well-known/openid-configuration`,
    certificateAuthority: authority.certificate,
    requests,
    async sign(claims, { issuedAt = Date.now(), lifetime = 600, signature } = {}) {
      const iat = Math.floor(issuedAt / 1000);
      const payload: JWTPayload = { iss: name, iat, nbf: iat, exp: iat + lifetime, ...claims };
      if (signature === 'none') return new UnsecuredJWT(payload).encode();
      const alg = signature === 'public-as-secret' ? 'HS256' : algorithm;
      const token = new SignJWT(payload).setProtectedHeader({ alg, kid: own.kid });
      if (signature === 'public-as-secret') {
        return token.sign(new TextEncoder().encode(await exportSPKI(own.publicKey)));
      }
      return token.sign(signature === 'foreign' ? foreign.privateKey : own.privateKey);
    },
    async rotate() {
      own = await createKey(own.number + 1);
    },
    cacheKeysFor(seconds) {
      keysMaxAge = seconds;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function createKey(number: number) {
  const keys = await generateKeyPair(algorithm);
  const kid = `key-${number}`;
  return { ...keys, number, kid, published: { ...(await exportJWK(keys.publicKey)), kid, alg: algorithm, use: 'sig' } };
}
