import type { PlacedDiagnostic, PlacedLabel } from '../../source/diagnostic.ts';
import { jsonText } from '../text.ts';
import { countsOf } from './counts.ts';

/**
 * The diagnostics for programs. Keys keep their order; what is not known is `null` where a reader would look for it
 * and left out where it is optional. Lines and columns count from 1, columns in UTF-16 code units, and the end is
 * the position after the last character. `formatVersion` changes when a reader of today's output could misread it.
 */
export function json(diagnostics: readonly PlacedDiagnostic[]): string {
  const counts = countsOf(diagnostics);
  return jsonText({
    formatVersion: 1,
    valid: counts.errors === 0,
    counts: { errors: counts.errors, warnings: counts.warnings, notes: counts.notes },
    diagnostics: diagnostics.map(({ code, rule, severity, message, primary, help, mend, related }) => ({
      code,
      rule,
      severity,
      message,
      ...place(primary),
      label: primary.message,
      help,
      mend,
      related: related.map((label) => ({ ...place(label), message: label.message })),
    })),
  });
}

function place({ file, span, path }: PlacedLabel): Readonly<Record<string, string | number | null>> {
  return {
    file,
    line: span?.start.line ?? null,
    column: span?.start.column ?? null,
    endLine: span?.end.line ?? null,
    endColumn: span?.end.column ?? null,
    path,
  };
}
