import * as oidc from 'openid-client';
import { Failure } from '../values/failure.ts';
import { at, textAt } from '../values/json.ts';
import { hasBrowser, openPage } from './browser.ts';
import { unreachable } from './http.ts';
import type { Provider } from './issuer.ts';
import { claimsOf } from './issuer.ts';
import { listen } from './loopback.ts';
import type { Machine } from './machine.ts';
import { momentOn } from './machine.ts';
import { saidBy } from './said.ts';
import type { NewLogin } from './login-record.ts';
import { longestLogin } from './login-record.ts';

/** The way to the identity provider. Loaded only when a login is due. */

interface Client {
  readonly config: oidc.Configuration;
  readonly ask: oidc.CustomFetch;
  /** When the identity provider answered last, by its own clock: milliseconds since 1970. */
  readonly answered: () => number;
}

/**
 * Signs somebody in: in a browser (authorization code with PKCE, RFC 8252), or with a code that is entered on another device
 * (RFC 8628) where there is none. Throws a Failure that says why not.
 */
export async function signInAt(machine: Machine, provider: Provider, isByDevice: boolean): Promise<NewLogin> {
  return withReasons(provider, async () => {
    const client = await clientOf(machine, provider);
    if (!isByDevice && hasBrowser(machine)) return inBrowser(machine, provider, client);
    if (client.config.serverMetadata().device_authorization_endpoint !== undefined)
      return onDevice(machine, provider, client);
    throw new Failure('sign-in', `${saidBy(provider.issuer)} does not let people sign in on another device`, {
      help: 'run `tenantry login` where there is a browser: not over SSH, and with a display',
    });
  });
}

/** A new ID token by a refresh token; undefined where the identity provider gives none for it. */
export async function renewedAt(
  machine: Machine,
  provider: Provider,
  refreshToken: string,
  subject: string,
): Promise<NewLogin | undefined> {
  const client = await withReasons(provider, () => clientOf(machine, provider));
  const begun = momentOn(machine);
  try {
    const tokens = await oidc.refreshTokenGrant(client.config, refreshToken);
    const made = loginOf(tokens, begun, client, refreshToken);
    return made.subject === subject ? made : undefined;
  } catch (error) {
    // Only what the identity provider itself says ends the login; a broken connection does not.
    if (error instanceof oidc.ResponseBodyError || error instanceof Failure) return undefined;
    throw reason(provider, error);
  }
}

/** Takes a refresh token back, where the identity provider lets one; whether it has. */
export async function revokeAt(machine: Machine, provider: Provider, refreshToken: string): Promise<boolean> {
  return withReasons(provider, async () => {
    const { config } = await clientOf(machine, provider);
    if (config.serverMetadata().revocation_endpoint === undefined) return false;
    await oidc.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
    return true;
  });
}

/**
 * The identity provider as it describes itself. Times in its tokens are compared with its own clock: this machine's may be
 * wrong by an hour. ID tokens are checked by their signature as well, though they come straight from it.
 */
async function clientOf(machine: Machine, { issuer, clientId }: Provider): Promise<Client> {
  const place = placeOf(issuer);
  let date: number | undefined;
  const begun = machine.sinceStart();
  let seen = begun;
  const listening: oidc.CustomFetch = async (url, { body, ...options }) => {
    const response = await fetch(url, body === undefined || body === null ? options : { ...options, body });
    const said = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(said)) [date, seen] = [said, machine.sinceStart()];
    return response;
  };
  const found = await oidc.discovery(place, clientId, undefined, oidc.None(), {
    [oidc.customFetch]: listening,
    timeout: 15,
  });
  // openid-client compares too, but neither everywhere nor exactly; and the issuer takes ID tokens by this very text.
  const said = found.serverMetadata().issuer;
  if (said !== issuer) throw wrongProvider(issuer, `it says that it is \`${saidBy(said)}\``);
  const skew = date === undefined ? 0 : Math.round((date - machine.wallClock()) / 1000);
  const config = new oidc.Configuration(found.serverMetadata(), clientId, { [oidc.clockSkew]: skew }, oidc.None());
  config[oidc.customFetch] = listening;
  config.timeout = 15;
  oidc.enableNonRepudiationChecks(config);
  return {
    config,
    ask: listening,
    answered: () => (date ?? machine.wallClock()) + (date === undefined ? 0 : machine.sinceStart() - seen),
  };
}

/**
 * Where an identity provider describes itself. Its URL is that of an issuer (OpenID Connect Discovery, 2): from one of a
 * document openid-client would take whatever that says, of any identity provider.
 */
