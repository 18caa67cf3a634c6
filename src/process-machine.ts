import { uptime } from 'node:os';
import type { Machine } from './sign-in/machine.ts';

/** This machine, as far as signing in needs it. With cli.ts and start.ts the only one that touches `process`. */
export function processMachine(say: (line: string) => void): Machine {
  const { env, platform, pid, stdin, stderr } = process;
  const userId = process.getuid?.();
  return {
    environment: env,
    platform,
    wallClock: () => Date.now(),
    // Unlike the time since this process began it goes on while the machine sleeps, and means the same to the next one.
    sinceStart: () => uptime() * 1000,
    processId: pid,
    isRunning: (other) => {
      try {
        return process.kill(other, 0);
      } catch (error) {
        return error instanceof Error && 'code' in error && error.code === 'EPERM';
      }
    },
    ...(userId !== undefined && { userId }),
    isAttended: stdin.isTTY && stderr.isTTY,
    say,
  };
}
