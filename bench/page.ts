import type { Figure, Found, Measured } from './measured.ts';
import { bars } from './bars.ts';

/** The figures as Markdown: the bars, and every case at every size. */
export function tables(found: Found): string {
  const { node, cores, runs, sizes } = found;
  return [
    `Node.js ${node}, ${cores} cores; medians of ${runs} runs, all programs in turn; the most memory of any run.`,
    barTable(found),
    ...sizes.map(sizeTable),
    sampleTable(found),
  ].join('\n\n');
}

const figures = { begin: '<!-- figures: written by npm run bench -- --write -->', end: '<!-- end of figures -->' };

/** The page with new figures in place of the old ones. */
export function withFigures(page: string, found: Found): string {
  return replacedBetween(page, figures, tables(found));
}

/** What begins and ends the part of a page that a bench writes. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** The page with another text between two marks. */
export function replacedBetween(page: string, { begin, end }: Marks, text: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error('docs/performance.md has no place for figures');
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}

/** A Markdown table: texts in the first column, numbers in the others. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function barTable(found: Found): string {
  return table(
    ['bar', 'measured', 'met'],
    bars(found).map(({ text, measured, met }) => [text, measured, met ? 'yes' : '**no**']),
  );
}

function sizeTable({ namespaces, files, objects, megabytes, figures }: Measured): string {
  const yardstick = figures.get('synth, cold')?.seconds ?? NaN;
  const title = `### ${namespaces.toLocaleString('en')} namespaces\n\n${files.toLocaleString('en')} files with ${objects.toLocaleString('en')} objects, ${megabytes.toFixed(1)} MB.`;
  return `${title}\n\n${table(
    ['', 'seconds', 'of a cold synth', 'MB of memory'],
    Array.from(figures, ([name, figure]) => [
      name,
      figure.seconds.toFixed(2),
      (figure.seconds / yardstick).toFixed(2),
      memory(figure),
    ]),
  )}`;
}

function sampleTable({ sample }: Found): string {
  const yardstick = sample.get('node -e 0')?.seconds ?? NaN;
  return `### The sample organization\n\n${table(
    ['', 'seconds', 'of a bare start of Node.js'],
    Array.from(sample, ([name, { seconds }]) => [name, seconds.toFixed(3), (seconds / yardstick).toFixed(2)]),
  )}`;
}

function memory({ megabytes }: Figure): string {
  return megabytes === undefined ? '' : megabytes.toFixed(0);
}

const drawn = [
  { name: 'validate', colour: '#0969da' },
  { name: 'synth, cold', colour: '#1a7f37' },
  { name: 'helm template', colour: '#bc4c00' },
  { name: 'plain cdk8s', colour: '#8250df' },
  { name: 'bare writing', colour: '#6e7781' },
];

/** Time over namespaces, both in powers of ten: what is linear is straight, one square in height for one in width. */
export function chart({ sizes }: Found): string {
  const box = { left: 64, top: 24, width: 480, height: 320 };
  const times = sizes.flatMap(({ figures }) => drawn.flatMap(({ name }) => figures.get(name)?.seconds ?? []));
  const power = (value: number): number => Math.log10(value);
  const [low, high] = [Math.floor(power(Math.min(...times))), Math.ceil(power(Math.max(...times)))];
  const [first, last] = [power(sizes[0]?.namespaces ?? 1), power(sizes.at(-1)?.namespaces ?? 10)];
  const x = (namespaces: number): number =>
    round(box.left + (box.width * (power(namespaces) - first)) / Math.max(last - first, 1));
  const y = (seconds: number): number =>
    round(box.top + (box.height * (high - power(seconds))) / Math.max(high - low, 1));
  const text = (at: { x: number; y: number }, words: string, more = ''): string =>
    `<text x="${at.x}" y="${at.y}" ${more}>${words}</text>`;
  const curves = drawn.map(({ name, colour }) => ({
    name,
    colour,
    points: sizes.flatMap(({ namespaces, figures }) => {
      const seconds = figures.get(name)?.seconds;
      return seconds === undefined ? [] : [{ x: x(namespaces), y: y(seconds) }];
    }),
  }));
  const labels = labelsOf(curves);
  const rows = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const lines = [
    ...rows.map((seconds) => `<path d="M${box.left} ${y(seconds)}h${box.width}" stroke="#d0d7de"/>`),
    ...rows.map((seconds) => text({ x: box.left - 8, y: y(seconds) + 4 }, `${seconds} s`, 'text-anchor="end"')),
    ...sizes.map(({ namespaces }) =>
      text({ x: x(namespaces), y: box.top + box.height + 20 }, namespaces.toLocaleString('en'), 'text-anchor="middle"'),
    ),
    text({ x: box.left + box.width / 2, y: box.top + box.height + 40 }, 'namespaces', 'text-anchor="middle"'),
    ...curves.flatMap(({ name, colour, points }) => {
      const path = points.map((p) => `${p.x} ${p.y}`).join('L');
      const label = labels.get(name);
      return [
        `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...points.map((p) => `<circle cx="${p.x}" cy="${p.y}" r="3" fill="${colour}"/>`),
        ...(label ? [text(label, name, `fill="${colour}"`)] : []),
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 400" font-family="sans-serif" font-size="12" role="img" aria-label="Time over namespaces">
<rect width="680" height="400" fill="#ffffff"/>
${lines.join('\n')}
</svg>
`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where each curve's name stands: behind its last point, or below the name above it. */
function labelsOf(curves: readonly { readonly name: string; readonly points: readonly Point[] }[]): Map<string, Point> {
  const lineHeight = 14;
  const labels = new Map<string, Point>();
  const ends = curves.flatMap(({ name, points }) => points.slice(-1).map((end) => ({ name, end })));
  let lowest = 0;
  for (const { name, end } of ends.sort((a, b) => a.end.y - b.end.y)) {
    lowest = round(Math.max(end.y + 4, lowest + lineHeight));
    labels.set(name, { x: end.x + 10, y: lowest });
  }
  return labels;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
