import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv } from '../../src/render/csv.ts';
import { colourStyle, plainStyle } from '../../src/render/style.ts';
import type { Column } from '../../src/render/table.ts';
import { table } from '../../src/render/table.ts';
import { visible, widthOf } from '../../src/render/text.ts';
import { dangerous, nasty } from '../support/problems.ts';

interface Share {
  readonly namespace: string;
  readonly role: string;
  readonly pods: number;
  readonly because: string;
}

const columns: readonly Column<Share>[] = [
  { header: 'Namespace', cell: (share) => share.namespace },
  { header: 'Role', cell: (share) => share.role, colour: (text, { role }) => (role === 'admin' ? `<${text}>` : text) },
  { header: 'Pods', cell: (share) => String(share.pods), align: 'right' },
  { header: 'Because of', cell: (share) => share.because },
];

const shares: readonly Share[] = [
  { namespace: 'solar-prod', role: 'admin', pods: 5, because: 'tenants/solar.yaml:21' },
  { namespace: 'green-太陽', role: 'view', pods: 1200, because: '' },
];

describe('table', () => {
  const rows = (output: string): string[] => output.split('\n').slice(0, -1);

  it('aligns by what is seen, in capitals, without borders or space at the ends', () => {
    expect(rows(table(columns, shares, { style: plainStyle }))).toEqual([
      'NAMESPACE    ROLE    PODS   BECAUSE OF',
      'solar-prod   <admin>      5   tenants/solar.yaml:21',
      'green-太陽   view    1200',
    ]);
  });

  it('prints its header when there are no rows', () => {
    expect(table(columns, [], { style: plainStyle })).toBe('NAMESPACE   ROLE   PODS   BECAUSE OF\n');
  });

  it('sets off the header, and nothing where a cell is empty', () => {
    const column: Column<string> = { header: 'Name', cell: (text) => text, colour: colourStyle.red };
    expect(rows(table([column], ['a', ''], { style: colourStyle }))).toEqual([
      '\u001b[1mNAME\u001b[22m',
      '\u001b[31ma\u001b[39m',
      '',
    ]);
  });

  it('cuts the widest columns where the terminal is too narrow, and only then', () => {
    const plain = columns.map(({ header, cell, align = 'left' }) => ({ header, cell, align }));
    expect(rows(table(plain, shares, { style: plainStyle, width: 41 }))).toEqual([
      'NAMESPACE    ROLE    PODS   BECAUSE OF',
      'solar-prod   admin      5   tena….yaml:21',
      'green-太陽   view    1200',
    ]);
    expect(table(plain, shares, { style: plainStyle, width: 49 })).toBe(table(plain, shares, { style: plainStyle }));
    // Too narrow for anything: what is left of the columns still says something.
    expect(rows(table(plain, shares, { style: plainStyle, width: 10 }))).toEqual([
      'NA…SPACE   ROLE    PODS   BE…SE OF',
      'so…-prod   admin      5   te…ml:21',
      'gr…-太陽   view    1200',
    ]);
  });

  it('keeps every column in its place and lets nothing dangerous through', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(nasty, nasty), { maxLength: 5 }), fc.option(fc.nat(80)), (pairs, width) => {
        const two: readonly Column<readonly [string, string]>[] = [
          { header: 'A', cell: ([a]) => a },
          { header: 'B', cell: ([, b]) => `|${b}` },
        ];
        const output = table(two, pairs, { style: plainStyle, ...(width !== null && { width }) });
        expect(output).not.toMatch(dangerous);
        const lines = rows(output);
        expect(lines).toHaveLength(pairs.length + 1);
        if (width === null) {
          const starts = lines
            .slice(1)
            .map((line, i) =>
              widthOf(line.slice(0, line.length - visible(`|${pairs[i]?.[1] ?? ''}`).trimEnd().length)),
            );
          expect(new Set(starts).size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

/** Reads RFC 4180. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    records.push(fields);
    fields = [];
  }
  return records;
}

describe('csv', () => {
  const names: readonly Column<string>[] = [{ header: 'Name', cell: (name) => name }];
  const cellOf = (name: string): string => csv(names, [name]).split('\r\n')[1] ?? '';

  it('has a header and a line for each row', () => {
    expect(csv(columns, shares)).toBe(
      'Namespace,Role,Pods,Because of\r\nsolar-prod,admin,5,tenants/solar.yaml:21\r\ngreen-太陽,view,1200,\r\n',
    );
  });

  it('quotes what would be read as more than one cell', () => {
    expect(cellOf('a,b')).toBe('"a,b"');
    expect(cellOf('say "hi"')).toBe('"say ""hi"""');
    expect(cellOf(' a')).toBe('" a"');
    expect(cellOf('a\r\nb')).toBe('a\\r\\nb');
  });

  it('lets no cell be a formula', () => {
    for (const start of ['=', '+', '-', '@', ' =', '＝', '＋', '－', '＠']) {
      expect(cellOf(`${start}cmd|x`), start).toMatch(/^"?'/);
    }
    expect(cellOf('=HYPERLINK("https://example.org","x")')).toBe('"\'=HYPERLINK(""https://example.org"",""x"")"');
    expect(cellOf('@platform/admins')).toBe("'@platform/admins");
    for (const number of ['-12', '+3', '-0.50']) expect(cellOf(number)).toBe(number);
    expect(cellOf('-1+cmd')).toBe("'-1+cmd");
    expect(cellOf('a=b')).toBe('a=b');
  });

  it('is read back as it was written', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('"', ',', ' ', "'", '\n'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (pairs) => {
        const two: readonly Column<readonly [string, string]>[] = [
          { header: 'A', cell: ([a]) => a },
          { header: 'B', cell: ([, b]) => b },
        ];
        const [header, ...records] = readCsv(csv(two, pairs));
        expect(header).toEqual(['A', 'B']);
        const original = (cell: string): string => cell.replace(/^'(?=\s*[=+\-@＝＋－＠])/, '');
        // An apostrophe of the cell's own is only told apart from an added one by the JSON format.
        expect(records.map((record) => record.map(original))).toEqual(
          pairs.map((pair) => pair.map((cell) => original(visible(cell)))),
        );
      }),
    );
  });
});
