import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import packageJson from '../package.json' with { type: 'json' };
import { organizationFolder } from './app/folders.ts';
import type { Io, Waiting } from './app/io.ts';
import { noProgress, progressLine } from './app/progress.ts';
import { runCommandLine } from './command-line.ts';
import { processMachine } from './process-machine.ts';
import { systemFailure } from './values/system-error.ts';

/** The program's edge: it alone touches `process`. What the arguments mean is in command-line.ts, where tests can run it too. */

/**
 * A run is over in seconds, and V8 would spend a third of them on optimizing what hardly runs again: it gets more patience
 * before it begins. The flags differ by version, and where they are not known V8 is left as it is.
 */
const patience: Readonly<Record<string, string>> = {
  20: '--interrupt-budget=1000000',
  22: '--invocation-count-for-turbofan=100000',
  23: '--invocation-count-for-turbofan=100000',
  24: '--invocation-count-for-turbofan=100000',
};
const [major = ''] = process.versions.node.split('.');
if (patience[major] !== undefined) setFlagsFromString(patience[major]);

/** In CI nobody is looking, though there may be a terminal. */
const progress =
  process.stderr.isTTY && !process.env['CI']
    ? progressLine(
        (text) => void process.stderr.write(text),
        () => performance.now(),
      )
    : noProgress;

/** A digest of all that the program is made of: set by the build, and nothing is kept without it. */
declare const programDigest: string | undefined;

const writer = (stream: NodeJS.WriteStream) => (text: string) => {
  progress.clear();
  stream.write(text);
};
const [out, err] = [writer(process.stdout), writer(process.stderr)];

const end = new AbortController();

/** Ctrl-C once, or SIGTERM: the run ends by itself. Whoever says it again ends the process, as ever. */
const waiting = (): Waiting => ({
  ended: new Promise((ended) => {
    end.signal.addEventListener('abort', ended);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        end.abort();
      });
    }
  }),
  sleep,
});

const io = (folder: string | undefined): Io => {
  const { stdout, stderr, env } = process;
  const cwd = process.cwd();
  const home = env['HOME'];
  const cache = env['XDG_CACHE_HOME'] ?? (home === undefined ? undefined : join(home, '.cache'));
  // hasColors knows NO_COLOR, FORCE_COLOR and the terminal's kind; a pipe has no such method and gets no colour.
  const colour = (stream: NodeJS.WriteStream): boolean => stream.isTTY && stream.hasColors();
  return {
    dir: organizationFolder({ cwd, environment: env }, folder),
    cwd,
    today: new Date().toISOString().slice(0, 10),
    now: () => new Date(),
    nodePath: process.execPath,
    environment: process.env,
    version: packageJson.version,
    ...(cache !== undefined &&
      typeof programDigest !== 'undefined' && { cache: { dir: cache, program: programDigest } }),
    threadScript: new URL('./synth-thread.js', import.meta.url),
    issuerThreadScript: new URL('./issuer-thread.js', import.meta.url),
    progress,
    waiting,
    machine: processMachine((line) => {
      err(`${line}\n`);
    }),
    out: {
      write: out,
      colour: colour(stdout),
      ...(stdout.isTTY && { width: stdout.columns, height: stdout.rows }),
    },
    err: { write: err, colour: colour(stderr), ...(stderr.isTTY && { width: stderr.columns }) },
  };
};

/** A reader that stops early, like `head`, is no failure; a disk that is full is one. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  const failure = systemFailure('write the output', error);
  err(`error: ${failure.message}\n${failure.help === undefined ? '' : `help: ${failure.help}\n`}`);
  process.exit(2);
});
/** Where nobody hears what is wrong, the exit code still says that something is. */
process.stderr.on('error', () => undefined);

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), { io, out, err });
} finally {
  progress.clear();
}
// What was being read when it was ended is waited for no longer.
if (end.signal.aborted) process.exit();
