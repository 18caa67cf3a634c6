import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program. */
export interface Run {
  /** From start to end, in seconds. */
  readonly seconds: number;
  /** Most memory that it held, in MB; undefined where the system does not tell (it does on Linux). */
  readonly megabytes?: number;
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
    // The kernel keeps the peak, so only what is new in the last moment can be missed.
    const timer = setInterval(() => (peak = peakOf(child.pid) ?? peak), pollMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({
        seconds: (performance.now() - start) / 1000,
        ...(peak !== undefined && { megabytes: peak }),
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

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
