import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacedDiagnostic, PlacedLabel, Severity } from '../../src/source/diagnostic.ts';
import { github } from '../../src/render/diagnostics/github.ts';
import { json } from '../../src/render/diagnostics/json.ts';
import { sarif } from '../../src/render/diagnostics/sarif.ts';
import { jsonText, visible } from '../../src/render/text.ts';
import { rules } from '../../src/rules/index.ts';
import type { Position } from '../../src/source/source.ts';
import { dangerous, label, problem, solar, someDiagnostic } from '../support/problems.ts';

/** Reads a workflow command the way the runner does. */
function readCommand(line: string): { command: string; properties: Record<string, string>; data: string } {
  const [, command = '', list = '', data = ''] = /^::(\w+)(?: (.*?))?::(.*)$/.exec(line) ?? [];
  const unescaped = (text: string): string =>
    text
      .replaceAll('%2C', ',')
      .replaceAll('%3A', ':')
      .replaceAll('%0A', '\n')
      .replaceAll('%0D', '\r')
      .replaceAll('%25', '%');
  const properties = list.split(',').map((pair): [string, string] => {
    const [key = '', ...value] = pair.split('=');
    return [key, unescaped(value.join('='))];
  });
  return { command, properties: Object.fromEntries(properties), data: unescaped(data) };
}

