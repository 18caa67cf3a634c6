import { createHash, X509Certificate } from 'node:crypto';
import { Failure } from '../values/failure.ts';
import { at, textAt } from '../values/json.ts';
import { nameFor } from './cache.ts';
import type { OwnCluster } from './issuer.ts';
import { exchange } from './issuer.ts';
import { alone } from './lock.ts';
import type { Login } from './login-record.ts';
import type { Moment } from './machine.ts';
import { ageOf, momentOn, readMoment } from './machine.ts';
import { saidBy } from './said.ts';
import type { LoginOptions, Site } from './session.ts';
import { currentClusters, isKept, keptClusters, keptLogin, signedIn } from './session.ts';

/** The server that a token is wanted for, as a kubeconfig has it and kubectl tells (`provideClusterInfo`). */
export interface Target {
  readonly server: string;
  /** PEM; undefined where the system's authorities are to be trusted. */
  readonly certificateAuthority?: string;
  /** The kubeconfig asks not to check the server's certificate, or to check it by another name. */
  readonly isUnchecked: boolean;
}

/** A token for a cluster, and for how many milliseconds it can be used from now on. */
export interface ClusterToken {
  readonly token: string;
  readonly usable: number;
}

/** Milliseconds before its end at which a token is used no more: the server's clock is not exactly that of the issuer. */
const margin = 60_000;

/** Milliseconds that an exchange may take. */
const longestExchange = 60_000;

/**
 * A token for a cluster, by its name or its id: the one that is kept, or a new one. However many runs ask at once, one of
 * them asks the issuer. With a target, only for the server that the issuer names for the cluster: one that stands in a
 * changed kubeconfig gets nothing.
 */
export function clusterToken(
  site: Site,
  issuer: string,
  wanted: { readonly cluster: string; readonly target?: Target },
  options: LoginOptions,
): Promise<ClusterToken> {
  const found = keptToken(site, issuer, wanted);
  if (found) return Promise.resolve(found);
  return signedIn(site, issuer, options, async (login) => {
    const cluster = await clusterFor(site, login, wanted);
    const name = tokenName(login, cluster);
    const look = (): ClusterToken | undefined => usable(site, name);
    return alone(site.cache, site.machine, { name, longest: longestExchange, look }, async () => {
      // Before the request, not after it: how long it is on its way counts as well.
      const received = momentOn(site.machine);
      const { token, lifetime } = await exchange(issuer, login.idToken, cluster.id);
      site.cache.write(name, { token, received, lifetime });
      if (!isKept(site, login)) {
        site.cache.remove(name);
        throw new Failure('sign-in', 'somebody has signed out meanwhile', { help: 'run: tenantry login' });
      }
      const left = leftOf(received, lifetime, momentOn(site.machine));
      if (left > 0) return { token, usable: left };
      throw new Failure('sign-in', `the token that ${issuer} gives has already ended by its own clock`, {
        help: 'show this to your platform team: the clock of the issuer, or something between here and there, is wrong',
      });
    });
  });
}

/** One that is kept counts by itself: the login that it was given for may have ended meanwhile. */
function keptToken(
  site: Site,
  issuer: string,
  { cluster: wanted, target }: { readonly cluster: string; readonly target?: Target },
): ClusterToken | undefined {
  const login = keptLogin(site, issuer);
  const cluster = login && amongClusters(keptClusters(site, login)?.clusters, wanted);
  if (!cluster || (target && differenceOf(cluster, target) !== undefined)) return undefined;
  return usable(site, tokenName(login, cluster));
}

function amongClusters(clusters: readonly OwnCluster[] | undefined, wanted: string): OwnCluster | undefined {
  return clusters?.find(({ id }) => id === wanted) ?? clusters?.find(({ name }) => name === wanted);
}

/** The token that is kept, where it can still be used. */
function usable(site: Site, name: string): ClusterToken | undefined {
  const kept = site.cache.read(name);
  const [token, lifetime, received] = [textAt(kept, 'token'), at(kept, 'lifetime'), readMoment(at(kept, 'received'))];
  if (token === undefined || typeof lifetime !== 'number' || !received) return undefined;
  const left = leftOf(received, lifetime, momentOn(site.machine));
  return left > 0 ? { token, usable: left } : undefined;
}

function leftOf(received: Moment, lifetime: number, now: Moment): number {
  return lifetime - ageOf(received, now) - margin;
}

/** The name under which a token for a cluster is kept: all that it is for is in it. */
export function tokenName({ issuer, provider, subject }: Login, cluster: OwnCluster): string {
  return nameFor(
    'token',
    issuer,
    provider.issuer,
    provider.clientId,
    subject,
    cluster.id,
    serverName(cluster.server) ?? '',
    authorityDigest(cluster.certificateAuthority),
  );
}

/** The cluster that is meant, as the issuer names it: asked anew where what is kept does not fit, or is old. */
async function clusterFor(
  site: Site,
  login: Login,
  { cluster: wanted, target }: { readonly cluster: string; readonly target?: Target },
): Promise<OwnCluster> {
  const { clusters } = await currentClusters(site, login, (kept) => {
    const found = amongClusters(kept.clusters, wanted);
    return found !== undefined && (target === undefined || differenceOf(found, target) === undefined);
  });
  const found = amongClusters(clusters, wanted);
  if (!found) {
    throw new Failure('sign-in', `you have no cluster \`${saidBy(wanted)}\``, {
      help: '`tenantry clusters` lists those that you have',
    });
  }
  const difference = target && differenceOf(found, target);
  if (difference === undefined) return found;
  throw new Failure('sign-in', `no token for cluster \`${found.name}\`: ${difference}`, {
    help: 'if you have not changed the kubeconfig, somebody else has; write it anew with `tenantry kubeconfig --merge`',
  });
}

/** What of a target is not the cluster; undefined where all of it is. */
export function differenceOf(cluster: OwnCluster, target: Target): string | undefined {
  if (serverName(cluster.server) !== serverName(target.server)) {
    return `the kubeconfig has another server for it, \`${saidBy(target.server)}\``;
  }
  if (target.isUnchecked) return "the kubeconfig asks not to check that server's certificate as it is to be checked";
  if (authorityDigest(cluster.certificateAuthority) !== authorityDigest(target.certificateAuthority)) {
    return 'the kubeconfig has another certificate authority for it';
  }
  return undefined;
}

/** A server's URL without what does not matter; undefined where it is none that a token may be sent to. */
function serverName(server: string): string | undefined {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  return url?.protocol === 'https:' ? `${url.origin}${url.pathname.replace(/\/+$/, '')}` : undefined;
}

/** What certificates are in a PEM text, however it is written: their digests, sorted. Empty where there is none. */
function authorityDigest(pem: string | undefined): string {
  if (pem === undefined || pem.trim() === '') return '';
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const digests = certificates.map((certificate) => digestOf(certificate)).sort();
  // No certificate in it: whatever it is, it is not nothing.
  return digests.length > 0 ? digests.join(' ') : `text ${createHash('sha256').update(pem).digest('hex')}`;
}

function digestOf(certificate: string): string {
  try {
    return new X509Certificate(certificate).fingerprint256;
  } catch {
    return createHash('sha256').update(certificate.replace(/\s/g, '')).digest('hex');
  }
}
