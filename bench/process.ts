import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program. */
export interface Run {
  /** From start to end, in seconds. */
  readonly seconds: number;
  /** Most memory that it held, in MB; undefined where the system does not tell (it does on Linux). */
  readonly megabytes?: number;
  /** Processor time in seconds, that of all programs that it has started and waited for too; also known on Linux alone. */
  readonly cpuSeconds?: number;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program and its arguments. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Beside the bench's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const pollMs = 10;

/** Runs a program to its end, with its output read as through a pipe. */
export function runProgram({ file, args, cwd, env }: Program): Promise<Run> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(file, args, {
      ...(cwd !== undefined && { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    let peak: number | undefined;
    let cpu: number | undefined;
    // The kernel keeps the peak and counts the time, so only what is new in the last moment can be missed.
    const timer = setInterval(() => {
      peak = peakOf(child.pid) ?? peak;
      cpu = cpuOf(child.pid) ?? cpu;
    }, pollMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({
        seconds: (performance.now() - start) / 1000,
        ...(peak !== undefined && { megabytes: peak }),
        ...(cpu !== undefined && { cpuSeconds: cpu }),
        code,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      });
    });
  });
}

function peakOf(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** Linux counts in hundredths of a second, whatever the machine. */
const ticksPerSecond = 100;

function cpuOf(pid: number | undefined): number | undefined {
  try {
    // What stands before the bracket is a name, which may hold spaces. See proc_pid_stat(5): utime, stime, cutime, cstime.
    const fields = (
      readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8')
        .split(') ')
        .at(-1) ?? ''
    )
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0);
    // Of one that has ended, and is not yet waited for, nothing is told any more.
    return ticks > 0 ? ticks / ticksPerSecond : undefined;
  } catch {
    return undefined;
  }
}

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