describe('github', () => {
  const text = 'a: 1\nb:\n  - group: solar-ser\n';

  it('writes one command a diagnostic, with the place, the related places and the help', () => {
    const d = problem(label(text, 'solar-ser', 'this one'), {
      related: [label(text, 'b:', 'among these', 'clusters/a.yaml'), { file: 'organization.yaml', path: '' }],
      help: 'did you mean `solar-sre`?',
    });
    expect(github([d])).toBe(
      '::error file=tenants/solar.yaml,line=3,endLine=3,col=12,endColumn=21,title=TEN101 unknown-group::' +
        'group `solar-ser` is not declared%0A' +
        '--> tenants/solar.yaml:3:12: this one%0A' +
        '::: clusters/a.yaml:2:1: among these%0A' +
        '::: organization.yaml%0A' +
        'help: did you mean `solar-sre`?\n',
    );
  });

  it('gives columns only within one line, and no line for a whole file', () => {
    const several = github([problem(label(text, '1\nb'))]);
    expect(readCommand(several.trimEnd()).properties).toEqual({
      file: solar,
      line: '1',
      endLine: '2',
      title: 'TEN101 unknown-group',
    });
    expect(github([problem({ file: solar, path: '' }, { message: 'm' })])).toBe(
      `::error file=${solar},title=TEN101 unknown-group::m%0A--> ${solar}\n`,
    );
  });

  it('says nothing when there is nothing to say', () => {
    expect(github([])).toBe('');
  });

  const lines = (diagnostics: readonly PlacedDiagnostic[]): string[] => github(diagnostics).trimEnd().split('\n');
  const of = (severity: Severity, count: number, code = 'TEN101'): PlacedDiagnostic[] =>
    Array.from({ length: count }, () => problem({ file: solar, path: '' }, { severity, code }));

  it('puts errors first, and says before all others when GitHub will drop some', () => {
    expect(
      lines([...of('note', 1), ...of('warning', 1), ...of('error', 10)]).map((line) => readCommand(line).command),
    ).toEqual([...Array.from({ length: 10 }, () => 'error'), 'warning', 'notice']);
    const output = lines([...of('note', 2), ...of('warning', 11, 'TEN114'), ...of('error', 1)]);
    expect(output).toHaveLength(15);
    expect(output[0]).toBe(
      "::notice title=tenantry::1 error, 11 warnings, 2 notes: 1 TEN101, 11 TEN114, 2 TEN101. Only 10 of each kind are annotated, the gravest; this step's log has all",
    );
  });

  it('has one of every code among the first of a kind, privilege before what is plainly wrong', () => {
    const output = lines([
      ...of('warning', 400, 'TEN114'),
      ...of('warning', 1, 'TEN201'),
      ...of('warning', 1, 'TEN311'),
    ]);
    expect(output.slice(0, 5).map((line) => readCommand(line).properties['title'])).toEqual([
      'tenantry',
      'TEN311 unknown-group',
      'TEN201 unknown-group',
      'TEN114 unknown-group',
      'TEN114 unknown-group',
    ]);
  });

  it('names files from the root of the repository', () => {
    const output = github([problem({ file: solar, path: '' })], { pathOf: (file) => `access/${file}` });
    expect(readCommand(output.trimEnd()).properties['file']).toBe('access/tenants/solar.yaml');
  });

  it('survives the round trip through the escaping, whatever the names are', () => {
    const tricky = fc.string({
      unit: fc.oneof(
        fc.constantFrom('%', ':', ',', '::', '%0A', '%25', '=', '\n', '\r', ' ', '\u001b'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
    });
    fc.assert(
      fc.property(tricky, tricky, (file, message) => {
        const output = github([problem({ file, path: '' }, { message })]);
        expect(output.indexOf('\n')).toBe(output.length - 1);
        expect(readCommand(output.slice(0, -1))).toEqual({
          command: 'error',
          properties: { file: visible(file), title: 'TEN101 unknown-group' },
          data: `${visible(message)}\n--> ${visible(file)}`,
        });
      }),
    );
  });
});

describe('json', () => {
  const text = 'a: 1\nb: x\n';

  it('has a stable form', () => {
    const d = problem(label(text, 'x', 'here'), {
      related: [label(text, 'a', 'there', 'organization.yaml'), { file: 'clusters/a.yaml', path: '' }],
      help: 'do this',
    });
    const note = problem({ file: solar, path: '' }, { severity: 'note', message: 'só' });
    expect(json([d, note])).toBe(`\
{
  "formatVersion": 1,
  "valid": false,
  "counts": {
    "errors": 1,
    "warnings": 0,
    "notes": 1
  },
  "diagnostics": [
    {
      "code": "TEN101",
      "rule": "unknown-group",
      "severity": "error",
      "message": "group \`solar-ser\` is not declared",
      "file": "tenants/solar.yaml",
      "line": 2,
      "column": 4,
      "endLine": 2,
      "endColumn": 5,
      "path": "spec.namespaces[0]",
      "label": "here",
      "help": "do this",
      "related": [
        {
          "file": "organization.yaml",
          "line": 1,
          "column": 1,
          "endLine": 1,
          "endColumn": 2,
          "path": "spec.namespaces[0]",
          "message": "there"
        },
        {
          "file": "clusters/a.yaml",
          "line": null,
          "column": null,
          "endLine": null,
          "endColumn": null,
          "path": ""
        }
      ]
    },
    {
      "code": "TEN101",
      "rule": "unknown-group",
      "severity": "note",
      "message": "só",
      "file": "tenants/solar.yaml",
      "line": null,
      "column": null,
      "endLine": null,
      "endColumn": null,
      "path": "",
      "related": []
    }
  ]
}
`);
  });

  it('is valid where there are warnings and notes only', () => {
    const of = (severity: Severity): PlacedDiagnostic => problem({ file: solar, path: '' }, { severity });
    expect(json([of('warning'), of('note')])).toContain('"valid": true');
    expect(JSON.parse(json([]))).toEqual({
      formatVersion: 1,
      valid: true,
      counts: { errors: 0, warnings: 0, notes: 0 },
      diagnostics: [],
    });
  });

  it('means the same as any other JSON text, and holds nothing hidden', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), (some, text) => {
        const value: unknown = [JSON.parse(some), text, '\u001b\u009b\u{e0041}\ud800\u00a0\u202e'];
        const output = jsonText(value);
        expect(JSON.parse(output)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(output).not.toMatch(dangerous);
      }),
    );
  });
});

