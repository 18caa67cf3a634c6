import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import type { Diagnostic } from '../../src/source/diagnostic.ts';
import { exampleDay, exampleOrganization } from '../support/examples.ts';
import { rules } from '../../src/rules/index.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { checkConfig } from '../../src/rules/run.ts';
import { parseYaml } from '../../src/source/source.ts';
import { worktree } from '../../src/tree/tree.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import { temporaryFolder } from '../support/folders.ts';
import { saysOfFolder } from '../support/on-disk.ts';
import { secondsSince } from '../support/processor-time.ts';

const solar = exampleOrganization['tenants/solar.yaml'];

/** The example's tenant with one part of its file replaced. */
function solarWith(part: string, by: string): ExampleFiles {
  expect(solar).toContain(part);
  return { 'tenants/solar.yaml': solar.replace(part, by) };
}

/** A second tenant like the example's. */
const lunar = solar.replace('name: solar\n', 'name: lunar\n');

/** What all rules say: a mistake in a file must not make other rules speak. */
const says = (files: ExampleFiles): Promise<string[]> => diagnosePlaced(files);

async function only(files: ExampleFiles): Promise<Diagnostic> {
  const [first, ...others] = await diagnose(files);
  expect(others.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  if (!first) throw new Error('nobody says anything');
  return first;
}

describe('TEN001 not-readable', () => {
  it.each<[string, (path: string) => void, string]>([
    [
      'a link',
      (path) => {
        symlinkSync('solar.yaml', path);
      },
      'there is a symbolic link, which is not followed, where a config file should be',
    ],
    [
      'a link out of the tree',
      (path) => {
        symlinkSync('/etc/passwd', path);
      },
      'there is a symbolic link, which is not followed, where a config file should be',
    ],
    [
      'a folder',
      (path) => {
        mkdirSync(path);
      },
      'there is a folder where a config file should be',
    ],
    [
      'a pipe',
      (path) => {
        execFileSync('mkfifo', [path]);
      },
      'there is a pipe, a socket or a device where a config file should be',
    ],
    [
      '100 MiB',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 100 * 1024 * 1024);
      },
      'the file is larger than 1 MiB',
    ],
  ])('reports %s, and waits for nothing', async (_, put, message) => {
    const start = performance.now();
    const found = await saysOfFolder((folder) => {
      put(join(folder, 'tenants/lunar.yaml'));
    });
    expect(found).toEqual([`tenants/lunar.yaml TEN001 ${message}`]);
    // What waits for a writer waits for ever.
    expect(performance.now() - start).toBeLessThan(60_000);
  });

  it.each([
    ['EACCES', 'the file cannot be read: permission denied'],
    ['ENOENT', 'the file cannot be read: it is not there'],
    ['EBADMSG', 'the file cannot be read: EBADMSG'],
  ])('gives the reason when the system says %s', async (detail, message) => {
    const tree = worktree(temporaryFolder());
    const files = await readConfigFiles(
      {
        ...tree,
        list: (folder) =>
          Promise.resolve(folder === 'tenants' ? [{ path: 'tenants/lunar.yaml', kind: 'file' as const }] : []),
        read: () => Promise.resolve({ failure: 'unreadable' as const, detail }),
      },
      (file, text) => Promise.resolve(parseYaml(file, text)),
    );
    const found = checkConfig(rules, { files, desired: resolve(files), asOf: exampleDay });
    expect(found.filter(({ code }) => code === 'TEN001').map((d) => d.message)).toEqual([message]);
  });

  it('makes no other rule speak when it is the organization, or a cluster', async () => {
    const large = '#'.repeat(2 ** 20 + 1);
    expect(await says({ 'organization.yaml': large })).toEqual([
      'organization.yaml TEN001 the file is larger than 1 MiB',
    ]);
    expect(await says({ 'clusters/prodcluster01.yaml': large })).toEqual([
      'clusters/prodcluster01.yaml TEN001 the file is larger than 1 MiB',
    ]);
  });
});

