import { randomUUID } from 'node:crypto';
import { linkSync, readlinkSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../values/failure.ts';
import { at, textAt } from '../values/json.ts';
import { systemCode } from '../values/system-error.ts';
import type { Cache } from './cache.ts';
import { readJson, removed, writeBeside } from './cache.ts';
import type { Machine, Moment } from './machine.ts';
import { ageOf, momentOn, readMoment } from './machine.ts';

/**
 * A lock among processes that may be killed at any moment.
 *
 * A lock is a file that names its holder. A lock whose holder is dead is never removed to make room: two who see that at
 * once would both do so, and the second would remove the new lock of the first. It is *inherited*: whoever creates the one
 * file that is named after the dead holder holds the lock from then on, and if he dies as well, the next one inherits from
 * him. A file is created with all that is in it (by a link to one that is whole), and by one alone, so one alone holds it.
 */
export interface LockOptions<T> {
  /** The lock's name among the cache's files. */
  readonly name: string;
  /** Milliseconds that the work may take at most: a holder who is older counts as dead. */
  readonly longest: number;
  /** What others may have found in the meantime: looked at before each try, and once more when the lock is held. */
  readonly look: () => T | undefined;
  /** Told once, where somebody else holds it. */
  readonly waits?: () => void;
}

interface Holder {
  readonly id: string;
  readonly processId: number;
  readonly started: string | undefined;
  readonly place: string | undefined;
  readonly since: Moment;
}

/** Milliseconds between two looks at a lock that somebody else holds. */
const pause = 40;

/** Does the work while nobody else does, or gives what `look` finds. Throws a Failure when it waits for too long. */
export async function alone<T>(
  cache: Cache,
  machine: Machine,
  { name, longest, look, waits }: LockOptions<T>,
  work: () => Promise<T>,
): Promise<T> {
  const begun = momentOn(machine);
  let hasWaited = false;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    const held = take(cache, machine, name, longest);
    if (held !== undefined) {
      try {
        return look() ?? (await work());
      } finally {
        release(cache, machine, name, held);
      }
    }
    if (ageOf(begun, momentOn(machine)) > longest * 2) {
      throw new Failure('sign-in', 'another run of tenantry is at the same work and does not end', {
        help: `end it; its lock is ${join(cache.folder, `${name}.lock`)}`,
      });
    }
    if (!hasWaited) waits?.();
    hasWaited = true;
    await sleep(pause);
  }
}

/** The id of one's own hold on the lock; undefined where somebody else has it. */
function take(cache: Cache, machine: Machine, name: string, longest: number): string | undefined {
  const chain = chainOf(cache, machine, name);
  const last = chain.at(-1);
  if (last !== undefined && isHeld(machine, last, longest)) return undefined;
  const holder: Holder = {
    id: randomUUID(),
    processId: machine.processId,
    started: startOf(machine.processId),
    place: place(),
    since: momentOn(machine),
  };
  const path = join(cache.folder, fileOf(name, last?.id));
  if (!created(cache, machine, name, path, holder)) return undefined;
  // The one who held it may have ended well meanwhile and removed the whole chain: then this is nobody's successor.
  if (chainOf(cache, machine, name).at(-1)?.id === holder.id) return holder.id;
  removed(path);
  return undefined;
}

function created(cache: Cache, machine: Machine, name: string, path: string, holder: Holder): boolean {
  cache.prepare();
  const temporary = writeBeside(cache.folder, name, machine.processId, JSON.stringify(holder));
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The first goes first: from then on nobody finds a way to the others, which are only to be swept up. */
function release(cache: Cache, machine: Machine, name: string, id: string): void {
  // Who took longer than he may has been inherited from: what is there now is somebody else's.
  if (chainOf(cache, machine, name).at(-1)?.id !== id) return;
  // Listed before: what comes about afterwards is not this one's to remove.
  const successors = cache.names().filter((file) => file.startsWith(`${name}.after-`));
  for (const file of [fileOf(name, undefined), ...successors]) cache.remove(file);
}

/** Those who hold or have held the lock, each the heir of the one before. */
function chainOf(cache: Cache, machine: Machine, name: string): Holder[] {
  const chain: Holder[] = [];
  for (;;) {
    const holder = holderIn(readJson(join(cache.folder, fileOf(name, chain.at(-1)?.id)), machine.userId));
    if (!holder || chain.some(({ id }) => id === holder.id)) return chain;
    chain.push(holder);
  }
}

function fileOf(name: string, predecessor: string | undefined): string {
  return predecessor === undefined ? `${name}.lock` : `${name}.after-${predecessor}.lock`;
}

function holderIn(written: unknown): Holder | undefined {
  const [id, processId, since] = [textAt(written, 'id'), at(written, 'processId'), readMoment(at(written, 'since'))];
  if (id === undefined || !/^[\w-]+$/.test(id) || typeof processId !== 'number' || !since) return undefined;
  return { id, processId, since, started: textAt(written, 'started'), place: textAt(written, 'place') };
}

/** Whether the holder is at work. Of one in another container that shares the folder, only the age says it. */
function isHeld(machine: Machine, holder: Holder, longest: number): boolean {
  if (ageOf(holder.since, momentOn(machine)) > longest) return false;
  if (holder.place !== place()) return true;
  return machine.isRunning(holder.processId) && holder.started === startOf(holder.processId);
}

/** When a process was started, in the system's own words: a number of a process is given again. Known on Linux alone. */
function startOf(processId: number): string | undefined {
  return ofSystem(() => {
    const text = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The second field is a name in parentheses, with whatever is in it; this is the 22nd.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  });
}

/** Where a number of a process means something: this start of the machine, and this container. */
function place(): string | undefined {
  return ofSystem(
    () => `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`,
  );
}

function ofSystem<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
