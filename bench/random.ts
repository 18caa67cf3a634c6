/** Choices that look random and are the same for the same seed. */
export interface Random {
  /** An integer, both ends included. */
  readonly between: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly one: <T>(items: readonly T[]) => T;
  /** Some different items, in random order. */
  readonly some: <T>(items: readonly T[], count: number) => T[];
}

/** A generator for a seed: mulberry32, which is small and good enough to spread things. */
export function random(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const one = <T>(items: readonly T[]): T => {
    const [item] = items.slice(between(0, items.length - 1));
    if (item === undefined) throw new Error('there is nothing to choose from');
    return item;
  };
  const some = <T>(items: readonly T[], count: number): T[] => {
    const left = [...items];
    return Array.from({ length: Math.min(count, left.length) }, () =>
      left.splice(between(0, left.length - 1), 1),
    ).flat();
  };
  return { between, chance: (probability) => next() < probability, one, some };
}