function placeOf(issuer: string): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url?.protocol !== 'https:') throw wrongProvider(issuer, 'it is no https URL');
  if (url.href.includes('/.well-known/')) throw wrongProvider(issuer, 'it is the URL of a document, not of an issuer');
  // By what is written: of an empty query or fragment nothing is left in `search` and `hash`.
  if (/[?#]/.test(issuer)) throw wrongProvider(issuer, 'there is a query or a fragment in its URL');
  if (url.username !== '' || url.password !== '') throw wrongProvider(issuer, 'there is a user in its URL');
  return url;
}

function wrongProvider(issuer: string, why: string): Failure {
  return new Failure('sign-in', `\`${saidBy(issuer)}\` is not taken for an identity provider: ${why}`, {
    help: 'show this to your platform team: it is what `signIn` of the organization names',
  });
}

async function inBrowser(machine: Machine, provider: Provider, client: Client): Promise<NewLogin> {
  const loopback = await listen(machine.environment['TENANTRY_CALLBACK']);
  try {
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const page = oidc.buildAuthorizationUrl(client.config, {
      redirect_uri: loopback.redirectUri,
      scope: provider.scopes.join(' '),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      // Else a session of days at the identity provider would give what the issuer refuses, each time anew. Whether it has kept
      // to it is for the issuer to see (`auth_time`): not every identity provider says.
      ...(provider.maxAge !== undefined && { max_age: String(provider.maxAge) }),
    });
    if (page.protocol !== 'https:') throw new Failure('sign-in', 'the page to sign in on is no https page');
    machine.say(`Sign in at ${page.host} in your browser. If no page opens, open this one:\n\n  ${page.href}\n`);
    await openPage(machine, page);
    const { url, show } = await loopback.callback(longestLogin.browser);
    try {
      const begun = momentOn(machine);
      const tokens = await oidc.authorizationCodeGrant(client.config, url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const made = loginOf(tokens, begun, client);
      await show(true);
      return made;
    } catch (error) {
      await show(false);
      throw error;
    }
  } finally {
    loopback.close();
  }
}

async function onDevice(machine: Machine, provider: Provider, client: Client): Promise<NewLogin> {
  const device = await oidc.initiateDeviceAuthorization(client.config, { scope: provider.scopes.join(' ') });
  const [page, whole] = [device.verification_uri, device.verification_uri_complete];
  if (![page, whole ?? page].every((url) => URL.canParse(url) && new URL(url).protocol === 'https:')) {
    throw new Failure('sign-in', 'the page to enter the code on is no https page');
  }
  const direct =
    whole === undefined ? '' : `\nor open this page, which knows the code:\n\n  ${saidBy(new URL(whole).href)}\n`;
  machine.say(
    `On any device, open this page and enter the code:\n\n  ${saidBy(new URL(page).href)}\n  ${saidBy(device.user_code)}\n${direct}`,
  );
  let begun = momentOn(machine);
  // The one that is answered counts, and it is not known which that is.
  client.config[oidc.customFetch] = (...args) => {
    begun = momentOn(machine);
    return client.ask(...args);
  };
  try {
    const tokens = await oidc.pollDeviceAuthorizationGrant(client.config, device, undefined, {
      signal: AbortSignal.timeout(Math.min(longestLogin.device, device.expires_in * 1000)),
    });
    return loginOf(tokens, begun, client);
  } catch (error) {
    if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
      throw new Failure('sign-in', 'nobody has entered the code in time', {
        help: 'run: tenantry login',
        cause: error,
      });
    }
    throw error;
  }
}

function loginOf(
  tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  received: NewLogin['received'],
  { answered }: Client,
  before?: string,
): NewLogin {
  const { id_token: idToken, refresh_token: refreshToken = before } = tokens;
  if (idToken === undefined) {
    throw new Failure('sign-in', 'the identity provider has given no ID token', {
      help: 'the scope `openid` is needed: show this to your platform team',
    });
  }
  const claims = claimsOf(idToken);
  const [subject, end] = [textAt(claims, 'sub'), at(claims, 'exp')];
  if (subject === undefined || typeof end !== 'number') throw new Failure('sign-in', 'the ID token says of nobody');
  return {
    idToken,
    subject,
    received,
    lifetime: end * 1000 - answered(),
    ...(refreshToken !== undefined && { refreshToken }),
  };
}

async function withReasons<T>(provider: Provider, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw reason(provider, error);
  }
}

/** Why there is no login, in a sentence: what others say in it is shown as a text, whatever is in it. */
function reason({ issuer }: Provider, error: unknown): unknown {
  const who = saidBy(issuer);
  if (error instanceof Failure) return error;
  if (error instanceof oidc.AuthorizationResponseError) {
    return failure(`${who} has not signed you in: ${words(error.error, error.error_description)}`, error);
  }
  if (error instanceof oidc.ResponseBodyError) {
    return failure(`${who} has not signed you in: ${words(error.error, error.error_description)}`, error);
  }
  if (error instanceof oidc.ClientError) {
    const why = whyWrong(error);
    if (why !== undefined) return failure(`not signed in: ${why}`, error);
    if (isOfNetwork(error)) return unreachable(who, error);
    return failure(`what ${who} answers is not what was asked for: ${saidBy(error.message)}`, error);
  }
  return error instanceof TypeError || isOfNetwork(error) ? unreachable(who, error) : error;
}

function words(error: string, description: string | undefined): string {
  return [error, ...(description === undefined ? [] : [description])].map(saidBy).join(': ');
}

function failure(message: string, cause: unknown): Failure {
  return new Failure('sign-in', message, { cause, help: 'run `tenantry login` to try again' });
}

/** What of an answer is not that of this login. */
function whyWrong(error: Error): string | undefined {
  const all = [error, error.cause].flatMap((one) => (one instanceof Error ? [one.message] : [])).join(' ');
  if (all.includes('"state"')) return 'the browser came back with the state of another login';
  if (all.includes('"nonce"')) return 'the ID token is that of another login (nonce)';
  if (all.includes('"iss"')) return 'the answer is that of another identity provider (iss)';
  if (/"aud"|"azp"/.test(all)) return 'the ID token is for another client (aud)';
  if (/"exp"|expir/i.test(all)) return 'the ID token has ended already (exp)';
  if (/signature/i.test(all)) return 'the ID token is not signed by the identity provider';
  return undefined;
}

function isOfNetwork(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one.name === 'TimeoutError' || one.message === 'fetch failed') return true;
  }
  return false;
}
