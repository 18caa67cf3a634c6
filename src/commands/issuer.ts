import { resolve } from 'node:path';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import type { IssuerOptions } from '../app/issuer.ts';
import { startIssuer } from '../app/issuer.ts';
import { writeNewKey } from '../issuer/keys.ts';

export type { IssuerOptions };

/** How often a new commit, a new day and other keys are looked for, in milliseconds. */
const interval = 30_000;

/** `tenantry issuer serve`: gives tokens of clusters for those of identity providers, until it is told to end (S27 to S34). */
export async function issuerServe(io: Io, options: IssuerOptions): Promise<number> {
  const waiting = io.waiting?.();
  const issuer = await startIssuer(io, options);
  io.err.write(`listening at port ${issuer.port}\n`);
  const end = new AbortController();
  const ended = waiting?.ended.then(() => {
    end.abort();
  });
  const isEnding = (): boolean => end.signal.aborted;
  while (waiting && !isEnding()) {
    await Promise.race([ended, waiting.sleep(interval)]);
    if (!isEnding()) await Promise.race([ended, issuer.look()]);
  }
  await issuer.stop();
  return exit.clean;
}

/** `tenantry issuer new-key FILE`: writes a new signing key, and prints its id. */
export async function issuerNewKey(io: Io, file: string): Promise<number> {
  io.out.write(`${await writeNewKey(resolve(io.cwd, file))}\n`);
  return exit.clean;
}
