import { declaredByOthers, onCluster } from '../../settings/words.ts';
import type { ReportItem } from '../../plan/report.ts';

type Setting = Extract<ReportItem, { kind: 'entity' }>['settings'][number];

/** What becomes of a namespace on a cluster. */
export type DeletionStep =
  'foreign' | 'left to others' | 'new' | 'marked' | 'unmarked' | 'deleted' | 'retained' | 'unmanaged';

/**
 * What becomes of a namespace on one cluster, by the two steps of deletion (S41); undefined for other settings, and where
 * it only changes hands.
 */
export function deletionStep({ about, before, after }: Setting): DeletionStep | undefined {
  if (about !== onCluster) return undefined;
  if (after === 'retained') return 'retained';
  // What others declare is never created, nor deleted.
  if (after === declaredByOthers) return before === null ? 'foreign' : undefined;
  if (before === declaredByOthers) return after === null ? 'left to others' : undefined;
  if (after === null) return before === 'MarkedForDeletion' ? 'deleted' : 'unmanaged';
  if (after === 'MarkedForDeletion') return 'marked';
  if (before === 'MarkedForDeletion') return 'unmarked';
  return before === null ? 'new' : undefined;
}
