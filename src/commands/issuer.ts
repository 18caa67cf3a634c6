import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import type { IssuerOptions } from '../app/issuer.ts';
import { startIssuer } from '../app/issuer.ts';
import { graphOrProblems } from '../app/organization.ts';
import type { RotatedCluster } from '../app/rotate-keys.ts';
import { publishedKids, rotateKeys } from '../app/rotate-keys.ts';
import { showToken } from '../cluster/self-review.ts';
import { entitlementsOf } from '../issuer/entitlements.ts';
import { writeNewKey } from '../issuer/keys.ts';

export type { IssuerOptions };

/** How often other keys are looked for, and a new commit and a new day, in milliseconds. */
const keysInterval = 5_000;
const configInterval = 30_000;

/** `tenantry issuer serve`: gives tokens of clusters for those of identity providers, until it is told to end (S27 to S34). */
export async function issuerServe(io: Io, options: IssuerOptions): Promise<number> {
  const waiting = io.waiting?.();
  const issuer = await startIssuer(io, options);
  io.err.write(`listening at port ${issuer.port}\n`);
  if (issuer.metricsPort !== undefined) io.err.write(`metrics at port ${issuer.metricsPort}\n`);
  const end = new AbortController();
  const ended = waiting?.ended.then(() => {
    end.abort();
  });
  const isEnding = (): boolean => end.signal.aborted;
  // Beside each other: whatever takes long, the other does not wait for it.
  const again = async (interval: number, look: () => Promise<void>): Promise<void> => {
    while (waiting && !isEnding()) {
      await Promise.race([ended, waiting.sleep(interval)]);
      if (!isEnding()) await Promise.race([ended, look()]);
    }
  };
  await Promise.all([again(keysInterval, issuer.lookAtKeys), again(configInterval, issuer.lookAtConfig)]);
  await issuer.stop();
  return exit.clean;
}

/** `tenantry issuer new-key FILE`: writes a new signing key, and prints its id. */
export async function issuerNewKey(io: Io, file: string): Promise<number> {
  io.out.write(`${await writeNewKey(resolve(io.cwd, file))}\n`);
  return exit.clean;
}

export interface RotateOptions {
  /** The folder of the keys. */
  readonly keys: string;
  readonly revoke?: true;
}

/** `tenantry issuer rotate`: puts a new signing key in the place of the last one, and proves it at each API server. */
export async function issuerRotate(io: Io, options: RotateOptions): Promise<number> {
  const checked = await graphOrProblems(io, {});
  if (!checked) return exit.problems;
  const { issuer, clusters } = entitlementsOf(checked.desired, checked.graph);
  const found = await rotateKeys({
    folder: resolve(io.cwd, options.keys),
    issuer,
    clusters: Array.from(clusters.values()),
    revoke: options.revoke === true,
    publishedKids: publishedKids(issuer, fetch),
    show: showToken,
    now: io.now,
    newId: randomUUID,
    sleep,
    say: (line) => {
      io.err.write(`${line}\n`);
    },
  });
  for (const { name, state, why } of found)
    io.out.write(`${name}: ${said[state]}${why === undefined ? '' : ` (${why})`}\n`);
  return found.every(({ state }) => state === 'refused') ? exit.clean : exit.problems;
}

const said = {
  refused: 'the old key is refused',
  'old key taken': 'THE OLD KEY IS TAKEN: restart its API servers',
  'new key refused': 'the new key is refused: see whether it can reach the issuer',
  unknown: 'NOT KNOWN: it could not be asked',
} as const satisfies Record<RotatedCluster['state'], string>;
