import { expect } from 'vitest';
import type { Answer } from '../../control-plane/client.ts';
import { verdict } from './verdict.ts';

/** What somebody tries, and what has to stop it. */
export type Attempt = readonly [what: string, attempt: () => Promise<Answer>, stop: RegExp];

/** Runs attempts in turn: a test for each would say no more, and there are many. */
export async function expectStopped(attempts: readonly Attempt[]): Promise<void> {
  for (const [what, attempt, stop] of attempts) {
    const found = verdict(await attempt());
    expect(stop.test(found) ? what : `${what}: ${found}`).toBe(what);
  }
}
