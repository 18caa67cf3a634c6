import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tokenSeconds } from '../access/token-life.ts';
import type { Shown } from '../cluster/self-review.ts';
import type { ClusterEntitlements } from '../issuer/entitlements.ts';
import type { TokenClaims } from '../issuer/exchange.ts';
import type { SigningKeys } from '../issuer/keys.ts';
import type { Fetcher } from '../issuer/provider-keys.ts';
import { kidIn, readKeys, signersIn, signingFile, unknownSigner, writeNewKey } from '../issuer/keys.ts';
import { Failure } from '../values/failure.ts';
import { onSystem } from '../values/system-error.ts';

/** What a change of the signing key gets from outside. */
export interface Rotation {
  /** The folder of the keys, which the issuer reads. */
  readonly folder: string;
  /** The issuer's URL. */
  readonly issuer: string;
  /** The clusters that take its tokens. */
  readonly clusters: readonly ClusterEntitlements[];
  /** That the old key is in somebody's hands: tokens that people have are refused from now on. */
  readonly revoke: boolean;
  /** The ids of the keys that the issuer serves; asked again and again. */
  readonly publishedKids: () => Promise<readonly string[]>;
  readonly show: (cluster: ClusterEntitlements, token: string) => Promise<Shown>;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly say: (line: string) => void;
}

/** What is known of one cluster afterwards: `refused` alone is as it should be. */
export interface RotatedCluster {
  readonly name: string;
  readonly state: 'refused' | 'old key taken' | 'new key refused' | 'unknown';
  /** Why it is not known. */
  readonly why?: string;
}

/** How long nobody may keep the keys (`max-age`), twice, in milliseconds: for clocks, and for an issuer that reads late. */
const settling = 60_000;
/** How long the issuer may take to serve other keys, and an API server to take them, in milliseconds. */
const mostWaiting = 60_000;
const between = 1_000;
/** Several of an issuer stand behind one address: so many answers in a row have to agree. */
const agreeing = 5;

/**
 * Puts a new key in the place of the one that signs, and proves at each API server that the old one is refused. An API
 * server asks for other keys only when it is shown a token that it cannot verify, so it is shown one. Where it is no
 * revocation, nobody is refused on the way: the new key is known before it signs, and the old one for as long as its tokens
 * live. What was begun before and not ended is gone on with.
 */
export async function rotateKeys(rotation: Rotation): Promise<RotatedCluster[]> {
  const { folder, revoke, say, sleep } = rotation;
  const [signing, next, last] = [signingFile, 'next.pem', 'last.pem'].map((name) => join(folder, name));
  if (signing === undefined || next === undefined || last === undefined) throw new Error('three files');
  // Whoever has the old key has what lay beside it: a revocation takes nothing from the folder and goes on with nothing.
  const stolen = revoke ? await signersIn(folder) : undefined;
  if (!revoke && existsSync(last)) {
    throw new Failure('keys', `${last} is there: another change of the key has not ended`, {
      help: 'delete it, ten minutes after its successor began to sign',
    });
  }
  const old = await readKeys(folder);
  if (revoke) {
    onSystem(`delete ${next}`, () => {
      rmSync(next, { force: true });
    });
  }
  const kid = existsSync(next) ? await kidIn(next) : await writeNewKey(next);
  if (!revoke) {
    await served(rotation, `serves the new key ${kid}`, (kids) => kids.includes(kid));
    await sleep(settling);
  }
  onSystem(`change the keys in ${folder}`, () => {
    // At no time is there none that signs.
    if (!revoke) linkSync(signing, last);
    renameSync(next, signing);
    if (revoke) rmSync(last, { force: true });
  });
  const current = await readKeys(folder);
  say(`${kid} signs`);
  if (!revoke) {
    await sleep(settling);
    await Promise.all(rotation.clusters.map((cluster) => prime(rotation, cluster, current)));
    say(`waiting ${tokenSeconds} s for the last tokens of ${old.kid} to end`);
    await sleep(tokenSeconds * 1000);
    onSystem(`delete ${last}`, () => {
      rmSync(last);
    });
  }
  const left = [...(stolen?.keys() ?? [])].filter((one) => current.kids.includes(one));
  if (left.length > 0) {
    say(`whoever had the folder can still sign with ${left.join(', ')}: delete the files of these keys from ${folder}`);
  }
  const gone = stolen ? [...stolen].filter(([one]) => !left.includes(one)) : [[old.kid, old.sign] as const];
  await served(rotation, `serves ${kid}, and ${gone.map(([one]) => one).join(', ')} no more`, (kids) => {
    return kids.includes(kid) && !gone.some(([one]) => kids.includes(one));
  });
  const stranger = await unknownSigner();
  const olds = gone.map(([, sign]) => sign);
  return Promise.all(
    rotation.clusters.map(async (cluster): Promise<RotatedCluster> => {
      const found = await provenRefused(rotation, cluster, { olds, current, stranger });
      return { name: cluster.name, ...found, ...(left.length > 0 && { state: 'old key taken' }) };
    }),
  );
}

