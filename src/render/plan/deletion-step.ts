import { onCluster } from '../../settings/words.ts';
import type { ReportItem } from '../../plan/report.ts';

type Setting = Extract<ReportItem, { kind: 'entity' }>['settings'][number];

/** What becomes of a namespace on a cluster. */
export type DeletionStep = 'new' | 'marked' | 'unmarked' | 'deleted' | 'retained' | 'unmanaged';

/**
 * What becomes of a namespace on one cluster, by the two steps of deletion (S41); undefined for other settings, and where
 * it only changes hands.
 */
export function deletionStep({ about, before, after }: Setting): DeletionStep | undefined {
  if (about !== onCluster) return undefined;
  if (after === 'retained') return 'retained';
  if (after === null) return before === 'MarkedForDeletion' ? 'deleted' : 'unmanaged';
  if (after === 'MarkedForDeletion') return 'marked';
  if (before === 'MarkedForDeletion') return 'unmarked';
  return before === null ? 'new' : undefined;
}