/** The official schema. It is of draft 04, and uses nothing that draft 07, which Ajv speaks, has changed. */
function sarifSchema(): object {
  const schema: unknown = createRequire(import.meta.url)('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  if (typeof schema !== 'object' || schema === null) throw new Error('the SARIF schema is no object');
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== 'id'));
}

describe('sarif', () => {
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const isSarif = ajv.compile(sarifSchema());

  const text = 'a: 1\nb: solar-ser\n';
  const options = { rules, version: '1.2.3' };

  /** The log, as a value, proven against the schema. */
  const log = (diagnostics: readonly PlacedDiagnostic[], more = {}): unknown => {
    const value: unknown = JSON.parse(sarif(diagnostics, { ...options, ...more }));
    expect(isSarif(value), JSON.stringify(isSarif.errors, null, 2)).toBe(true);
    return value;
  };
  it('knows a log that is none', () => {
    expect(isSarif({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false);
    expect(
      isSarif({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ level: 'bad' }] }] }),
    ).toBe(false);
  });

  it('has the edit that the help asks for, where it is one', () => {
    const d = problem(label(text, 'solar-ser'), { help: 'did you mean `solar-sre`?', mend: 'solar-sre' });
    expect(log([d], { pathOf: (file: string) => `access/${file}` })).toMatchObject({
      runs: [
        {
          results: [
            {
              fixes: [
                {
                  description: { text: 'help: did you mean `solar-sre`?' },
                  artifactChanges: [
                    {
                      artifactLocation: { uri: 'access/tenants/solar.yaml' },
                      replacements: [
                        {
                          deletedRegion: { startLine: 2, startColumn: 4, endLine: 2, endColumn: 13 },
                          insertedContent: { text: 'solar-sre' },
                        },
                      ],
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(log([problem(label(text, 'solar-ser'), { help: 'h' })]))).not.toContain('"fixes"');
  });

  it('describes the tool, every rule and each problem', () => {
    const d = problem(label(text, 'solar-ser', 'this one'), {
      related: [label(text, 'a: 1', 'among these', 'clusters/a b#1.yaml'), { file: 'organization.yaml', path: '' }],
      help: 'add `{ group: solar-ser }`',
    });
    const unknownGroup = rules.findIndex((rule) => rule.code === 'TEN101');
    const literal = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}');
    const hash = createHash('sha256')
      .update('["TEN101","tenants/solar.yaml","group `solar-ser` is not declared"]')
      .digest('hex')
      .slice(0, 32);
    expect(log([d])).toEqual({
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'tenantry',
              version: '1.2.3',
              informationUri: 'https://tenantry.dev',
              rules: rules.map(({ code, name, severity, summary, why }) => ({
                id: code,
                name,
                shortDescription: { text: literal(summary) },
                fullDescription: { text: literal(why) },
                help: {
                  text: literal(`${summary}\n\n${why}`),
                  markdown: literal(`**${summary}**\n\n${why}`),
                },
                defaultConfiguration: { level: severity },
              })),
            },
          },
          columnKind: 'utf16CodeUnits',
          results: [
            {
              ruleId: 'TEN101',
              ruleIndex: unknownGroup,
              level: 'error',
              message: {
                text: [
                  'group `solar-ser` is not declared',
                  'this one',
                  '[clusters/a b#1.yaml:1](1): among these',
                  '[organization.yaml](2)',
                  'help: add `{{ group: solar-ser }}`',
                ].join('\n'),
              },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'tenants/solar.yaml', uriBaseId: '%SRCROOT%' },
                    region: { startLine: 2, startColumn: 4, endLine: 2, endColumn: 13 },
                  },
                  logicalLocations: [{ fullyQualifiedName: 'spec.namespaces[0]' }],
                  message: { text: 'this one' },
                },
              ],
              relatedLocations: [
                {
                  id: 1,
                  physicalLocation: {
                    artifactLocation: { uri: 'clusters/a%20b%231.yaml', uriBaseId: '%SRCROOT%' },
                    region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 5 },
                  },
                  logicalLocations: [{ fullyQualifiedName: 'spec.namespaces[0]' }],
                  message: { text: 'among these' },
                },
                {
                  id: 2,
                  physicalLocation: {
                    artifactLocation: { uri: 'organization.yaml', uriBaseId: '%SRCROOT%' },
                    region: { startLine: 1 },
                  },
                },
              ],
              partialFingerprints: { 'tenantry/v1': `${hash}:1` },
            },
          ],
        },
      ],
    });
  });

  it('leaves names without meaning as links or placeholders', () => {
    const d = problem(
      { file: 'a[b].yaml', path: '' },
      {
        message: 'group `[click](https://example.org) {0}` is odd',
        related: [{ file: 'a](javascript:0).yaml', path: '' }],
      },
    );
    expect(log([d])).toHaveProperty(
      ['runs', 0, 'results', 0, 'message', 'text'],
      'group `[click] (https://example.org) {{0}}` is odd\n[a\\](javascript:0).yaml](1)',
    );
  });

  it('has results even where there are none', () => {
    expect(log([])).toHaveProperty(['runs', 0, 'results'], []);
  });

  it('names files from the root of the repository', () => {
    expect(log([problem({ file: solar, path: '' })], { pathOf: (file: string) => `access/${file}` })).toHaveProperty(
      ['runs', 0, 'results', 0, 'locations', 0, 'physicalLocation', 'artifactLocation', 'uri'],
      'access/tenants/solar.yaml',
    );
  });

  it('keeps the fingerprint of a problem that only moved, and tells alike ones apart', () => {
    const fingerprints = (...diagnostics: PlacedDiagnostic[]): string[] =>
      Array.from(sarif(diagnostics, options).matchAll(/"tenantry\/v1": "(.*)"/g), ([, found = '']) => found);
    const [here] = fingerprints(problem(label(text, 'solar-ser')));
    const [moved] = fingerprints(problem(label(`\n\n${text}`, 'solar-ser')));
    expect(moved).toBe(here);
    const others = fingerprints(
      problem(label(text, 'solar-ser')),
      problem(label(text, 'a: 1')),
      problem(label(text, 'solar-ser', undefined, 'tenants/green.yaml')),
      problem(label(text, 'solar-ser'), { message: 'group `x` is not declared' }),
      problem(label(text, 'solar-ser'), { code: 'TEN102' }),
    );
    expect(others[0]).toBe(here);
    expect(others[1]).toBe(here?.replace(/:1$/, ':2'));
    expect(new Set(others).size).toBe(5);
  });

  it('is valid whatever the problems are', () => {
    fc.assert(
      fc.property(fc.array(someDiagnostic, { maxLength: 3 }), (diagnostics) => {
        log(diagnostics.map((d) => ({ ...d, primary: placeable(d.primary), related: d.related.map(placeable) })));
      }),
    );
  });
});

/** A label as the locators make them: lines and columns count from 1. */
function placeable({ span, ...label }: PlacedLabel): PlacedLabel {
  if (!span) return label;
  const { start, end } = span;
  const from1 = ({ line, column, offset }: Position): Position => ({
    line: Math.max(1, line),
    column: Math.max(1, column),
    offset,
  });
  return { ...label, span: { start: from1(start), end: from1(end) } };
}

describe('every format for machines', () => {
  it('leaves no other format with anything dangerous in it either', () => {
    fc.assert(
      fc.property(fc.array(someDiagnostic, { maxLength: 3 }), (diagnostics) => {
        expect(json(diagnostics)).not.toMatch(dangerous);
        expect(github(diagnostics)).not.toMatch(dangerous);
        expect(sarif(diagnostics, { rules, version: '1.0.0' })).not.toMatch(dangerous);
      }),
    );
  });
});
