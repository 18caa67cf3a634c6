/** How many tokens one person gets: so that whoever has got at an ID token does not wear out the issuer, nor the log. */

/** Seconds until the next one, or nothing where one may go on. */
export type Limiter = (who: string) => number | undefined;

/** A bucket that fills by `perMinute` and holds `burst`: 50 clusters at once, twice, are no more than a morning's start. */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}

export const rateOfPerson: Rate = { perMinute: 120, burst: 120 };

/** So many buckets are kept: of those who have asked in the last minute, there are fewer. */
const mostBuckets = 50_000;

/** Limits each name by itself. `clock` gives milliseconds, and only goes on. */
export function limiter({ perMinute, burst }: Rate, clock: () => number): Limiter {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  const perMillisecond = perMinute / 60_000;
  return (who) => {
    const now = clock();
    const { left, at } = buckets.get(who) ?? { left: burst, at: now };
    const filled = Math.min(burst, left + (now - at) * perMillisecond);
    buckets.delete(who);
    if (buckets.size >= mostBuckets) forgetFull();
    const isAllowed = filled >= 1;
    buckets.set(who, { left: isAllowed ? filled - 1 : filled, at: now });
    return isAllowed ? undefined : Math.ceil((1 - filled) / perMillisecond / 1000);

    /** In the order of their last use, so the first ones are full again, or nobody is. */
    function forgetFull(): void {
      for (const [name, bucket] of buckets) {
        if (buckets.size < mostBuckets && bucket.left + (now - bucket.at) * perMillisecond < burst) return;
        buckets.delete(name);
      }
    }
  };
}
