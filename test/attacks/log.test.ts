import { describe, expect, it } from 'vitest';
import { jsonText, visible } from '../../src/render/text.ts';
import { tenantryHere } from '../support/cli.ts';
import { exampleOrganization } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/**
 * Attempts to give orders to what reads the log of a CI step: GitHub's runner obeys `::command::` where a line begins, also
 * after blanks, and `##[command]` anywhere in it; others obey `##vso[` and `##teamcity[`.
 */

/** What a runner would obey in a log, without what `--format github` says itself. */
function obeyed(log: string, own = /(?!)/): string[] {
  return log
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
    .filter((line) => !own.test(line) && (/^\s*::/.test(line) || /##[a-z]*\[/i.test(line)));
}

const orders = [
  '::error::owned',
  '  ::stop-commands::x',
  'a\n::add-mask::solar',
  'a\r::warning::x',
  'a\u2028::set-output name=a::b',
  '##[add-mask]solar',
  'see ##[stop-commands]x',
  '##vso[task.setvariable variable=a]b',
  "##teamcity[buildStatus text='x']",
  '####[error]x',
];

it.each(orders)('no text that is shown holds an order: %j', (order) => {
  expect(obeyed(visible(order))).toEqual([]);
  expect(obeyed(jsonText({ [order]: [order] }))).toEqual([]);
  expect(JSON.parse(jsonText({ [order]: [order] }))).toEqual({ [order]: [order] });
  // Colons and hashes that order nothing stay as they are.
  expect(visible('a::b # c ## d')).toBe('a::b # c ## d');
});

describe('a repository whose every word is an order', () => {
  const quoted = (order: string): string => JSON.stringify(order);
  /** Errors in a tenant's file, with the orders as keys, values, names and comments, and in a file's own name. */
  const files = Object.fromEntries([
    ...Object.entries(exampleOrganization),
    ...orders.map((order, i) => [
      `tenants/t${i}.yaml`,
      [
        `# ${order.replace(/[\n\r\u2028]/g, ' ')}`,
        'apiVersion: tenantry.dev/v1',
        'kind: Tenant',
        `metadata: { name: ${quoted(order)} }`,
        'spec:',
        `  description: ${quoted(order)}`,
        `  ${quoted(order)}: ${quoted(order)}`,
        `  owners: [{ kind: Group, name: ${quoted(order)} }, { kind: ${quoted(order)}, name: a }]`,
        `  namespaces: [{ name: ${quoted(order)}, clusters: [${quoted(order)}] }]`,
        '',
      ].join('\n'),
    ]),
    ['tenants/::error::x.txt', ''],
    ['tenants/##[add-mask]x.yaml', ''],
    ['tenants/a\n::add-mask::x.yaml', 'a: ['],
  ]) as Record<string, string>;

  it.each([
    ['validate'],
    ['validate', '--format', 'json'],
    ['validate', '--format', 'sarif'],
    ['validate', '--format', 'github'],
    ['synth'],
    ['synth', '--check'],
    ['codeowners'],
    ['access'],
    ['access', '--format', 'csv'],
    ['access', '--format', 'json'],
    ['explain', '::error::owned'],
    ['explain', '##[error]owned'],
    ['get', 'namespace', '::error::owned'],
    ['rules', '::error::owned'],
    ['plan', '--base', '::error::owned'],
    ['plan', '--from', '::error::owned'],
  ])('gives none by %s %s %s', async (...args) => {
    const cwd = temporaryFolder();
    writeFiles(cwd, files);
    const { stdout, stderr } = await tenantryHere(args, { cwd });
    const own = args.includes('github') ? /^::(?:error|warning|notice) [^:\n]*::[^\n]*$/ : /(?!)/;
    expect(obeyed(stdout, own)).toEqual([]);
    expect(obeyed(stderr)).toEqual([]);
    expect(stdout + stderr).not.toBe('');
  });
});
