import { derivedShare, onCluster, roleOfArgoCD, sharedWith } from '../../settings/words.ts';
import { counted } from '../../source/text.ts';
import type { ReportItem } from '../../plan/report.ts';
import { sortedBy } from '../../values/order.ts';
import { deletionStep } from './deletion-step.ts';
import type { Piece } from './piece.ts';
import { ofTenant } from './places.ts';

/** What becomes of settings, in words. */

export type Setting = Extract<ReportItem, { kind: 'entity' }>['settings'][number];

/** So many settings of one entity are read; the JSON has them all. */
const mostSettings = 20;

/** Settings in their order. Where there are too many, those by which people may do more are not among what is left out. */
export function settingLines(settings: readonly Setting[]): Piece[][] {
  if (settings.length <= mostSettings) return settings.map(settingPieces);
  const gravest = sortedBy(settings, ({ about, effect }) =>
    about === onCluster ? '0' : effect === 'loosens' ? '1' : effect === null ? '2' : '3',
  );
  const rest = counted(settings.length - mostSettings, 'more setting');
  return [...gravest.slice(0, mostSettings).map(settingPieces), [`and ${rest}`]];
}

/** What one setting was and is. */
export function settingPieces(setting: Setting): Piece[] {
  const { about, item, before, after, limit, effect } = setting;
  if (about === onCluster) return clusterPieces(setting);
  if (about === roleOfArgoCD) return argoCDPieces(item ?? '', before, after);
  if (about === sharedWith) return sharePieces(item ?? '', before, after);
  const what: Piece[] = item === null || item === '' ? [{ name: about }] : [{ name: about }, ' ', { name: item }];
  const tail: Piece[] = [
    ...(limit === null ? [] : [' of ', { name: limit }]),
    ...(effect === null ? [] : [effect === 'loosens' ? ' (looser)' : ' (tighter)']),
  ];
  if (before === null)
    return [...what, ...(after === '' || after === null ? [': added'] : [' ', { name: after }]), ...tail];
  if (after === null)
    return [...what, ...(before === '' ? [': removed'] : [' ', { name: before }, ' → none']), ...tail];
  return [...what, ' ', { name: before }, ' → ', { main: after }, ...tail];
}

/** What Argo CD's account may give: a role with other rights is another one. */
function argoCDPieces(role: string, before: string | null, after: string | null): Piece[] {
  const [tenant, name] = role.split('/');
  const given: Piece[] =
    tenant === undefined || name === undefined
      ? ['ClusterRole ', { name: role }]
      : ['custom role ', { name }, ...ofTenant(tenant)];
  if (after === null) return ["Argo CD's account may no longer give ", ...given];
  if (before === null) return ["Argo CD's account ", { strong: 'may now give' }, ' ', ...given];
  return ["Argo CD's account ", { strong: 'may now give' }, ' ', ...given, ' as it is now, and no longer as it was'];
}

const noNamespace = 'no namespace';

function sharePieces(group: string, before: string | null, after: string | null): Piece[] {
  const isDerived = (value: string | null): boolean => value?.startsWith(derivedShare) === true;
  if (after === null)
    return isDerived(before)
      ? ['no longer seen by group ', { name: group }, ', which has nothing there any more']
      : ['no longer shared with ', { name: group }];
  if (before === null && isDerived(after)) {
    return ['seen by group ', { name: group }, `, by what it has there${after.slice(derivedShare.length)}`];
  }
  if (before !== null) return ['shared with ', { name: group }, ': ', { name: before }, ' → ', { name: after }];
  return [
    'shared with ',
    { name: group },
    ...(after === noNamespace ? [] : [', which gets namespace ', { name: after }]),
  ];
}

function clusterPieces(setting: Setting): Piece[] {
  const { item, before, after } = setting;
  const on: Piece[] = [' on ', { name: item ?? '' }];
  switch (deletionStep(setting)) {
    case 'deleted':
      return [{ strong: 'deleted' }, ...on, ' with all that is in it, irreversibly'];
    case 'unmanaged':
      return ['no longer declared', ...on, ': it stays there, without access'];
    case 'foreign':
      return ['shared', ...on, ': others declare it, and it is never created, labelled or deleted'];
    case 'left to others':
      return ['no longer shared', ...on, ': it stays there, and is left to those who declare it'];
    case 'retained':
      return ['retained without access', ...on];
    case 'marked':
      return [{ strong: 'marked for deletion' }, ...on, ': nothing new in it, and the next change may delete it'];
    case 'unmarked':
      return ['no longer marked for deletion', ...on];
    case 'new':
      return [...(after === null || after === 'Active' ? ['new'] : ['new, ', { name: after }, ',']), ...on];
    case undefined:
      return [{ name: before ?? '' }, ' → ', { name: after ?? '' }, ...on];
  }
}
