import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

/**
 * Runs a program that cannot outlive the tests. The shell reads a pipe from the test process. A line on it means: end the
 * program. The end of the pipe means that the test process is gone, however it went, even by SIGKILL, of which no exit
 * handler hears: then the program ends too, and nobody but the shell is left to remove the folder.
 */
const guard = `
exec 3<&0
folder=$1; shift
"$@" 3<&- &
program=$!
( read -r _ <&3 || : >"$folder/abandoned"; kill -KILL "$program" ) &
wait "$program"
status=$?
if [ -e "$folder/abandoned" ]; then
  sleep 1
  rm -rf "$folder"
else
  kill "$!" 2>/dev/null
fi
exit "$status"
`;

/** Resident memory in bytes, now and at its highest since the program was started. */
export interface Memory {
  readonly now: number;
  readonly peak: number;
}

/** A running program of a control plane. */
export interface GuardedProcess {
  readonly name: string;
  /** How it ended, once it has: by itself if nobody called `end`. */
  readonly exit: () => string | undefined;
  /** What it has printed, from the file that it prints to. */
  readonly output: () => string;
  /** Throws when it has ended. */
  readonly memory: () => Memory;
  /** Milliseconds of processor time that it has used so far. Throws when it has ended. */
  readonly cpu: () => number;
  /** Ends it at once, and returns when it is gone. */
  readonly end: () => Promise<void>;
}

/** What to run, and the folder for its log, which goes too should the test process die. */
export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly log: string;
}

/** Starts a program; it appends what it prints to the log. */
export function startProcess(options: ProcessOptions): GuardedProcess {
  const log = openSync(options.log, 'a');
  // A process group of its own, so that Ctrl-C ends the tests first and they end the program.
  const shell = spawn('/bin/sh', ['-c', guard, options.name, options.folder, options.command, ...options.arguments], {
    stdio: ['pipe', log, log],
    detached: true,
  });
  closeSync(log);
  const { stdin } = shell;
  if (stdin === null) throw new Error(`no pipe to the shell that runs ${options.name}`);
  stdin.on('error', () => undefined); // the program went first: `exit` says so

  let ended: string | undefined;
  const gone = once(shell, 'exit').then(
    () => (ended = shell.signalCode ?? `exit code ${shell.exitCode ?? '?'}`),
    (error: unknown) => (ended = String(error)),
  );
  return {
    name: options.name,
    exit: () => ended,
    output: () => readFileSync(options.log, 'utf8'),
    memory: () => memoryOfProgram(shell.pid ?? 0),
    cpu: () => cpuOfProgram(shell.pid ?? 0),
    async end() {
      stdin.end('end\n');
      await gone;
    },
  };
}

/** The processes that a shell has started. */
function childrenOf(shell: number): string[] {
  return readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
}

/** Of what the shell guards: its other child is a shell too, and has used next to nothing. */
function cpuOfProgram(shell: number): number {
  const all = childrenOf(shell).map((pid) => {
    // After the name in parentheses, which may hold anything: utime and stime, in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  });
  return Math.max(...all);
}

/** Of what the shell guards: its other child is a shell too, and small. */
function memoryOfProgram(shell: number): Memory {
  const all = childrenOf(shell).map((pid): Memory => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
    return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
  });
  return all.reduce((most, one) => (one.peak > most.peak ? one : most));
}
