import { at } from '../values/json.ts';

/**
 * What signing in needs of the machine: clocks, this process and others, and whether somebody is there. The program's edge
 * makes it (src/cli.ts, src/start.ts); nothing here touches `process`.
 */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As `process.platform` has it. */
  readonly platform: string;
  /** Milliseconds since 1970, as the machine believes. Nobody may rely on it being right. */
  readonly wallClock: () => number;
  /** Milliseconds since the machine was started, those included in which it slept. */
  readonly sinceStart: () => number;
  readonly processId: number;
  /** Whether a process of this number runs. */
  readonly isRunning: (processId: number) => boolean;
  /** The number of the user as whom this runs; undefined where users have none (Windows). */
  readonly userId?: number;
  /** A terminal is at stdin and at stderr: somebody can be asked. */
  readonly isAttended: boolean;
  /** Says a line to whoever is there, beside the output. */
  readonly say: (line: string) => void;
}

/** A moment, by both clocks. */
export interface Moment {
  readonly wall: number;
  readonly machine: number;
}

/** The moment that it is. */
export function momentOn({ wallClock, sinceStart }: Pick<Machine, 'wallClock' | 'sinceStart'>): Moment {
  return { wall: wallClock(), machine: sinceStart() };
}

/**
 * Milliseconds since a moment, at most: by the clock that says more. A wall clock that is put back makes nothing younger,
 * and one that is put forward makes it older, which costs a request. Infinite where the machine has been started since.
 */
export function ageOf(moment: Moment, now: Moment): number {
  const byMachine = now.machine - moment.machine;
  return byMachine < 0 ? Infinity : Math.max(byMachine, now.wall - moment.wall);
}

/** A moment that was written down; undefined where it is none. */
export function readMoment(written: unknown): Moment | undefined {
  const [wall, machine] = [at(written, 'wall'), at(written, 'machine')];
  return typeof wall === 'number' && typeof machine === 'number' ? { wall, machine } : undefined;
}
