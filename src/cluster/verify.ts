import type { ManifestObject } from '../manifests/manifest-file.ts';
import type { Api } from './api.ts';
import { dryRun } from './dry-run.ts';
import type { Outcome } from './dry-run.ts';
import { refusedByOldPolicy, typeChecks } from './policies.ts';
import type { TypeCheck } from './policies.ts';

/** What an API server says to objects that are to be applied to it. */
export interface Verification {
  /** In the order of the objects. */
  readonly outcomes: readonly Outcome[];
  /** Of the policies among the objects, in their order. */
  readonly typeChecks: readonly TypeCheck[];
  /** Refusals by a policy of ours that applying everything would change. */
  readonly byOldPolicy: ReadonlySet<Outcome>;
}

/** Asks an API server what it says to objects, and stores nothing. */
export async function verifyObjects(
  api: Api,
  objects: readonly ManifestObject[],
  onDone?: () => void,
): Promise<Verification> {
  const outcomes = await dryRun(api, objects, onDone);
  const checks = await typeChecks(api, objects);
  return { outcomes, typeChecks: checks, byOldPolicy: refusedByOldPolicy(outcomes, checks) };
}
