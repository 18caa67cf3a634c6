import type { Machine } from '../sign-in/machine.ts';
import type { Progress } from './progress.ts';

/** Where a command writes, and how that place looks at it. */
export interface Output {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  /** Columns of the terminal; undefined when nobody is looking. */
  readonly width?: number;
  /** Its rows. */
  readonly height?: number;
}

/** How a run waits that goes on until somebody ends it. */
export interface Waiting {
  /** Settles once the run is to end: somebody has pressed Ctrl-C, or the process was told to end (SIGTERM). */
  readonly ended: Promise<unknown>;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** All that a command gets from the world outside. */
export interface Io {
  /** The organization's folder, absolute. */
  readonly dir: string;
  /** The folder that the program was started in, absolute. */
  readonly cwd: string;
  /** The day (UTC) as `YYYY-MM-DD`. */
  readonly today: string;
  /** The time, which only what was read from a cluster bears. */
  readonly now: () => Date;
  /** The Node.js that TypeScript config files are evaluated with. */
  readonly nodePath: string;
  /** The program's own environment, for the programs that it starts. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** tenantry's own version. */
  readonly version: string;
  /** Where things may be kept that can be worked out again, and which build of the program this is. */
  readonly cache?: { readonly dir: string; readonly program: string };
  /** The script that runs on a second thread, where large organizations are rendered. */
  readonly threadScript?: URL;
  /** The script that reads commits for the issuer, on a thread of its own. */
  readonly issuerThreadScript?: URL;
  /** Says what a long run is at; there only where someone is looking. */
  readonly progress?: Progress;
  /** From the call on, Ctrl-C ends the run in good order; there only where a process can be told so. */
  readonly waiting?: () => Waiting;
  /** What signing in needs of the machine; there only where a person may sign in. */
  readonly machine?: Machine;
  readonly out: Output;
  readonly err: Output;
}

/** What the commands exit with. */
export const exit = { clean: 0, problems: 1, couldNotRun: 2, differences: 3 } as const;
