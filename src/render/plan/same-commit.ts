import type { ReportSide } from '../../plan/report.ts';

interface Sides {
  readonly base: ReportSide;
  readonly head: ReportSide;
}

/** Whether no commit is compared with another. What the days between have ended is asked for with one commit, too. */
function isSameCommit({ base, head }: Sides): boolean {
  return base.asOf === head.asOf && base.commit === (head.commit ?? head.checkedOut);
}

/** That nothing was compared: "no change" would else be taken for a verdict on one. */
export function sameCommit(sides: Sides): string[] {
  const { base, head } = sides;
  return isSameCommit(sides) && (head.commit !== null || base.digest === head.digest)
    ? ['Base and head are the same commit: no change was looked at. Give another one with --base.']
    : [];
}

/** What of the worktree is compared, where that is not all since the base. */
export function partCompared(sides: Sides): string {
  return sides.head.commit === null && isSameCommit(sides) ? ', only what is not committed' : '';
}
