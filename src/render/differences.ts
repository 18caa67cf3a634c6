import { createTwoFilesPatch } from 'diff';
import type { Style } from './style.ts';
import { visible } from './text.ts';

/** As `Difference` of the dist writer: how a rendered file is not what it should be. */
export interface FileDifference {
  readonly kind: 'missing' | 'changed' | 'mode' | 'stale' | 'temporary' | 'foreign';
  readonly path: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** Files whose difference is shown line by line; of the others only the names are. */
const shownFiles = 3;
/** Lines of one file's difference. */
const shownLines = 40;

const words: Record<FileDifference['kind'], string> = {
  missing: 'missing',
  changed: 'changed',
  mode: 'executable',
  stale: 'not in the config',
  temporary: 'left behind by an interrupted run',
  foreign: 'not written by tenantry',
};

/** The folder that files are rendered into, and tenantry's command that writes them. */
export interface RenderedFolder {
  readonly folder: string;
  readonly command: string;
}

/** Says how rendered files differ from what the config says: all names, and of the first few what differs in them. */
export function renderDifferences(
  differences: readonly FileDifference[],
  style: Style,
  { folder, command }: RenderedFolder = { folder: 'dist', command: 'synth' },
): string {
  const width = Math.max(...differences.map(({ kind }) => words[kind].length));
  const names = differences.map(
    ({ kind, path }) => `  ${style.red(words[kind].padEnd(width))}  ${visible(`${folder}/${path}`)}`,
  );
  const patches = differences
    .filter(({ kind }) => kind === 'changed' || kind === 'missing' || kind === 'stale')
    .slice(0, shownFiles)
    .map((difference) => patch(difference, folder, style));
  const count = `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`;
  return [
    ...patches,
    visible(`${folder}/ is not what the files say: ${count}`),
    ...names,
    ...whatToDo(differences, command),
    '',
  ].join('\n');
}

/** What tenantry did not write it does not touch either, and writes nothing beside it. */
function whatToDo(differences: readonly FileDifference[], command: string): string[] {
  const foreign = differences.filter(({ kind }) => kind === 'foreign').length;
  return [
    ...(foreign > 0 ? ['Delete what was not written by tenantry, or move it away.'] : []),
    ...(foreign < differences.length ? [`Run \`tenantry ${command}\` and commit what it writes.`] : []),
  ];
}

function patch({ path, expected = '', actual = '' }: FileDifference, folder: string, style: Style): string {
  const text = createTwoFilesPatch(`${folder}/${path}`, 'what the files say', actual, expected, '', '', { context: 2 });
  const lines = text.split('\n').filter((line) => !/^=+$/.test(line) && line !== '');
  const shown = lines.slice(0, shownLines).map((line) => {
    const safe = visible(line);
    if (line.startsWith('---') || line.startsWith('+++')) return style.bold(safe);
    if (line.startsWith('-')) return style.red(safe);
    if (line.startsWith('+')) return style.green(safe);
    return line.startsWith('@@') ? style.cyan(safe) : safe;
  });
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [style.dim(`… and ${rest} more lines`)] : []), ''].join('\n');
}
