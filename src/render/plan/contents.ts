import type { ReportContents } from '../../plan/report.ts';
import { counted } from '../../source/text.ts';
import type { Piece } from './piece.ts';

/** What is said of a namespace on one live cluster; nothing of a new one that is not there, as anybody would expect. */
export function contentsPieces(contents: ReportContents): Piece[] {
  const { cluster, fate, found, owner, needs } = contents;
  const [unseen] = unseenPieces(contents);
  if (found === null) return ['whether it is on ', { name: cluster }, ' now is not known', ...(unseen ?? [])];
  if (!found) return fate === 'new' ? [] : ['is not on ', { name: cluster }, ' now'];
  if (fate !== 'new') return holdingPieces(contents, [' on ', { name: cluster }, ' now']);
  return [
    { strong: 'exists already' },
    ' on ',
    { name: cluster },
    owner === null ? ", and is not the platform's" : owner === 'retained' ? ', retained' : ', and is of ',
    ...(owner === null || owner === 'retained' ? [] : [{ name: owner }]),
    ...(needs === null ? [] : [': a cluster admin has to annotate it with ', { name: needs }, ' first']),
    '; it ',
    ...holdingPieces(contents, []),
  ];
}

/** What a namespace holds, or that nobody can say. */
function holdingPieces(contents: ReportContents, where: readonly Piece[]): Piece[] {
  const { counts } = contents;
  const unseen = unseenPieces(contents);
  if (counts.length === 0 && unseen.length === 0) return ['holds nothing', ...where];
  if (counts.length === 0) return ['holds nothing that could be seen', ...where, ...unseen.flat()];
  const listed = counts.flatMap(({ resource, count }, i): Piece[] => [
    i > 0 ? ', ' : '',
    `${count} `,
    { name: resource },
  ]);
  return ['holds', ...where, where.length === 0 ? ' ' : ': ', ...listed, ...unseen.flat()];
}

/** More than this are in the JSON alone. */
const mostUnknown = 5;

function unseenPieces({ hidden, unknown }: ReportContents): Piece[][] {
  const shown = unknown.slice(0, mostUnknown);
  const rest = unknown.length - shown.length;
  return [
    ...(hidden.length === 0 ? [] : [[`; not known: ${counted(hidden.length, 'resource')} that may not be listed`]]),
    ...(unknown.length === 0
      ? []
      : [
          [
            '; not known: ',
            ...shown.flatMap(({ what, why }, i): Piece[] => [i > 0 ? ', ' : '', { name: what }, ` (${why})`]),
            ...(rest > 0 ? [` and ${rest} more`] : []),
          ],
        ]),
  ];
}