describe('TEN002 not-plain-text', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['Latin-1', Buffer.from(solar.replace('prod', 'pröd'), 'latin1'), ' TEN002 the file is not text in UTF-8'],
    ['UTF-16', Buffer.from(`\ufeff${solar}`, 'utf16le'), ' TEN002 the file is in UTF-16, not in UTF-8'],
    ['UTF-16 without a mark', Buffer.from(solar, 'utf16le'), ':1:2 TEN002 the file is not text: it has a NUL in it'],
    [
      'an archive',
      Buffer.from('504b030414000000080000002100', 'hex'),
      ':1:6 TEN002 the file is not text: it has a NUL in it',
    ],
    ['a byte order mark', `\ufeff${solar}`, ':1:1 TEN002 the file begins with a byte order mark'],
    ['Windows line ends', solar.replaceAll('\n', '\r\n'), ':1:28 TEN002 the file has Windows line ends (CRLF)'],
    ['old line ends', solar.replaceAll('\n', '\r'), ':1:28 TEN002 the file has a carriage return that ends no line'],
    [
      'a zero width space',
      solar.replace('solar-sre', 'solar\u200b-sre'),
      ':15:25 TEN002 there is an invisible character here: U+200B (zero width space)',
    ],
    [
      'reversed text',
      solar.replace('view', 'view # \u202e'),
      ':11:38 TEN002 there is an invisible character here: U+202E (right-to-left override)',
    ],
    [
      'a tag character',
      solar.replace('view', 'view\u{e0041}'),
      ':11:35 TEN002 there is an invisible character here: U+E0041',
    ],
    [
      'a no-break space',
      solar.replace('name: prod', 'name:\u00a0prod'),
      ':13:12 TEN002 this is not a plain space but U+00A0 (no-break space)',
    ],
  ])('says one thing about %s', async (_, text, expected) => {
    expect(await says({ 'tenants/solar.yaml': text })).toEqual([`tenants/solar.yaml${expected}`]);
  });

  it('says how Git keeps line ends as they are', async () => {
    expect((await only({ 'tenants/solar.yaml': solar.replaceAll('\n', '\r\n') })).help).toBe(
      "give all files LF line ends, in the organization's folder with `perl -pi -e 's/\\r\\n?/\\n/g' *.yaml */*.yaml`, and write `* text=auto eol=lf` into .gitattributes, so that Git keeps them",
    );
  });

  it('does not keep the other mistakes of a file from being found, where it can be understood', async () => {
    const text = solar.replace('role: view', 'rolle: view').replaceAll('\n', '\r\n');
    expect(await says({ 'tenants/solar.yaml': `\ufeff${text}` })).toEqual([
      'tenants/solar.yaml:1:1 TEN002 the file begins with a byte order mark',
      'tenants/solar.yaml:1:29 TEN002 the file has Windows line ends (CRLF)',
      'tenants/solar.yaml:11:25 TEN008 unknown key `rolle` in an item of `sharedWith`',
    ]);
  });
});

describe('TEN003 empty-file', () => {
  it.each([
    ['', 'the file is empty'],
    [' \n\n', 'the file is empty'],
    ['# moved to lunar.yaml\n', 'the file declares nothing'],
    ['---\n', 'the file declares nothing'],
  ])('reports %j', async (text, message) => {
    expect(await says({ 'tenants/lunar.yaml': text })).toEqual([`tenants/lunar.yaml:1:1 TEN003 ${message}`]);
  });

  it('says what is to be declared', async () => {
    expect((await only({ 'clusters/prodcluster02.yaml': '' })).help).toBe(
      'declare cluster `prodcluster02` in it, or delete the file',
    );
    expect((await only({ 'organization.yaml': '' })).help).toBe('declare the organization in it');
  });
});

describe('TEN004 yaml-syntax', () => {
  it('reports the first mistake of a file only', async () => {
    const text = solar.replace('metadata:', 'metadata').replace('admin }', 'admin').replace('view }', 'view ]');
    expect(await says({ 'tenants/solar.yaml': text })).toEqual([
      'tenants/solar.yaml:3:1 TEN004 this is not YAML: this line is not `key: value`',
    ]);
  });

  it('reports a bracket that is not closed where it is opened, and shows where it had to be closed', async () => {
    const found = await only(solarWith('audit, role: view }', 'audit, role: view'));
    expect(found).toMatchObject({
      message: 'this is not YAML: this `{` is not closed',
      primary: { location: { span: { start: { line: 11, column: 9 } } } },
      related: [{ location: { span: { start: { line: 12, column: 3 } } }, message: 'it must be closed before this' }],
      help: 'close it with `}`; if it is, indent that deeper than the line it began on',
    });
  });

  it('reports nesting that no config has', async () => {
    expect(await says({ 'tenants/lunar.yaml': '['.repeat(100_000) })).toEqual([
      'tenants/lunar.yaml:1:41 TEN004 more than 40 levels are nested here',
    ]);
  });
});

