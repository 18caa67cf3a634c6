/** Says what a run is at, to someone who is looking. */
export interface Progress {
  readonly say: (what: string) => void;
  /** Takes away what was said, before anything else is written and at the end. */
  readonly clear: () => void;
}

/** Nobody waits for less than this without wondering, in milliseconds. */
const patience = 1000;

/**
 * Progress on one line of a terminal, from when a run has taken more than a second. `elapsed` is the time since its
 * start, in milliseconds.
 */
export function progressLine(write: (text: string) => void, elapsed: () => number): Progress {
  let shown = false;
  return {
    say(what) {
      if (elapsed() < patience) return;
      shown = true;
      write(`\r\u001b[K${what} …`);
    },
    clear() {
      if (shown) write('\r\u001b[K');
      shown = false;
    },
  };
}

/** For when nobody is looking: a file, a pipe, CI. */
export const noProgress: Progress = { say: () => undefined, clear: () => undefined };
