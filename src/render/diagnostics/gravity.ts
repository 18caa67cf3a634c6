import type { PlacedDiagnostic, Severity } from '../../source/diagnostic.ts';
import { addTo, groupedBy, sortedBy } from '../../values/order.ts';

/** Where there is room for a few only, who chooses them decides what is seen: never the order in which people wrote. */

const severities: readonly Severity[] = ['error', 'warning', 'note'];

/** The families of codes, from the gravest: authority, privilege, changes, what is rendered, and then what is plainly wrong. */
const families = ['TEN7', 'TEN3', 'TEN5', 'TEN6', 'TEN2', 'TEN1', 'TEN4', 'TEN0'];

/**
 * Diagnostics from the gravest: errors before warnings before notes, and of each severity one of every code before a
 * second one of any. So four hundred of one code push out no other.
 */
export function gravestFirst<T extends Pick<PlacedDiagnostic, 'code' | 'severity'>>(diagnostics: readonly T[]): T[] {
  return severities.flatMap((severity) => {
    const byCode = groupedBy(
      diagnostics.filter((d) => d.severity === severity),
      ({ code }) => code,
    );
    const rounds = new Map<number, T[]>();
    for (const [, all] of codesByGravity(byCode))
      all.forEach((one, round) => {
        addTo(rounds, round, one);
      });
    return Array.from(rounds.values()).flat();
  });
}

/** How often each code occurs, from the gravest: `2 TEN311, 400 TEN114`. */
export function codeCounts(diagnostics: readonly Pick<PlacedDiagnostic, 'code' | 'severity'>[]): string {
  return severities
    .flatMap((severity) =>
      codesByGravity(
        groupedBy(
          diagnostics.filter((d) => d.severity === severity),
          ({ code }) => code,
        ),
      ),
    )
    .map(([code, all]) => `${all.length} ${code}`)
    .join(', ');
}

function codesByGravity<T>(byCode: ReadonlyMap<string, T>): [string, T][] {
  return sortedBy(byCode, ([code]) => `${familyOf(code)} ${code}`);
}

/** One that is not known here is taken for grave. */
function familyOf(code: string): number {
  return families.indexOf(code.slice(0, 4)) + 1;
}
