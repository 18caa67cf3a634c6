import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cache } from '../../src/sign-in/cache.ts';
import { openCache } from '../../src/sign-in/cache.ts';
import { alone } from '../../src/sign-in/lock.ts';
import type { Machine } from '../../src/sign-in/machine.ts';
import { ageOf } from '../../src/sign-in/machine.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Processes of this test, which share a folder: which of them live is the test's to say. */
function processes(): {
  readonly of: (processId: number) => { machine: Machine; cache: Cache };
  readonly dead: Set<number>;
  readonly time: { now: number };
} {
  const home = temporaryFolder();
  const dead = new Set<number>();
  const time = { now: 1_000_000 };
  return {
    dead,
    time,
    of: (processId) => {
      const machine: Machine = {
        environment: { XDG_CACHE_HOME: home },
        platform: 'linux',
        wallClock: () => time.now,
        sinceStart: () => time.now,
        processId,
        isRunning: (other) => !dead.has(other),
        isAttended: false,
        say: () => undefined,
      };
      return { machine, cache: openCache(machine) };
    },
  };
}

/** Numbers that no process has: what the system says of them is nothing, as of one that has ended. */
const base = 5_000_000;
const longest = 60_000;
const never = new Promise<never>(() => undefined);
const nothing = (): undefined => undefined;

describe('a lock', () => {
  it('is held by one at a time and leaves nothing', async () => {
    const { of } = processes();
    let [now, most] = [0, 0];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const { machine, cache } = of(base + index);
        return alone(cache, machine, { name: 'x', longest, look: nothing }, async () => {
          most = Math.max(most, ++now);
          await new Promise((resume) => setTimeout(resume, 2));
          now--;
        });
      }),
    );
    expect(most).toBe(1);
    expect(readdirSync(of(base).cache.folder)).toEqual([]);
  });

  it('of one who has died is inherited by one alone however many die in turn', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 8 }), async (deaths, takers) => {
        const { of, dead } = processes();
        for (let one = 0; one < deaths; one++) {
          const { machine, cache } = of(base + one);
          void alone(cache, machine, { name: 'x', longest, look: nothing }, () => never);
          await new Promise((resume) => setImmediate(resume));
          dead.add(base + one);
        }
        let [now, most, done] = [0, 0, 0];
        await Promise.all(
          Array.from({ length: takers }, (_, index) => {
            const { machine, cache } = of(base + 100 + index);
            return alone(cache, machine, { name: 'x', longest, look: nothing }, async () => {
              most = Math.max(most, ++now);
              await new Promise((resume) => setTimeout(resume, 1));
              now--;
              done++;
            });
          }),
        );
        expect([most, done]).toEqual([1, takers]);
        expect(readdirSync(of(base).cache.folder)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('of one who takes longer than he may is inherited', async () => {
    const { of, time } = processes();
    const [slow, next] = [of(base), of(base + 1)];
    void alone(slow.cache, slow.machine, { name: 'x', longest, look: nothing }, () => never);
    time.now += longest + 1;
    expect(
      await alone(next.cache, next.machine, { name: 'x', longest, look: nothing }, () => Promise.resolve('done')),
    ).toBe('done');
  });

  it('is not waited for by those who find what they want', async () => {
    const { of } = processes();
    const [holder, other] = [of(base), of(base + 1)];
    void alone(holder.cache, holder.machine, { name: 'x', longest, look: nothing }, () => never);
    const found = await alone(other.cache, other.machine, { name: 'x', longest, look: () => 'there' }, () => never);
    expect(found).toBe('there');
  });

  it('sweeps up what was being written by one who has died', async () => {
    const { of, dead } = processes();
    const { machine, cache } = of(base);
    cache.prepare();
    writeFileSync(join(cache.folder, `token-a.${base + 7}.0011aabb.new`), '{"tok', { mode: 0o600 });
    dead.add(base + 7);
    await alone(cache, machine, { name: 'x', longest, look: nothing }, () => Promise.resolve(1));
    expect(readdirSync(cache.folder)).toEqual([]);
  });
});

describe('the age of a moment', () => {
  const rows: [string, { wall: number; machine: number }, number][] = [
    ['is what both clocks say', { wall: 1500, machine: 600 }, 500],
    ['is what the machine says where the clock was put back', { wall: 1000 - 3_600_000, machine: 600 }, 500],
    ['is what the clock says where the machine did not count', { wall: 1000 + 3_600_000, machine: 600 }, 3_600_000],
    ['has no end where the machine was started since', { wall: 1500, machine: 50 }, Infinity],
  ];
  it.each(rows)('%s', (_, now, age) => {
    expect(ageOf({ wall: 1000, machine: 100 }, now)).toBe(age);
  });
});
