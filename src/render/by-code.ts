import { groupedBy } from '../values/order.ts';

/** What has one code, and is as grave. */
export interface ByCode<T, S extends string> {
  readonly severity: S;
  readonly code: string;
  readonly all: readonly T[];
}

/** What rules say, by severity in the order that is given, and of each severity by code in the order of first appearance. */
export function byCode<T extends { readonly code: string }, S extends string>(
  all: readonly T[],
  severities: readonly S[],
  severityOf: (one: T) => S,
): ByCode<T, S>[] {
  return severities.flatMap((severity) =>
    Array.from(
      groupedBy(
        all.filter((one) => severityOf(one) === severity),
        ({ code }) => code,
      ),
      ([code, same]) => ({ severity, code, all: same }),
    ),
  );
}
