import type { PlacedDiagnostic } from '../../source/diagnostic.ts';
import { counted } from '../../source/text.ts';
import type { Style } from '../style.ts';
import { countsOf, formatCounts } from './counts.ts';

/** What diagnostics come to, in a line. In a file of its own: mostly there are none, and nothing else has to be loaded. */
export function summary(
  diagnostics: readonly PlacedDiagnostic[],
  { style, files }: { readonly style: Style; readonly files: number },
): string {
  const counts = countsOf(diagnostics);
  if (diagnostics.length === 0) return style.green(`no problems in ${counted(files, 'file')}`);
  const affected = new Set(diagnostics.map((d) => d.primary.file)).size;
  const colour = counts.errors > 0 ? style.red : counts.warnings > 0 ? style.yellow : style.cyan;
  return style.bold(colour(`${formatCounts(counts)} in ${counted(affected, 'file')}`));
}
