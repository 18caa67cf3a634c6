import type { PlacedDiagnostic, Severity } from '../../source/diagnostic.ts';
import { addTo, sortedBy } from '../../values/order.ts';
import type { ByCode } from '../by-code.ts';
import { byCode } from '../by-code.ts';

/** Where there is room for a few only, who chooses them decides what is seen: never the order in which people wrote. */

const severities: readonly Severity[] = ['error', 'warning', 'note'];

/** The families of codes, from the gravest: authority, privilege, changes, what is rendered, and then what is plainly wrong. */
const families = ['TEN7', 'TEN3', 'TEN5', 'TEN6', 'TEN2', 'TEN1', 'TEN4', 'TEN0'];

/**
 * Diagnostics from the gravest: errors before warnings before notes, and of each severity one of every code before a
 * second one of any. So four hundred of one code push out no other.
 */
export function gravestFirst<T extends Said>(diagnostics: readonly T[]): T[] {
  const codes = codesByGravity(diagnostics);
  return severities.flatMap((wanted) => {
    const rounds = new Map<number, T[]>();
    for (const { severity, all } of codes) {
      if (severity !== wanted) continue;
      all.forEach((one, round) => {
        addTo(rounds, round, one);
      });
    }
    return Array.from(rounds.values()).flat();
  });
}

/** How often each code occurs, from the gravest: `2 TEN311, 400 TEN114`. */
export function codeCounts(diagnostics: readonly Said[]): string {
  return codesByGravity(diagnostics)
    .map(({ code, all }) => `${all.length} ${code}`)
    .join(', ');
}

type Said = Pick<PlacedDiagnostic, 'code' | 'severity'>;

function codesByGravity<T extends Said>(diagnostics: readonly T[]): ByCode<T, Severity>[] {
  return sortedBy(
    byCode(diagnostics, severities, ({ severity }) => severity),
    ({ severity, code }) => [String(severities.indexOf(severity)), `${familyOf(code)} ${code}`],
  );
}

/** One that is not known here is taken for grave. */
function familyOf(code: string): number {
  return families.indexOf(code.slice(0, 4)) + 1;
}
