import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryTree, worktree } from '../../../src/tree/tree.ts';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { evaluate, expectProblem, valueOf } from '../../support/typescript.ts';

describe('a shared file', () => {
  const common = `export const audit = { group: 'audit', role: 'view' };\nexport const check = (name: string) => {\n  if (name === '') throw new Error('no name');\n  return name;\n};\n`;

  it('is imported from beside the config file, and from the other folder', async () => {
    const tree = memoryTree({
      'tenants/_common.ts': `import { zone } from '../clusters/_zones.ts';\n${common}export const labels = { zone };\n`,
      'clusters/_zones.ts': `export const zone = 'a';\n`,
    });
    const text = `import { audit, labels } from './_common.ts';\nimport { zone } from '../clusters/_zones.ts';\nexport default { audit, labels, zone };`;
    expect(await valueOf(text, tree)).toEqual({
      audit: { group: 'audit', role: 'view' },
      labels: { zone: 'a' },
      zone: 'a',
    });
  });

  const files = {
    'tenants/_common.ts': common,
    'tenants/_throws.ts': `const a = 1;\nthrow new Error('always' + a);\n`,
    'tenants/_broken.ts': 'export const a = ;\n',
    'tenants/_outer.ts': `export { a } from './_broken.ts';\n`,
    'tenants/_hidden.ts': 'export const a = "\u200b";\n',
    'tenants/_bytes.ts': new Uint8Array([0xff, 0xfe, 0x00]),
    'tenants/_large.ts': `// ${'x'.repeat(200_000)}`,
    'tenants/_back.ts': `import a from './solar.ts';\nexport { a };\n`,
    'tenants/_fs.ts': `export { readFileSync } from 'node:fs';\n`,
    'tenants/_types.d.ts': 'export declare const a: 1;\n',
    'tenants/_data.json': '{}',
    'tenants/green.ts': 'export default {};\n',
    'scripts/_build.ts': 'export const a = 1;\n',
    '_root.ts': 'export const a = 1;\n',
  };
  it.each([
    ['./_common.ts', 'a', 'no matching export in `tenants/_common.ts` for import `a`', 'a'],
    ['./_throws.ts', '* as a', 'the code throws Error: always1, at tenants/_throws.ts:2:7', "'./_throws.ts';"],
    ['./_broken.ts', 'a', 'unexpected `;`, at tenants/_broken.ts:1:18'],
    ['./_outer.ts', 'a', 'unexpected `;`, at tenants/_broken.ts:1:18'],
    ['./_hidden.ts', 'a', '`tenants/_hidden.ts:1:19` holds an invisible character, U+200B'],
    ['./_bytes.ts', 'a', '`tenants/_bytes.ts` is not UTF-8 text'],
    ['./_large.ts', 'a', '`tenants/_large.ts` is larger than 128 KiB'],
    ['./_absent.ts', 'a', 'there is no file `tenants/_absent.ts`'],
    ['./_back.ts', 'a', /^`\.\/solar.ts` is no shared file: .*, at tenants\/_back.ts:1:15$/],
    ['./_fs.ts', 'readFileSync as a', /^config files may not import `node:fs`: .*, at tenants\/_fs.ts:1:30$/],
    ['./_common', 'audit as a', '`./_common` does not name a `.ts` file: write `./_common.ts`'],
    ['./_common.js', 'audit as a', '`./_common.js` does not name a `.ts` file: write `./_common.ts`'],
    ['./_types.d.ts', 'a', /is no shared file/],
    ['./_data.json', 'a', /is no shared file/],
    ['./green.ts', 'default as a', /is no shared file/],
    ['./solar.ts', 'default as a', /is no shared file/],
    ['../scripts/_build.ts', 'a', /is no shared file/],
    ['../_root.ts', 'a', /is no shared file/],
    [
      '../tenants/../../tenants/_common.ts',
      'audit as a',
      "`../tenants/../../tenants/_common.ts` is outside the organization's folder",
    ],
    ['../../../../etc/_passwd.ts', 'a', "`../../../../etc/_passwd.ts` is outside the organization's folder"],
    ['/etc/_passwd.ts', 'a', /^config files may not import `\/etc\/_passwd.ts`/],
    ['file:///etc/_passwd.ts', 'a', /^config files may not import/],
    ['data:text/javascript,export const a = 1', 'a', /^config files may not import/],
  ])('%s cannot be what it should not be', async (specifier, names, detail, at = `'${specifier}'`) => {
    const bindings = names.startsWith('*') ? names : `{ ${names} }`;
    const text = `// '${specifier.slice(1)}'\nimport ${bindings} from '${specifier}';\nexport default { a };\n`;
    await expectProblem(evaluate(text, memoryTree(files)), at, detail);
  });

  it('that throws when it is called points at the call', async () => {
    const text = `import { check } from './_common.ts';\nexport default {\n  name: check(''),\n};\n`;
    await expectProblem(
      evaluate(text, memoryTree(files)),
      'check',
      'the code throws Error: no name, at tenants/_common.ts:3:26',
    );
  });

  it('is never a link', async () => {
    const root = temporaryFolder();
    writeFiles(root, { 'tenants/green.ts': common, 'elsewhere/_common.ts': common });
    symlinkSync('../elsewhere/_common.ts', join(root, 'tenants/_common.ts'));
    symlinkSync('elsewhere', join(root, 'clusters'));
    const text = (from: string): string => `import { audit } from '${from}';\nexport default audit;\n`;
    await expectProblem(
      evaluate(text('./_common.ts'), worktree(root)),
      `'./_common.ts'`,
      '`tenants/_common.ts` is a symlink, not a file',
    );
    await expectProblem(
      evaluate(text('../clusters/_common.ts'), worktree(root)),
      `'../clusters/_common.ts'`,
      'there is no file `clusters/_common.ts`',
    );
  });
});