/** Waits until the issuer serves the keys that it should. */
async function served(
  { publishedKids, sleep, say, issuer }: Rotation,
  what: string,
  isSo: (kids: readonly string[]) => boolean,
): Promise<void> {
  let inARow = 0;
  for (let waited = 0; inARow < agreeing; waited += between) {
    if (waited > 2 * mostWaiting) {
      throw new Failure('keys', `the issuer does not say that it ${what}`, {
        help: `see whether ${issuer}/keys is served by processes that read this folder`,
      });
    }
    inARow = isSo(await publishedKids()) ? inARow + 1 : 0;
    if (inARow < agreeing) await sleep(inARow > 0 ? between / 10 : between);
  }
  say(`the issuer ${what}`);
}

/** Shows an API server the new key, so that it fetches it before people come with it; says where it does not take it. */
async function prime(rotation: Rotation, cluster: ClusterEntitlements, { sign }: SigningKeys): Promise<void> {
  const shown = await rotation.show(cluster, await sign(claimsFor(rotation, cluster)));
  if (shown === 'taken') return;
  rotation.say(
    `cluster ${cluster.name} does not take the new key yet${shown === 'refused' ? '' : `: ${shown.unknown}`}`,
  );
}

async function provenRefused(
  rotation: Rotation,
  cluster: ClusterEntitlements,
  keys: {
    readonly olds: readonly SigningKeys['sign'][];
    readonly current: SigningKeys;
    readonly stranger: SigningKeys['sign'];
  },
): Promise<Omit<RotatedCluster, 'name'>> {
  const show = async (sign: SigningKeys['sign']): Promise<Shown> =>
    rotation.show(cluster, await sign(claimsFor(rotation, cluster)));
  let found: Omit<RotatedCluster, 'name'> = { state: 'unknown' };
  for (let waited = 0; waited <= mostWaiting; waited += between) {
    if (waited > 0) await rotation.sleep(between);
    const [now, unknown] = [await show(keys.current.sign), await show(keys.stranger)];
    const then = await Promise.all(keys.olds.map(show));
    const failed = [now, unknown, ...then].find((shown) => typeof shown === 'object');
    if (typeof failed === 'object') found = { state: 'unknown', why: failed.unknown };
    else if (then.includes('taken')) found = { state: 'old key taken' };
    else if (now === 'refused') found = { state: 'new key refused' };
    else {
      rotation.say(`cluster ${cluster.name} refuses the old key`);
      return { state: 'refused' };
    }
  }
  return found;
}

/**
 * A token for nobody: of a workload whose name none can have (TEN126), in no group, for a minute. That it is taken says all
 * that it is for.
 */
function claimsFor({ issuer, now, newId }: Rotation, { id }: ClusterEntitlements): TokenClaims {
  const iat = Math.floor(now().getTime() / 1000);
  return {
    iss: issuer,
    aud: id,
    sub: 'user:workload:-rotation',
    groups: [],
    iat,
    nbf: iat - 30,
    exp: iat + 60,
    jti: newId(),
  };
}

/** Asks the issuer which keys it serves. Where it gives no answer, it serves none. */
export function publishedKids(issuer: string, fetcher: Fetcher): Rotation['publishedKids'] {
  return async () => {
    try {
      const signal = AbortSignal.timeout(5_000);
      const answer = await fetcher(`${issuer.replace(/\/+$/, '')}/keys`, { redirect: 'error', signal, headers: {} });
      const parts: Uint8Array[] = [];
      for await (const part of answer.body ?? []) parts.push(part);
      const document: unknown = JSON.parse(Buffer.concat(parts).toString());
      if (typeof document !== 'object' || document === null || !('keys' in document)) return [];
      const keys: unknown = document.keys;
      if (!Array.isArray(keys)) return [];
      return keys.flatMap((key: unknown) =>
        typeof key === 'object' && key !== null && 'kid' in key && typeof key.kid === 'string' ? [key.kid] : [],
      );
    } catch {
      return [];
    }
  };
}
