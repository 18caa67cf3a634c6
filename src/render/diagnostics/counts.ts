import type { PlacedDiagnostic } from '../../source/diagnostic.ts';
import { counted } from '../../source/text.ts';

/** How many diagnostics there are of each severity. */
export interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/** Counts `diagnostics` by severity. */
export function countsOf(diagnostics: readonly Pick<PlacedDiagnostic, 'severity'>[]): Counts {
  const counts = { errors: 0, warnings: 0, notes: 0 };
  for (const { severity } of diagnostics) counts[`${severity}s`]++;
  return counts;
}

/** `3 errors, 1 warning`; empty when there is nothing to count. */
export function formatCounts({ errors, warnings, notes }: Counts): string {
  return [counted(errors, 'error'), counted(warnings, 'warning'), counted(notes, 'note')]
    .filter((part) => !part.startsWith('0 '))
    .join(', ');
}
