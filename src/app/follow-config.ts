import type { Look, LookState } from '../issuer/metrics.ts';
import type { Health, Published } from '../issuer/routes.ts';
import { Failure } from '../values/failure.ts';
import type { Commit } from '../tree/git.ts';
import type { Loaded } from './issuer-config.ts';

/** Where a config comes from, commit after commit. */
export interface ConfigSource {
  /** Gets what is new, where that has to be fetched. */
  readonly refresh: () => Promise<void>;
  readonly commit: () => Promise<Commit>;
  readonly load: (commit: Commit, asOf: string) => Promise<Loaded>;
  /** Sees to it that a commit that is in use can be read again. */
  readonly keep: (commit: Commit) => Promise<void>;
}

/** The config that holds now, and whether all is well with it. */
export interface FollowedConfig {
  readonly published: () => Published | undefined;
  readonly health: () => Health;
  /** How each part of looking went the last time. */
  readonly lookState: (look: FollowedLook) => LookState;
  /** Looks for a new commit and a new day, once. What goes wrong is said, and tried again the next time. */
  readonly look: () => Promise<void>;
}

/** What may go wrong, and what was being done. Why, is for whoever runs the issuer: it may name addresses and folders. */
const doing = {
  fetch: 'fetch the repository',
  read: 'read the newest commit',
  day: 'work out the new day',
} as const;

type Problem = keyof typeof doing | 'errors';

interface Following {
  /** The time, in UTC. */
  readonly now: () => Date;
  /** Milliseconds, which only go on. */
  readonly clock: () => number;
  readonly say: (line: string) => void;
}

/** How long a look may be over, in milliseconds: there is one every half minute, and Git is given up on after a minute. */
const mostSinceLook = 180_000;

/** What this looks at of all that the issuer does. */
type FollowedLook = Exclude<Look, 'keys'>;

/**
 * Follows a branch. A commit without errors takes the place of the one before; one with errors takes nobody's, and is said
 * until there is another. On a new day, what holds is worked out anew: shares end on their day, whether or not the newest
 * commit can be used, and though what was accepted would no longer be.
 */
export function followConfig(source: ConfigSource, { now, clock, say }: Following): FollowedConfig {
  let accepted: { readonly commit: Commit; readonly published: Published } | undefined;
  let judged: { readonly id: string; readonly day: string } | undefined;
  const problems = new Map<Problem, readonly string[]>();
  const worked = new Map<Problem, Date>();
  let looked = clock();

  /** Says what is new among what is wrong, and that something is right again. */
  function note(what: Problem, lines: readonly string[]): void {
    const before = problems.get(what) ?? [];
    if (lines.length > 0) problems.set(what, lines);
    else problems.delete(what);
    if (lines.join('\n') === before.join('\n')) return;
    for (const line of lines) say(line);
    if (lines.length === 0) say(`all well again: ${before[0] ?? ''}`);
  }

  async function attempt(what: keyof typeof doing, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      worked.set(what, now());
      note(what, []);
    } catch (error) {
      note(what, [`cannot ${doing[what]}: ${wordsOf(error)}`]);
    }
  }

  function accept(commit: Commit, { entitlements }: Loaded): void {
    const isNew = accepted?.commit.id !== commit.id || accepted.published.entitlements.asOf !== entitlements.asOf;
    accepted = { commit, published: { commit: commit.id, entitlements } };
    if (!isNew) return;
    say(`tokens are given by commit ${short(commit)} as of ${entitlements.asOf}`);
    if (entitlements.signIn.length + entitlements.workloads.length === 0)
      say('nobody can ask for one: organization.yaml has neither signIn nor workloads');
  }

  async function readNewest(day: string): Promise<void> {
    const commit = await source.commit();
    if (judged?.id === commit.id && judged.day === day) {
      if (!problems.has('errors')) worked.set('errors', now());
      return;
    }
    const loaded = await source.load(commit, day);
    judged = { id: commit.id, day };
    if (loaded.errors === 0) {
      await source.keep(commit);
      accept(commit, loaded);
      worked.set('errors', now());
      note('errors', []);
      return;
    }
    const kept = accepted
      ? `tokens are given by commit ${short(accepted.commit)}`
      : 'no tokens are given: no commit without errors was seen yet';
    const many = loaded.errors === 1 ? '1 error' : `${loaded.errors} errors`;
    note('errors', [`commit ${short(commit)} has ${many}, and is not used: ${kept}`, ...loaded.firstErrors]);
    // It was in use before the day on which, say, an exception has ended.
    if (accepted?.commit.id === commit.id) accept(commit, loaded);
  }

  return {
    published: () => accepted?.published,
    health: () => ({
      status: !accepted
        ? 'no config has been read yet'
        : problems.size > 0 || isLate()
          ? 'tokens are given by an older state'
          : 'ok',
      commit: accepted?.commit.id ?? null,
      asOf: accepted?.published.entitlements.asOf ?? null,
      problems: [
        ...Array.from(problems, ([what, [first = '']]) => (what === 'errors' ? first : `cannot ${doing[what]}`)),
        ...(isLate() ? ['the last look for a new commit has not ended'] : []),
      ],
    }),
    lookState(look) {
      const what = look === 'commit' ? 'errors' : look;
      return { isWrong: problems.has(what), worked: worked.get(what) };
    },
    async look() {
      const day = now().toISOString().slice(0, 10);
      // What has ended, has ended whether or not anything can be fetched.
      await attempt('day', async () => {
        if (!accepted || accepted.published.entitlements.asOf === day) return;
        const { commit } = accepted;
        accept(commit, await source.load(commit, day));
      });
      await attempt('fetch', () => source.refresh());
      await attempt('read', () => readNewest(day));
      looked = clock();
    },
  };

  function isLate(): boolean {
    return clock() - looked > mostSinceLook;
  }
}

function short({ id }: Commit): string {
  return id.slice(0, 12);
}

/** What goes wrong while nobody looks on is no reason to stop: it is said. */
function wordsOf(error: unknown): string {
  if (error instanceof Failure) return error.help === undefined ? error.message : `${error.message}; ${error.help}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown error';
}
