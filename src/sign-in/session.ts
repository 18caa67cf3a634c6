import { Failure } from '../values/failure.ts';
import { at, listAt, textAt } from '../values/json.ts';
import type { Cache } from './cache.ts';
import { nameFor } from './cache.ts';
import type { OwnClusters, Provider } from './issuer.ts';
import { clustersOf, issuerUrl, NotSignedIn, providersOf, readClusters } from './issuer.ts';
import { alone } from './lock.ts';
import type { Login } from './login-record.ts';
import { longestLogin, readLogin } from './login-record.ts';
import type { Machine } from './machine.ts';
import { ageOf, momentOn, readMoment } from './machine.ts';
import { saidBy } from './said.ts';

/** What signing in happens with. */
export interface Site {
  readonly machine: Machine;
  readonly cache: Cache;
}

/** Why a login is looked for: by somebody who runs `login`, by somebody who is there, or by a run that nobody watches. */
export type Occasion = 'asked' | 'attended' | 'background';

export interface LoginOptions {
  readonly occasion: Occasion;
  readonly isByDevice?: boolean;
  /** The identity provider, where the issuer has several. */
  readonly provider?: string;
  /** He has said that another issuer may use the same client of the same identity provider. */
  readonly isShared?: boolean;
}

/** Milliseconds before its end at which a login counts as over: what begins with it must end with it. */
const margin = 30_000;

const loginName = (issuer: string): string => nameFor('login', issuer);
const failureName = (issuer: string): string => nameFor('failed', issuer);
const clustersName = ({ issuer, provider, subject }: Login): string =>
  nameFor('clusters', issuer, provider.issuer, provider.clientId, subject);
/** The issuers that somebody has signed in for here, the last one first. No secret: it outlives `logout`. */
export const issuersName = 'issuers';

/** The issuer to use: the one that is named, here or in the environment, or that was used last; undefined without any. */
export function knownIssuer({ cache, machine }: Site, named: string | undefined): string | undefined {
  const chosen = [named, machine.environment['TENANTRY_ISSUER'], usedIssuers({ cache }).at(0)];
  const found = chosen.find((url) => url !== undefined && url !== '');
  return found === undefined ? undefined : issuerUrl(found);
}

function usedIssuers({ cache }: Pick<Site, 'cache'>): string[] {
  return listAt(cache.read(issuersName), 'issuers').filter((issuer) => typeof issuer === 'string');
}

/**
 * Whether somebody has signed in for the issuer here before. No kubeconfig may bring in another one: it could name the
 * company's own identity provider, and would be shown the ID token.
 */
export function isUsedIssuer(site: Site, issuer: string): boolean {
  return usedIssuers(site).includes(issuer);
}

/** What is to be done where nothing says which issuer to use. */
export function noIssuerKnown(): Failure {
  return new Failure('sign-in', 'nothing says which issuer gives your tokens', {
    help: 'name it once: `tenantry login --issuer URL`, as your platform team gives it, or run this in a clone of its repository',
  });
}

/** The login that is there and still counts; undefined where there is none. */
export function currentLogin(site: Site, issuer: string): Login | undefined {
  const login = keptLogin(site, issuer);
  return login && isCurrent(site, login) ? login : undefined;
}

/** Milliseconds for which a login still counts. */
export function remaining({ machine }: Site, { received, lifetime }: Pick<Login, 'received' | 'lifetime'>): number {
  return lifetime - ageOf(received, momentOn(machine));
}

/**
 * A login that counts: the one that is there, or a new one, which is renewed without a word where the identity provider gave
 * the means to. However many runs ask at once, one of them opens a browser, and the others take what it gets. A run that
 * nobody watches opens none, and after a login that has failed none does until somebody runs `login`.
 */
export async function login(site: Site, issuer: string, options: LoginOptions): Promise<Login> {
  const { cache, machine } = site;
  const isAsked = options.occasion === 'asked';
  const begun = momentOn(machine);
  const before = keptLogin(site, issuer);
  const look = (): Login | undefined => {
    const found = currentLogin(site, issuer);
    // Whoever asks for a login takes another's only where that has come about meanwhile.
    if (found && (!isAsked || ageOf(found.received, momentOn(machine)) < ageOf(begun, momentOn(machine)))) return found;
    if (!isAsked) refuseWithoutPerson(site, issuer, options.occasion);
    return undefined;
  };
  if (isAsked) cache.remove(failureName(issuer));
  const isRenewable = before?.refreshToken !== undefined && !isAsked;
  return alone(
    cache,
    machine,
    {
      name: loginName(issuer),
      longest: longestLogin.device + 60_000,
      look,
      waits: () => {
        if (machine.isAttended) machine.say('another run of tenantry is signing you in: waiting for it');
      },
    },
    async () => {
      const renewed = isRenewable ? await renew(site, issuer) : undefined;
      if (renewed) return renewed;
      if (options.occasion === 'background') throw loginDue(issuer);
      return signIn(site, issuer, options);
    },
  );
}