describe('TEN005 duplicate-key', () => {
  it('shows the first of the two', async () => {
    const found = await only(
      solarWith('    - name: prod\n', '    - name: prod\n      cordoned: true\n      "cordoned": false\n'),
    );
    expect(found).toMatchObject({
      code: 'TEN005',
      message: 'key `cordoned` is given twice in one mapping',
      primary: { location: { span: { start: { line: 15, column: 7 } } } },
      related: [{ location: { span: { start: { line: 14, column: 7 } } }, message: 'the first one' }],
    });
  });

  it('reports each that is too many, but not thousands of them', async () => {
    const found = await says({ 'tenants/lunar.yaml': 'a: x\n'.repeat(50_001) });
    expect(found).toHaveLength(20);
    expect(found[0]).toBe('tenants/lunar.yaml:2:1 TEN005 key `a` is given twice in one mapping');
    expect(found[19]).toBe(
      'tenants/lunar.yaml:21:1 TEN005 key `a` is given twice in one mapping (and 49980 more like this in the file)',
    );
  });
});

describe('TEN006 not-plain-yaml', () => {
  it.each([
    ['&x [prodcluster01]', ['9:15 TEN006 anchor `&x`: anchors and aliases are not allowed']],
    ['*x', ['9:15 TEN006 alias `*x`: anchors and aliases are not allowed']],
    ['!!seq [prodcluster01]', ['9:15 TEN006 tag `!!seq`: tags are not allowed']],
    ['{{ clusters }}', ['9:16 TEN006 a key must be text, not a list or a mapping']],
    [
      '{ !t [a, b]: c }',
      ['9:17 TEN006 tag `!t`: tags are not allowed', '9:20 TEN006 a key must be text, not a list or a mapping'],
    ],
    [
      '{ &x !t {a: b}: c }',
      [
        '9:17 TEN006 anchor `&x`: anchors and aliases are not allowed',
        '9:20 TEN006 tag `!t`: tags are not allowed',
        '9:23 TEN006 a key must be text, not a list or a mapping',
      ],
    ],
    ['{ __proto__: x }', ['9:17 TEN006 `__proto__` cannot be a key']],
    ['{ "": x }', ['9:17 TEN006 a key is empty']],
    ['{ <<: { a: x } }', ['9:17 TEN006 merge keys are not allowed']],
    ['{ <<: *x }', ['9:21 TEN006 alias `*x`: anchors and aliases are not allowed']],
  ])('reports `clusters: %s`', async (value, expected) => {
    const found = await says(solarWith('[prodcluster01]', value));
    expect(found).toEqual(expected.map((line) => `tenants/solar.yaml:${line}`));
  });

  it('reports a directive and a second document', async () => {
    expect(await says({ 'tenants/solar.yaml': `%YAML 1.1\n---\n${solar}---\n${lunar}` })).toEqual([
      'tenants/solar.yaml:1:1 TEN006 directive `%YAML`: directives are not allowed',
      'tenants/solar.yaml:18:1 TEN006 a second document begins here, and a config file has one',
    ]);
  });

  it('reports an anchor once, with the first places that use it', async () => {
    const uses = Array.from({ length: 5 }, (_, i) => `    - { name: n${i}, clusters: *x }\n`).join('');
    const { related } = await only({
      'tenants/solar.yaml': solar.replace('[prodcluster01]', '&x [prodcluster01]') + uses,
    });
    expect(related).toHaveLength(3);
    expect(related[0]).toMatchObject({ location: { span: { start: { line: 16, column: 29 } } }, message: 'used here' });
  });

  it('is quick about an alias bomb', async () => {
    const bomb = Array.from({ length: 30 }, (_, i) => `l${i}: &l${i} [${`*l${i - 1}, `.repeat(50)}]\n`).join('');
    const start = process.cpuUsage();
    expect((await says({ 'tenants/lunar.yaml': bomb })).length).toBeLessThanOrEqual(20);
    expect(secondsSince(start)).toBeLessThan(5);
  });
});

describe('TEN007 ambiguous-scalar', () => {
  it.each([
    ['no', '`no` is text here, but `false` to many YAML parsers'],
    ['On', '`On` is text here, but `true` to many YAML parsers'],
    ['0777', '`0777` is 511 to some YAML parsers and 777 to others'],
    ['089', '`089` is text to some YAML parsers and a number to others'],
    ['12:30', '`12:30` is text to some YAML parsers and a number to others'],
    ['1_000', '`1_000` is text to some YAML parsers and a number to others'],
  ])('reports %s', async (value, message) => {
    const found = await says(solarWith('  owners:', `  description: ${value}\n  owners:`));
    expect(found).toEqual([`tenants/solar.yaml:6:16 TEN007 ${message}`]);
  });

  it.each([
    ['      cordoned: no', '14:17'],
    ['      quota: { pods: 010 }', '14:22'],
    ['      state: off', '14:14'],
  ])('is the only one to speak where the type is wrong too: %s', async (line, place) => {
    const found = await says(solarWith('    - name: prod\n', `    - name: prod\n${line}\n`));
    expect(found.map((said) => said.split(' ').slice(0, 2).join(' '))).toEqual([`tenants/solar.yaml:${place} TEN007`]);
  });

  it('does not keep an unknown key from being reported', async () => {
    const found = await says(solarWith('    - name: prod\n', '    - name: prod\n      cordonned: yes\n'));
    expect(found.map((said) => said.split(' ')[1])).toEqual(['TEN008', 'TEN007']);
  });
});

