import type { ConfigFile, ConfigFiles } from '../../config/reading/files.ts';
import { configFilesOf } from '../../config/reading/files.ts';
import type { Label } from '../../source/diagnostic.ts';
import type { SourceProblem, SourceProblemKind } from '../../source/source.ts';
import type { Finding } from '../rule.ts';

/** How many findings of one rule a file gets: nobody reads more, and a broken file may have a hundred thousand. */
export const mostOfAFile = 20;

/** The findings for each file, but of a file with very many only the first; the last of them says how many there are. */
export function* inEachFile(
  files: ConfigFiles,
  findings: (file: ConfigFile) => Iterable<Finding>,
): Generator<Finding, void> {
  for (const file of configFilesOf(files)) {
    const shown: Finding[] = [];
    let count = 0;
    for (const finding of findings(file)) if (++count <= mostOfAFile) shown.push(finding);
    const more = count - shown.length;
    for (const [i, finding] of shown.entries()) {
      const isLast = i === shown.length - 1;
      yield isLast && more > 0
        ? { ...finding, message: `${finding.message} (and ${more} more like this in the file)` }
        : finding;
    }
  }
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