/** Where nobody is there to sign in, nor anything that could be renewed, that is all there is to say. */
function refuseWithoutPerson(site: Site, issuer: string, occasion: Occasion): void {
  const isRenewable = keptLogin(site, issuer)?.refreshToken !== undefined;
  if (isRenewable) return;
  if (occasion === 'background' || site.cache.read(failureName(issuer)) !== undefined) throw loginDue(issuer);
}

/** One line, which whoever reads a log can act on. */
export class LoginDue extends Failure {}

function loginDue(issuer: string): LoginDue {
  return new LoginDue('sign-in', 'run: tenantry login', { cause: new NotSignedIn(issuer) });
}

async function signIn(site: Site, issuer: string, options: LoginOptions): Promise<Login> {
  const { cache } = site;
  const provider = chosenProvider(await providersOf(issuer), options.provider);
  if (options.isShared !== true) refuseShared(site, issuer, provider);
  try {
    const { signInAt } = await import('./login.ts');
    const made = await signInAt(site.machine, provider, options.isByDevice === true);
    cache.remove(failureName(issuer));
    const login = { ...made, issuer, provider };
    await changingLogins(site, () => {
      const { clientId } = provider;
      cache.write(issuersName, {
        issuers: [issuer, ...usedIssuers(site).filter((used) => used !== issuer)],
        clients: [
          { issuer, provider: provider.issuer, clientId },
          ...usedClients(site).filter((used) => used.issuer !== issuer || !isSameClient(used, provider)),
        ],
      });
      keep(site, login);
    });
    return login;
  } catch (error) {
    // Tools that run again and again would open one page after the other.
    cache.write(failureName(issuer), { at: momentOn(site.machine) });
    throw error;
  }
}

/** As which client of which identity provider somebody has signed in for an issuer. */
interface UsedClient {
  readonly issuer: string;
  readonly provider: string;
  readonly clientId: string;
}

/** Also of logins that have ended since: the issuer still takes what its client gets. */
function usedClients(site: Site): UsedClient[] {
  const noted = listAt(site.cache.read(issuersName), 'clients').flatMap((entry): UsedClient[] => {
    const [issuer, provider] = [textAt(entry, 'issuer'), textAt(entry, 'provider')];
    const clientId = textAt(entry, 'clientId');
    return issuer === undefined || provider === undefined || clientId === undefined
      ? []
      : [{ issuer, provider, clientId }];
  });
  const kept = allLogins(site).map(({ issuer, provider }) => ({
    issuer,
    provider: provider.issuer,
    clientId: provider.clientId,
  }));
  return [...noted, ...kept.filter((one) => !noted.some((other) => JSON.stringify(other) === JSON.stringify(one)))];
}

function isSameClient(used: UsedClient, { issuer, clientId }: Provider): boolean {
  return used.provider === issuer && used.clientId === clientId;
}

/** An issuer that names the client of another one would be shown an ID token that the other takes. */
function refuseShared(site: Site, issuer: string, provider: Provider): void {
  const same = usedClients(site).filter((used) => isSameClient(used, provider));
  // Who has signed in for it before has been asked.
  if (same.length === 0 || same.some((used) => used.issuer === issuer)) return;
  const others = [...new Set(same.map((used) => saidBy(used.issuer)))].join(', ');
  throw new Failure(
    'sign-in',
    `${issuer} has people sign in at ${saidBy(provider.issuer)} as client \`${saidBy(provider.clientId)}\`, which is that of ${others}: it would get an ID token that counts there`,
    {
      help: `ask your platform team; if both are known to be its own: tenantry login --issuer ${issuer} --shared-provider`,
    },
  );
}

function chosenProvider(providers: readonly Provider[], named: string | undefined): Provider {
  const [first] = providers;
  const found = named === undefined ? first : providers.find(({ issuer }) => issuer === named);
  if (found) return found;
  throw new Failure('bad-arguments', `people do not sign in at \`${saidBy(named ?? '')}\``, {
    help: `the identity providers are ${providers.map(({ issuer }) => saidBy(issuer)).join(', ')}`,
  });
}

/** A new ID token by the refresh token; undefined where the identity provider gives none, which ends the login. */
async function renew(site: Site, issuer: string): Promise<Login | undefined> {
  const kept = keptLogin(site, issuer);
  if (kept?.refreshToken === undefined) return undefined;
  const { renewedAt, revokeAt } = await import('./login.ts');
  const made = await renewedAt(site.machine, kept.provider, kept.refreshToken, kept.subject);
  // `logout` waits for no identity provider, so it may have come between, and has the last word.
  const isStill = (): boolean => keptLogin(site, issuer)?.refreshToken === kept.refreshToken;
  if (!made) {
    await changingLogins(site, () => isStill() && site.cache.remove(loginName(issuer)));
    return undefined;
  }
  const renewed = { ...made, issuer, provider: kept.provider };
  const isKeptNow = await changingLogins(site, () => {
    if (!isStill()) return false;
    keep(site, renewed);
    return true;
  });
  if (isKeptNow) return renewed;
  // Nobody else knows of it, so nobody else can have it taken back. Whether the identity provider does, it is kept nowhere.
  const given = made.refreshToken;
  if (given !== undefined) await revokeAt(site.machine, kept.provider, given).catch(() => false);
  throw loginDue(issuer);
}

