import type { ConfigFile } from '../../config/reading/files.ts';
import type { Label } from '../../source/diagnostic.ts';
import type { SourceProblem, SourceProblemKind } from '../../source/source.ts';
import type { Finding } from '../rule.ts';

/** How many findings of one rule a file gets: nobody reads more, and a broken file may have a hundred thousand. */
export const mostOfAFile = 20;

/** Of very many findings in a file only the first; the last of them says how many there are. */
export function firstOfFile(findings: readonly Finding[]): readonly Finding[] {
  const more = findings.length - mostOfAFile;
  if (more <= 0) return findings;
  return findings
    .slice(0, mostOfAFile)
    .map((finding, i) =>
      i < mostOfAFile - 1
        ? finding
        : { ...finding, message: `${finding.message} (and ${more} more like this in the file)` },
    );
}

/** The problems of the given kinds that were found while a file was read. */
export function problemsOf<K extends SourceProblemKind>(
  { source }: ConfigFile,
  kinds: readonly K[],
): (SourceProblem & { readonly kind: K })[] {
  const isWanted = (problem: SourceProblem): problem is SourceProblem & { readonly kind: K } =>
    kinds.some((kind) => kind === problem.kind);
  return source?.problems.filter(isWanted) ?? [];
}

/** Where a problem is: `at` of a finding, with the place it refers to among the related ones. */
export function placed(
  { path }: ConfigFile,
  { span, other }: SourceProblem,
  otherMessage = '',
): Pick<Finding, 'at' | 'related'> {
  const related: Label[] = other ? [{ location: { file: path, span: other }, message: otherMessage }] : [];
  return { at: { file: path, span }, related };
}

/** A text that may be long, for a message. */
export function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
