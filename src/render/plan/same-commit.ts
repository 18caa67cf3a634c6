import type { ReportSide } from '../../plan/report.ts';

/** That no commit is compared with another: "no change" would else be taken for a verdict on one. */
export function sameCommit(base: ReportSide, head: ReportSide): string[] {
  // What the days between have ended is asked for with one commit on both sides.
  if (base.asOf !== head.asOf || base.commit !== (head.commit ?? head.checkedOut)) return [];
  if (head.commit !== null || base.digest === head.digest) {
    return ['Base and head are the same commit: no change was looked at. Give another one with --base.'];
  }
  return ['The base is the commit that is checked out: only what is not committed yet is compared.'];
}
