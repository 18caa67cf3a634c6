import { createLocalJWKSet, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { ProviderUnavailable } from './subject-token.ts';
import type { ProviderKeys } from './subject-token.ts';

/**
 * The keys of identity providers, by their discovery documents (OpenID Connect Discovery 1.0). They are asked for seldom,
 * whatever tokens come: a key that nobody knows is a reason to ask again, and not more often than the cooldown lets.
 */

/** What is used of `fetch`: that of Node.js, which trusts what `NODE_EXTRA_CA_CERTS` names as well. */
export type Fetcher = (
  address: string,
  how: { readonly redirect: 'error'; readonly signal: AbortSignal; readonly headers: Record<string, string> },
) => Promise<{
  readonly status: number;
  readonly body: (AsyncIterable<Uint8Array> & { readonly cancel: () => Promise<void> }) | null;
}>;

/** What this asks of the world outside. */
export interface Fetching {
  /** Milliseconds on a clock that only goes on. */
  readonly clock: () => number;
  readonly fetch: Fetcher;
}

/** How long keys count before they are asked for again, in milliseconds: for so long, a key that is withdrawn is taken. */
const freshFor = 5 * 60_000;
/** How long they count where the provider does not answer. */
const staleFor = 60 * 60_000;
/** How long nothing is asked again for a key that is not known. */
const cooldown = 30_000;
/** The same after a failure. */
const cooldownOfFailure = 5_000;
/** How long a provider may take to answer, in milliseconds, and how much it may say, in bytes. */
const limits = { time: 5_000, size: 512 * 1024 } as const;

interface Known {
  readonly keys: JWTVerifyGetKey;
  /** When they came. */
  readonly at: number;
}

/** The keys of each issuer, kept. Whoever calls it has seen that the issuer is a declared one. */
export function providerKeys({ clock, fetch }: Fetching): ProviderKeys {
  const providers = new Map<string, ReturnType<typeof provider>>();
  return (issuer) => {
    const known = providers.get(issuer) ?? provider(issuer, { clock, fetch });
    providers.set(issuer, known);
    return known();
  };
}

function provider(issuer: string, { clock, fetch }: Fetching): () => Promise<JWTVerifyGetKey> {
  let known: Known | undefined;
  let asking: Promise<Known> | undefined;
  let notBefore = -Infinity;

  /** Asks once for all that wait. */
  async function ask(): Promise<Known> {
    asking ??= keysAt(issuer, fetch).then(
      (keys) => {
        notBefore = clock() + cooldown;
        known = { keys, at: clock() };
        return known;
      },
      (error: unknown) => {
        notBefore = clock() + cooldownOfFailure;
        throw error;
      },
    );
    const answer = asking;
    try {
      return await answer;
    } finally {
      if (asking === answer) asking = undefined;
    }
  }

  async function current(): Promise<Known> {
    const age = known === undefined ? Infinity : clock() - known.at;
    if (known !== undefined && age < freshFor) return known;
    if (asking === undefined && clock() < notBefore) {
      if (known !== undefined && age < staleFor) return known;
      throw new ProviderUnavailable(`the identity provider ${issuer} did not say its keys`);
    }
    try {
      return await ask();
    } catch (error) {
      if (known !== undefined && age < staleFor) return known;
      throw unavailable(issuer, error);
    }
  }

  return async () => {
    const { keys, at } = await current();
    return async (header, token) => {
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        // Somebody else may have had them asked for meanwhile.
        if (known !== undefined && known.at !== at) return known.keys(header, token);
        if (asking === undefined && clock() < notBefore) throw error;
        const { keys: newer } = await ask().catch((failure: unknown) => {
          throw unavailable(issuer, failure);
        });
        return newer(header, token);
      }
    };
  };
}

function unavailable(issuer: string, cause: unknown): ProviderUnavailable {
  const why = cause instanceof Unusable ? `: ${cause.message}` : '';
  return new ProviderUnavailable(`the identity provider ${issuer} did not say its keys${why}`, { cause });
}

/** Something that a provider says and that cannot be worked with. */
class Unusable extends Error {}

async function keysAt(issuer: string, fetcher: Fetcher): Promise<JWTVerifyGetKey> {
  const document = await json(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, fetcher);
  // Else one provider could speak for another (OpenID Connect Discovery 1.0, section 4.3).
  if (document['issuer'] !== issuer) throw new Unusable('its discovery document is that of another issuer');
  const address = document['jwks_uri'];
  if (typeof address !== 'string') throw new Unusable('its discovery document names no keys');
  const keys = await json(address, fetcher);
  if (!isKeySet(keys)) throw new Unusable('what it has at the address of its keys is no list of keys');
  return createLocalJWKSet(keys);
}

function isKeySet(value: object): value is JSONWebKeySet {
  return (
    'keys' in value && Array.isArray(value.keys) && value.keys.every((key) => typeof key === 'object' && key !== null)
  );
}

async function json(address: string, fetcher: Fetcher): Promise<Readonly<Record<string, unknown>>> {
  // What is said on the way can be changed on the way.
  if (!URL.canParse(address) || new URL(address).protocol !== 'https:') throw new Unusable('an address is not https');
  const answer = await fetcher(address, {
    // An address that is answered for by another is not the one that was declared.
    redirect: 'error',
    signal: AbortSignal.timeout(limits.time),
    headers: { accept: 'application/json' },
  });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Unusable(`it answered with ${answer.status}`);
  }
  const text = await bounded(answer);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Unusable('its answer is no JSON');
  }
  if (!isRecord(value)) throw new Unusable('its answer is no JSON object');
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A body of no more bytes than the limit, counted while it is read. */
async function bounded({ body }: Awaited<ReturnType<Fetcher>>): Promise<string> {
  if (!body) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > limits.size) throw new Unusable('its answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