describe('TEN008 unknown-key, TEN009 missing-key, TEN010 wrong-value', () => {
  it.each<[string, ExampleFiles, string[]]>([
    [
      'a misspelt key',
      solarWith('    - name: prod', '    - name: prod\n      cordonned: true'),
      ['14:7 TEN008 unknown key `cordonned` in an item of `namespaces`'],
    ],
    ['a key of the whole file', solarWith('spec:', 'status: {}\nspec:'), ['5:1 TEN008 unknown key `status`']],
    ['a key one level too high', solarWith('spec:', 'cordoned: true\nspec:'), ['5:1 TEN008 unknown key `cordoned`']],
    [
      'members of every object',
      solarWith('spec:\n', 'spec:\n  constructor: 1\n  toString: 2\n'),
      ['6:3 TEN008 unknown key `constructor` in `spec`', '7:3 TEN008 unknown key `toString` in `spec`'],
    ],
    [
      'several missing keys of one mapping',
      { 'tenants/solar.yaml': 'apiVersion: tenantry.dev/v1\nkind: Tenant\n' },
      ['1:1 TEN009 `metadata` and `spec` are missing'],
    ],
    [
      'a missing key of an item',
      solarWith(', role: admin', ''),
      ['15:11 TEN009 `role` is missing in an item of `sharedWith`'],
    ],
    [
      'neither of two keys',
      solarWith('group: solar-sre, ', ''),
      ['15:11 TEN009 `group`, `user` or `serviceAccount` is missing in an item of `sharedWith`'],
    ],
    [
      'both of two keys',
      solarWith('group: solar-sre, ', 'group: solar-sre, user: sue, '),
      ['15:37 TEN010 only one of `group`, `user` and `serviceAccount` may be given'],
    ],
    [
      'text for a mapping',
      solarWith('{ group: solar-sre, role: admin }', 'solar-sre'),
      ['15:11 TEN010 an item of `sharedWith` must be a mapping, not "solar-sre"'],
    ],
    [
      'a key without a value',
      solarWith('    clusters: [prodcluster01]', '    clusters:'),
      ['9:5 TEN010 `clusters` has no value'],
    ],
    [
      'a wrong name',
      solarWith('- name: prod', '- name: Prod_1'),
      [
        '13:13 TEN010 `name` must be lowercase letters, digits and hyphens, with a letter or digit at both ends, not "Prod_1"',
      ],
    ],
    [
      'another version',
      solarWith('/v1', '/v2'),
      ['1:13 TEN010 `apiVersion` must be `tenantry.dev/v1`, not "tenantry.dev/v2"'],
    ],
    ['another kind', solarWith('kind: Tenant', 'kind: Cluster'), ['2:7 TEN010 `kind` must be `Tenant`, not "Cluster"']],
    [
      'a manifest',
      { 'tenants/solar.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: solar, labels: {} }\n' },
      ['2:7 TEN010 `kind` must be `Tenant`, not "Namespace"'],
    ],
    ['a list', { 'tenants/solar.yaml': '- a\n- b\n' }, ['1:1 TEN010 the file must be a mapping, not a list']],
  ])('say one thing about %s', async (_, files, expected) => {
    expect(await says(files)).toEqual(expected.map((line) => `tenants/solar.yaml:${line}`));
  });

  it('speak about the first of very many only', async () => {
    const keys = Array.from({ length: 3000 }, (_, i) => `  k${i}: x\n`).join('');
    const found = await says({ 'tenants/solar.yaml': solar.replace('spec:\n', `spec:\n${keys}`) });
    expect(found).toHaveLength(20);
    expect(found[19]).toMatch(/ unknown key `k19` in `spec` \(and 2980 more like this in the file\)$/);
  });

  it('say nothing twice of a Secret', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: x }\ndata: { a: eA== }\n';
    expect(await says({ 'tenants/lunar.yaml': secret })).toEqual([
      'tenants/lunar.yaml:2:7 TEN018 this is a Kubernetes Secret, not a config file',
    ]);
  });
});
