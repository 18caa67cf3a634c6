import type { Style } from '../src/render/style.ts';

/** Marks in place of a terminal's escape sequences: characters that no plan holds. */
const begin = '\u{e000}';
const end = '\u{e001}';
const marks = {
  bold: 'font-weight="bold"',
  dim: 'fill="#8b949e"',
  red: 'fill="#ff7b72"',
  yellow: 'fill="#e3b341"',
  green: 'fill="#7ee787"',
  cyan: 'fill="#79c0ff"',
  blue: 'fill="#a5d6ff"',
} as const;

const mark = (name: keyof typeof marks) => (text: string) => `${begin}${name}:${text}${end}`;

/** A style for `terminalPicture`. */
export const pictureStyle: Style = {
  bold: mark('bold'),
  dim: mark('dim'),
  red: mark('red'),
  yellow: mark('yellow'),
  green: mark('green'),
  cyan: mark('cyan'),
  blue: mark('blue'),
};

const columns = 128;
const lineHeight = 18;
const charWidth = 7.8;
const margin = 16;

interface Cell {
  readonly text: string;
  readonly style: string;
}

/** A picture (SVG) of a terminal in which `command` printed `text`, coloured by `pictureStyle`. Long lines are wrapped. */
export function terminalPicture(command: string, text: string): string {
  const lines = [`${begin}dim:$${end} ${begin}bold:${command}${end}`, ...text.trimEnd().split('\n')].flatMap((line) =>
    wrapped(cellsOf(line)),
  );
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(command)} in a terminal">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3" xml:space="preserve">`,
    ...lines.map((cells, i) => {
      const y = margin + (i + 1) * lineHeight - 5;
      return `<text x="${margin}" y="${y}">${spans(cells)}</text>`;
    }),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** The characters of a line, each with its style. */
function cellsOf(line: string): Cell[] {
  const cells: Cell[] = [];
  const open: string[] = [];
  for (let rest = line; rest !== '';) {
    const opening = /^\u{e000}(?<name>[a-z]+):/u.exec(rest);
    const name = Object.keys(marks).find((known) => known === opening?.groups?.['name']);
    if (opening && name !== undefined) {
      open.push(Object.entries(marks).find(([known]) => known === name)?.[1] ?? '');
      rest = rest.slice(opening[0].length);
    } else if (rest.startsWith(end)) {
      open.pop();
      rest = rest.slice(end.length);
    } else {
      const [character = ''] = rest;
      // Of two colours the inner one is seen.
      const fill = open.findLast((style) => style.startsWith('fill'));
      const weight = open.find((style) => style.startsWith('font'));
      cells.push({ text: character, style: [weight, fill].filter((style) => style !== undefined).join(' ') });
      rest = rest.slice(character.length);
    }
  }
  return cells;
}

/** A line in as many as it takes; the further ones are indented as the first. */
function wrapped(cells: readonly Cell[]): Cell[][] {
  if (cells.length <= columns) return [[...cells]];
  const indent = cells.findIndex(({ text }) => text !== ' ') + 2;
  const space = cells.slice(0, columns).findLastIndex(({ text }, i) => text === ' ' && i > indent);
  const at = space > indent ? space : columns;
  const blanks = Array.from({ length: indent }, () => ({ text: ' ', style: '' }));
  const rest = cells.slice(space > indent ? at + 1 : at);
  return [cells.slice(0, at), ...wrapped([...blanks, ...rest])];
}

function spans(cells: readonly Cell[]): string {
  let out = '';
  for (let i = 0; i < cells.length;) {
    const { style = '' } = cells[i] ?? {};
    let text = '';
    while (i < cells.length && cells[i]?.style === style) text += cells[i++]?.text ?? '';
    out += style === '' ? escaped(text) : `<tspan ${style}>${escaped(text)}</tspan>`;
  }
  return out;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