function keep({ cache }: Site, made: Login): void {
  cache.write(loginName(made.issuer), made);
}

/** Milliseconds that a change of files may take. */
const longestChange = 10_000;

/**
 * Changes which logins are kept while nobody else does: what was read before it is written is still so. For a moment, and
 * not for as long as somebody signs in, so that `logout` never waits for that.
 */
export function changingLogins<T>({ cache, machine }: Site, change: () => T): Promise<T> {
  // In a box: what the work gives may be nothing.
  const work = (): Promise<{ readonly given: T }> => Promise.resolve({ given: change() });
  const options = { name: 'logins', longest: longestChange, look: () => undefined };
  return alone(cache, machine, options, work).then(({ given }) => given);
}

/**
 * The issuer does not take the ID token any more: what is left of the login is the means to renew it, where there are, unless
 * those have brought nothing better (`isRenewable`). Gives whether nothing is left.
 */
function endLogin(site: Site, refused: Login, isRenewable: boolean): Promise<boolean> {
  return changingLogins(site, () => {
    const kept = keptLogin(site, refused.issuer);
    // Another run may have signed in meanwhile.
    if (kept?.idToken !== refused.idToken) return true;
    if (kept.refreshToken !== undefined && isRenewable) {
      keep(site, { ...kept, lifetime: 0 });
      return false;
    }
    site.cache.remove(loginName(refused.issuer));
    return true;
  });
}

/** Whether this is still the login that is kept: `logout` may have come between. */
export function isKept(site: Site, { issuer, subject }: Login): boolean {
  return keptLogin(site, issuer)?.subject === subject;
}

/**
 * Does something with a login; again with a renewed one where the issuer does not take it, and with a new one where it does not
 * take that either: a sign-in of long ago stays one, however often it is renewed.
 */
export async function signedIn<T>(
  site: Site,
  issuer: string,
  options: LoginOptions,
  work: (login: Login) => Promise<T>,
): Promise<T> {
  const again: Occasion = options.occasion === 'asked' ? 'attended' : options.occasion;
  let [isFirst, isNew] = [true, false];
  for (;;) {
    const made = await login(site, issuer, isFirst ? options : { ...options, occasion: again });
    try {
      return await work(made);
    } catch (error) {
      if (!(error instanceof NotSignedIn)) throw error;
      if (isNew) {
        throw new Failure('sign-in', `${issuer} does not take your login: ${saidBy(error.message)}`, {
          help: 'the identity provider knows you, and the issuer does not: show this to your platform team',
        });
      }
      isNew = await endLogin(site, made, isFirst);
      isFirst = false;
    }
  }
}

/** The clusters that somebody has, as the issuer says now; they are kept, for tokens are given for those alone. */
export async function freshClusters(site: Site, of: Login): Promise<OwnClusters> {
  // Before the request, not after it: what the issuer changes while it answers is not in the answer.
  const received = momentOn(site.machine);
  const found = await clustersOf(of.issuer, of.idToken);
  if (isKept(site, of)) site.cache.write(clustersName(of), { ...found, received });
  return found;
}

/** Milliseconds for which tokens are asked for by a list of clusters that is kept: the issuer may have taken a server back. */
const longestList = 600_000;

/** Milliseconds that asking for the clusters may take. */
const longestAsking = 60_000;

/**
 * The clusters by which tokens may be asked for: those that are kept where they are young and `fits` them, or as the issuer
 * says now. However many runs ask at once, one of them asks the issuer.
 */
export function currentClusters(site: Site, of: Login, fits: (kept: OwnClusters) => boolean): Promise<OwnClusters> {
  const { cache, machine } = site;
  const begun = momentOn(machine);
  const look = (): OwnClusters | undefined => {
    const written = cache.read(clustersName(of));
    const [kept, received, now] = [readClusters(written), readMoment(at(written, 'received')), momentOn(machine)];
    if (!kept || !received) return undefined;
    const age = ageOf(received, now);
    // What the issuer was asked for after this began is what it would say to this one as well.
    return age < ageOf(begun, now) || (age < longestList && fits(kept)) ? kept : undefined;
  };
  return alone(cache, machine, { name: clustersName(of), longest: longestAsking, look }, () => freshClusters(site, of));
}

/** The clusters that the issuer has named when it was last asked, however long ago. */
export function keptClusters({ cache }: Site, of: Login): OwnClusters | undefined {
  return readClusters(cache.read(clustersName(of)));
}

/** Every login that is kept, whether it still counts or not. */
export function allLogins({ cache }: Site): Login[] {
  return cache
    .names()
    .filter((name) => /^login-[0-9a-f]+$/.test(name))
    .flatMap((name) => readLogin(cache.read(name)) ?? []);
}

/** The login that is kept, whether it still counts or not. */
export function keptLogin({ cache }: Site, issuer: string): Login | undefined {
  const kept = readLogin(cache.read(loginName(issuer)));
  return kept?.issuer === issuer ? kept : undefined;
}

function isCurrent(site: Site, kept: Login): boolean {
  return remaining(site, kept) > margin;
}
