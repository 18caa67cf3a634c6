import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacedDiagnostic, PlacedLabel, Severity } from '../../src/source/diagnostic.ts';
import { human } from '../../src/render/diagnostics/human.ts';
import { colourStyle, plainStyle } from '../../src/render/style.ts';
import { visible, widthOf } from '../../src/render/text.ts';
import { spanAt } from '../../src/source/source.ts';
import { cases } from '../support/cases.ts';
import { dangerous, label, nasty, problem, solar, someDiagnostic } from '../support/problems.ts';
import { secondsSince } from '../support/processor-time.ts';

/** What is printed about `diagnostics`, without the summary, as lines. */
function shown(
  diagnostics: readonly PlacedDiagnostic[],
  texts: Readonly<Record<string, string>>,
  options: { readonly width?: number } = {},
): string[] {
  const output = human(diagnostics, { style: plainStyle, files: 1, textOf: (file) => texts[file], ...options });
  return output.split('\n').slice(0, -3);
}

describe('human', () => {
  const tenant = `${'\n'.repeat(20)}        - { group: solar-sre, role: admin }\n`;
  const cluster = `${'\n'.repeat(7)}  sharedWith:\n    - group: audit\n`;
  const texts: Readonly<Record<string, string>> = { [solar]: tenant, 'clusters/prodcluster02.yaml': cluster };
  const share = problem(label(tenant, 'solar-sre', 'its members would not see the cluster'), {
    code: 'TEN103',
    rule: 'share-without-cluster-share',
    message: 'group `solar-sre` is given admin on `solar-prod`, but cluster `prodcluster02` is not shared with it',
    related: [label(cluster, 'sharedWith', 'shared with 3 groups, not this one', 'clusters/prodcluster02.yaml')],
    help: 'add `- group: solar-sre` to clusters/prodcluster02.yaml, or drop prodcluster02 from the namespace',
  });

  it('shows the place, the line, the marker, the related place and the help', () => {
    expect(human([share], { style: plainStyle, files: 9, textOf: (file) => texts[file] })).toBe(`\
error[TEN103]: group \`solar-sre\` is given admin on \`solar-prod\`, but cluster \`prodcluster02\` is not shared with it
  --> tenants/solar.yaml:21:20
   |
21 |         - { group: solar-sre, role: admin }
   |                    ^^^^^^^^^ its members would not see the cluster
  ::: clusters/prodcluster02.yaml:8:3
   |
 8 |   sharedWith:
   |   ---------- shared with 3 groups, not this one
   |
   = help: add \`- group: solar-sre\` to clusters/prodcluster02.yaml, or drop prodcluster02 from the namespace

1 error in 1 file
`);
  });

  it('colours by severity, and dims what is not content', () => {
    const output = (severity: Severity): string =>
      human([{ ...share, severity, message: 'm', related: [], help: 'h' }], {
        style: colourStyle,
        files: 1,
        textOf: (file) => texts[file],
      });
    const sgr = (text: string): string => text.replaceAll('\u001b[', '<').replaceAll(/<(\d+)m/g, '<$1>');
    expect(sgr(output('error'))).toBe(`\
<1><31>error[TEN103]<39><22><1>: m<22>
  <2>--><22> tenants/solar.yaml:21:20
<2>   |<22>
<2>21 |<22>         - { group: solar-sre, role: admin }
<2>   |<22>                    <1><31>^^^^^^^^^ its members would not see the cluster<39><22>
<2>   |<22>
   <2>=<22> <1>help:<22> h

<1><31>1 error in 1 file<39><22>
`);
    expect(sgr(output('warning'))).toMatch(/^<1><33>warning\[/);
    expect(sgr(output('note'))).toMatch(/^<1><36>note\[/);
  });

  it('shows related places of the same file in one snippet, in order, with gaps left out', () => {
    const text = 'spec:\n  owners:\n    - a\n    - b\n    - a\n  x: 1\n  y: 2\n  z: 3\n';
    const second = spanAt(text, text.lastIndexOf('a'), text.lastIndexOf('a') + 1);
    const d = problem(
      { file: solar, span: second, path: '', message: 'again' },
      { message: 'm', related: [label(text, 'a', 'first'), label(text, 'z: 3', 'here too')] },
    );
    expect(shown([d], { [solar]: text })).toEqual([
      'error[TEN101]: m',
      ' --> tenants/solar.yaml:5:7',
      '  |',
      '3 |     - a',
      '  |       - first',
      '4 |     - b',
      '5 |     - a',
      '  |       ^ again',
      '...',
      '8 |   z: 3',
      '  |   ---- here too',
    ]);
  });

  it('gives each mark of a line its own row, from left to right', () => {
    const text = 'sharedWith: [{ group: a, role: view }]\n';
    const d = problem(label(text, 'view', 'weaker'), { message: 'm', related: [label(text, 'a,', 'this group')] });
    expect(shown([d], { [solar]: text })).toEqual([
      'error[TEN101]: m',
      ' --> tenants/solar.yaml:1:32',
      '  |',
      '1 | sharedWith: [{ group: a, role: view }]',
      '  |                       -- this group',
      '  |                                ^^^^ weaker',
    ]);
  });

  it('marks the first and the last line of a span over several', () => {
    const text = 'a:\n  b: [1,\n   2,\n   3,\n   4]\nc: 1\n';
    const marked = (part: string): string[] =>
      shown([problem(label(text, part, 'here'), { message: 'm' })], { [solar]: text }).slice(3);
    expect(marked('[1,\n   2,\n   3,\n   4]')).toEqual([
      '2 |   b: [1,',
      '  |      ^^^',
      '...',
      '5 |    4]',
      '  |    ^^ here',
    ]);
    expect(marked('[1,\n   2')).toEqual(['2 |   b: [1,', '  |      ^^^', '3 |    2,', '  |    ^ here']);
    // Up to a line's end, the line break included, is still within the line.
    expect(marked('3,\n')).toEqual(['4 |    3,', '  |    ^^ here']);
  });

  it('marks the end of a file, an empty line and an empty file', () => {
    const at = (text: string, offset: number): string[] =>
      shown([problem({ file: solar, span: spanAt(text, offset, offset), path: '', message: 'here' })], {
        [solar]: text,
      }).slice(1);
    expect(at('a: 1\n', 5)).toEqual([' --> tenants/solar.yaml:2:1', '  |', '2 |', '  | ^ here']);
    expect(at('a: 1', 4)).toEqual([' --> tenants/solar.yaml:1:5', '  |', '1 | a: 1', '  |     ^ here']);
    expect(at('\n\na: 1', 1)).toEqual([' --> tenants/solar.yaml:2:1', '  |', '2 |', '  | ^ here']);
    expect(at('', 0)).toEqual([' --> tenants/solar.yaml:1:1', '  |', '1 |', '  | ^ here']);
  });

  it('names the file alone where there is nothing to show', () => {
    const whole = (file: string, message?: string): PlacedLabel => ({ file, path: '', ...(message && { message }) });
    const text = 'a: 1\n';
    expect(shown([problem(whole('tenants/a.yml'), { message: 'm', help: 'rename it' })], {})).toEqual([
      'error[TEN101]: m',
      ' --> tenants/a.yml',
      '  = help: rename it',
    ]);
    expect(
      shown([problem(whole('tenants/a.yml', 'unread'), { message: 'm', related: [label(text, '1', 'this')] })], {
        [solar]: text,
      }),
    ).toEqual([
      'error[TEN101]: m',
      ' --> tenants/a.yml: unread',
      ' ::: tenants/solar.yaml:1:4',
      '  |',
      '1 | a: 1',
      '  |    - this',
    ]);
    // A place in a text that is not at hand, or that is shorter than the place says.
    const beyond = problem(label(`\n\n${text}`, '1', 'there'), { message: 'm' });
    expect(shown([beyond], {})).toEqual(['error[TEN101]: m', ' --> tenants/solar.yaml:3:4: there']);
    expect(shown([beyond], { [solar]: text })).toEqual(['error[TEN101]: m', ' --> tenants/solar.yaml:3:4: there']);
  });

  it('names files as it is told to', () => {
    const output = human([problem({ file: solar, path: '' })], {
      style: plainStyle,
      files: 1,
      textOf: () => undefined,
      pathOf: (file) => `access/${file}`,
    });
    expect(output).toContain(' --> access/tenants/solar.yaml\n');
  });

  it('keeps markers under what they mark, whatever its width', () => {
    const marks = (text: string, marked: string): string[] =>
      shown([problem(label(text, marked))], { [solar]: text }).slice(3);
    expect(marks('a:\t\tgroup', 'group')).toEqual(['1 | a:→   →   group', '  |           ^^^^^']);
    expect(marks('name: 日本語 group', 'group')).toEqual(['1 | name: 日本語 group', '  |              ^^^^^']);
    expect(marks('name: 日本語 group', '本語')).toEqual(['1 | name: 日本語 group', '  |         ^^^^']);
    expect(marks('x: 🚀🚀 y', 'y')).toEqual(['1 | x: 🚀🚀 y', '  |         ^']);
    expect(marks('x: 👍🏽 y', 'y')).toEqual(['1 | x: 👍🏽 y', '  |       ^']);
    // e and a combining accent are one column; a mark of the accent alone is under both.
    expect(marks('cafe\u0301 x', 'x')).toEqual(['1 | cafe\u0301 x', '  |      ^']);
    expect(marks('cafe\u0301 x', '\u0301')).toEqual(['1 | cafe\u0301 x', '  |    ^']);
    expect(marks('x: \u1112\u1161\u11ab y', 'y')).toEqual(['1 | x: \u1112\u1161\u11ab y', '  |       ^']);
  });

  it('writes out what a terminal would obey or hide, in texts, messages and names', () => {
    const text = 'name: so\u001b[2Jlar \u202e\u200b\u00a0\r\n';
    const d = problem(label(text, 'lar', 'la\u0007bel', solar), {
      message: 'name `\u001b]0;owned\u0007` is\nbad',
      help: 'remove \u009b31m',
      related: [{ file: 'tenants/\u001b[31m.yaml', path: '', message: 'a\tb' }],
    });
    expect(shown([d], { [solar]: text })).toEqual([
      'error[TEN101]: name `\\u{1b}]0;owned\\u{7}` is\\nbad',
      ' --> tenants/solar.yaml:1:13',
      '  |',
      '1 | name: so\\u{1b}[2Jlar \\u{202e}\\u{200b}\\u{a0}\\r',
      '  |                  ^^^ la\\u{7}bel',
      ' ::: tenants/\\u{1b}[31m.yaml: a\\tb',
      '  = help: remove \\u{9b}31m',
    ]);
  });

  it('cuts long lines around the marker', () => {
    const marks = (text: string, marked: string, width: number): string[] =>
      shown([problem(label(text, marked, 'here'))], { [solar]: text }, { width }).slice(3);
    const long = `${'a'.repeat(150)}GROUP${'b'.repeat(142)}END`;
    expect(marks(long, 'GROUP', 48)).toEqual([
      `1 | …${'a'.repeat(17)}GROUP${'b'.repeat(16)}…`,
      `  |  ${' '.repeat(17)}^^^^^ here`,
    ]);
    expect(marks(long, 'aaa', 48)).toEqual([`1 | ${'a'.repeat(38)}…`, '  | ^^^ here']);
    expect(marks(long, 'END', 48)).toEqual([`1 | …${'b'.repeat(35)}END`, `  |  ${' '.repeat(35)}^^^ here`]);
    // Longer than the room itself: its beginning, marked up to the `…`.
    expect(marks(long, long.slice(100), 48)).toEqual([`1 | …${'a'.repeat(38)}…`, `  |  ${'^'.repeat(39)} here`]);
    expect(marks('日'.repeat(100), '日', 48)).toEqual([`1 | ${'日'.repeat(19)}…`, '  | ^^ here']);
    // Without a known width.
    const [line = ''] = shown([problem(label(long, 'GROUP'))], { [solar]: long }).slice(3);
    expect(line).toBe(`1 | …${'a'.repeat(57)}GROUP${'b'.repeat(56)}…`);
  });

  it('cuts a line between characters, and a sentence that is absurdly long', () => {
    const text = `${'🚀'.repeat(70)}x${'🚀'.repeat(70)}`;
    const name = 'n'.repeat(100_000);
    const d = problem(label(text, 'x', name), { message: name, help: name });
    const [message, , , line, marker, , help] = shown([d], { [solar]: text }, { width: 47 });
    expect(line).toBe(`1 | …${'🚀'.repeat(9)}x${'🚀'.repeat(9)}…`);
    expect(marker).toBe(`  |  ${' '.repeat(18)}^ ${'n'.repeat(2000)}…`);
    expect(message).toBe(`error[TEN101]: ${'n'.repeat(2000)}…`);
    expect(help).toBe(`  = help: ${'n'.repeat(2000)}…`);
  });

  it('cuts around the primary marker when two are too far apart, and points to where the other is', () => {
    const text = `FIRST${' '.repeat(200)}SECOND${' '.repeat(200)}`;
    const d = problem(label(text, 'SECOND', 'here'), { message: 'm', related: [label(text, 'FIRST', 'there')] });
    expect(shown([d], { [solar]: text }, { width: 28 }).slice(3)).toEqual([
      '1 | …      SECOND      …',
      '  | - there',
      '  |        ^^^^^^ here',
    ]);
  });

  it('counts the related places that are too many to show', () => {
    const text = 'a\n'.repeat(20);
    const related = Array.from({ length: 11 }, (_, i): PlacedLabel => ({
      file: solar,
      span: spanAt(text, i * 2, i * 2 + 1),
      path: '',
    }));
    const output = shown([problem({ file: 'organization.yaml', path: '' }, { related, help: 'h' })], { [solar]: text });
    expect(output.filter((line) => line.endsWith('| -'))).toHaveLength(8);
    expect(output.slice(-3)).toEqual(['  |', '  = note: 3 more places not shown', '  = help: h']);
  });

  it('writes out every character that cannot be seen, and no other', () => {
    const seen = ['a', ' ', '~', 'é', 'ß', '日', '\u3000', '🚀', '\ue0b0', '\ufffd', 'ﷺ', '٣', 'ה', '\u0301'];
    for (const character of seen) expect(visible(character)).toBe(character);
    const unseen = [
      0x00, 0x07, 0x08, 0x1b, 0x7f, 0x85, 0x9b, 0xa0, 0xad, 0x034f, 0x061c, 0x115f, 0x1680, 0x180e, 0x2003, 0x200b,
      0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x202f, 0x2060, 0x2066, 0x2069, 0x3164, 0xfe0f, 0xfeff,
      0xffa0, 0xfff9, 0xd800, 0xdfff, 0xe0001, 0xe0041, 0xe0100,
    ];
    for (const code of unseen) expect(visible(`<${String.fromCodePoint(code)}>`)).toBe(`<\\u{${code.toString(16)}}>`);
    expect(visible('a\tb\r\n')).toBe('a\\tb\\r\\n');
  });

  describe('the summary', () => {
    const of = (severity: Severity, file: string): PlacedDiagnostic => problem({ file, path: '' }, { severity });
    const lastLine = (diagnostics: readonly PlacedDiagnostic[], files: number): string | undefined =>
      human(diagnostics, { style: plainStyle, files, textOf: () => undefined })
        .split('\n')
        .at(-2);

    it('counts problems and the files that have them', () => {
      const errors = [of('error', 'a'), of('error', 'a'), of('error', 'b')];
      expect(lastLine([...errors, of('warning', 'b')], 9)).toBe('3 errors, 1 warning in 2 files');
      expect(lastLine([of('warning', 'a'), of('note', 'a'), of('note', 'a')], 9)).toBe('1 warning, 2 notes in 1 file');
    });

    it('says how many files have none', () => {
      const nothing = (files: number): string => human([], { style: plainStyle, files, textOf: () => undefined });
      expect(nothing(12)).toBe('no problems in 12 files\n');
      expect(nothing(1)).toBe('no problems in 1 file\n');
    });
  });

  it('shows errors before warnings before notes when there are too many, still in the order of the files', () => {
    const severities: Severity[] = ['note', 'warning', 'error', 'warning', 'error', 'note'];
    const diagnostics = severities.map((severity, i) =>
      problem({ file: `f${i}`, path: '' }, { severity, message: 'm' }),
    );
    const output = human(diagnostics, { style: plainStyle, files: 6, textOf: () => undefined, limit: 3 });
    expect(output).toBe(`\
warning[TEN101]: m
 --> f1

error[TEN101]: m
 --> f2

error[TEN101]: m
 --> f4

not shown: 1 warning, 2 notes (1 TEN101, 2 TEN101); \`tenantry validate --format json\` has all

2 errors, 2 warnings, 2 notes in 6 files
`);
  });

  it('shows fifty unless told otherwise', () => {
    const diagnostics = Array.from({ length: 60 }, (_, i) =>
      problem({ file: `f${i}`, path: '' }, { message: `m${i}` }),
    );
    const output = human(diagnostics, { style: plainStyle, files: 60, textOf: () => undefined });
    expect(output.match(/^error/gm)).toHaveLength(50);
    expect(output).toContain('\nnot shown: 10 errors (10 TEN101);');
  });

  it('gathers what says the same of many places into one block, and counts each', () => {
    const alike = Array.from({ length: 12 }, (_, i) => problem({ file: `f${i}`, path: '' }, { help: 'h' }));
    const own = problem({ file: 'g', path: '' }, { related: [{ file: 'h', path: '' }], help: 'h' });
    const output = human([...alike, own], { style: plainStyle, files: 60, textOf: () => undefined });
    expect(output.match(/^error/gm)).toHaveLength(2);
    expect(output).toContain(' --> f0\n ::: f1\n');
    expect(output).toContain('note: 11 places more of the same, 3 of them not shown\n');
    expect(output).toContain('\n13 errors in 13 files\n');
    const few = human(alike.slice(0, 3), { style: plainStyle, files: 60, textOf: () => undefined });
    expect(few.match(/^error/gm)).toHaveLength(3);
  });

  it('takes time in proportion to what it prints', () => {
    let asked = 0;
    const text = '    - { group: solar-sre, role: admin }\n'.repeat(25_000);
    const width = text.indexOf('\n') + 1;
    const diagnostics = Array.from({ length: 10_000 }, (_, i) => {
      const place = { line: i * 2 + 1, column: 7, offset: i * 2 * width + 6 };
      const span = { start: place, end: { ...place, column: 16 } };
      return problem({ file: solar, path: '', span }, { message: `m${i}` });
    });
    const before = process.cpuUsage();
    const output = human(diagnostics, {
      style: plainStyle,
      files: 1,
      limit: Infinity,
      textOf: () => {
        asked++;
        return text;
      },
    });
    expect(output.match(/^error/gm)).toHaveLength(10_000);
    expect(asked).toBe(1);
    // A second on a slow machine; cutting the text anew for each diagnostic takes minutes.
    expect(secondsSince(before)).toBeLessThan(10);
  });

  it('never throws, sends nothing to a terminal but text and its own colours, and keeps to the width', () => {
    fc.assert(
      fc.property(
        fc.array(someDiagnostic, { maxLength: 4 }),
        nasty,
        fc.integer({ min: 1, max: 60 }),
        (diagnostics, text, width) => {
          const output = human(diagnostics, { style: colourStyle, files: 1, textOf: () => text, width });
          const withoutColour = output.replace(/\u001b\[(?:1|2|22|31|32|33|34|36|39)m/g, '');
          expect(withoutColour).not.toMatch(dangerous);
          expect(withoutColour).toBe(human(diagnostics, { style: plainStyle, files: 1, textOf: () => text, width }));
          for (const line of withoutColour.split('\n')) {
            if (/^ *\d+ \|/.test(line)) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(28, width));
          }
        },
      ),
      { numRuns: cases(500) },
    );
  });
});
