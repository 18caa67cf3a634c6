import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { resolve } from '../../src/config/model/resolve.ts';
import { readConfigFiles, sourcesOf } from '../../src/config/reading/files.ts';
import { typescriptEvaluator } from '../../src/config/typescript/evaluator.ts';
import { typescriptLocator } from '../../src/config/typescript/locator.ts';
import { rules } from '../../src/rules/index.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { checkConfig } from '../../src/rules/run.ts';
import type { PlacedDiagnostic } from '../../src/source/diagnostic.ts';
import { placeDiagnostics } from '../../src/source/diagnostic.ts';
import { yamlLocator } from '../../src/source/source.ts';
import { mendText, withValueAt } from '../../src/source/splice.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { configExample, exampleDay, exampleFiles } from '../support/examples.ts';

/** Who follows the help of a rule's bad example comes to files without that error, and without a new one. */

type Files = Readonly<Record<string, string | Uint8Array>>;

const evaluate = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 10_000 });

async function check(all: Files, asOf: string): Promise<PlacedDiagnostic[]> {
  const files = await readConfigFiles(memoryTree(all), evaluate);
  const found = checkConfig(rules, { files, desired: resolve(files), asOf });
  return placeDiagnostics(found, sourcesOf(files), (source) =>
    source.language === 'yaml' ? Promise.resolve(yamlLocator(source)) : typescriptLocator(source),
  );
}

/**
 * What the help of a rule without a machine-readable mend says to remove: the item or the key that is so many steps above
 * the place that is pointed at.
 */
const removals: Readonly<Record<string, number>> = {
  TEN319: 0,
  TEN108: 1,
  TEN109: 1,
  TEN110: 1,
  TEN117: 0,
  TEN213: 0,
  TEN214: 0,
  TEN222: 0,
  TEN302: 1,
  TEN303: 1,
  TEN305: 0,
  TEN308: 0,
  TEN330: 0,
  TEN402: 1,
  TEN407: 0,
  TEN409: 1,
};

/** The rules whose help is no single edit that a program could make, and why. */
const byHand: Readonly<Record<string, string>> = {
  TEN001: 'the file is to be made readable',
  TEN002: 'of bytes, not of a value; the command that it gives is run in test/whole/help.test.ts',
  TEN003: 'what is to be declared is for its author to say',
  TEN004: 'one of several mistakes in the syntax',
  TEN005: 'which of the two is meant is for its author to say',
  TEN006: 'what an alias stands for is written out in several places',
  TEN009: 'the value is for its author to say',
  TEN012: 'one of two files goes',
  TEN014: 'a whole file is missing',
  TEN015: 'the file is written anew in another language',
  TEN016: 'what the code does is for its author to say',
  TEN018: 'the secret has to be changed as well',
  TEN202: 'a name of the author’s choice',
  TEN203: 'the name that the identity provider has',
  TEN204: 'a name of the author’s choice',
  TEN205: 'a name of the author’s choice',
  TEN206: 'the key and the value change together, and so does the namespace',
  TEN207: 'a name of the author’s choice',
  TEN208: 'a name of the author’s choice',
  TEN209: 'a name of the author’s choice',
  TEN211: 'which of the two is meant is for its author to say',
  TEN212: 'a name of the author’s choice',
  TEN216: 'the address is for its author to say',
  TEN217: 'a choice of two',
  TEN223: 'what is left out is for its author to say',
  TEN224: 'the password has to be changed as well',
  TEN225: 'what is production is for the admins to say',
  TEN226: 'what would be refused has to be seen to first',
  TEN301: 'another group of the author’s choice',
  TEN306: 'a name of the author’s choice, in several places',
  TEN307: 'an id of the author’s choice',
  TEN309: 'the certificate is the cluster’s',
  TEN310: 'two steps, in two changes',
  TEN311: 'a choice of two',
  TEN312: 'the cluster is upgraded',
  TEN313: 'another account of the author’s choice',
  TEN314: 'what the identity provider has decides',
  TEN107: 'a role of the author’s choice: none is near to the one that is named',
  TEN112: 'the certificate is the cluster’s',
  TEN316: 'the resource moves to another rule of the role',
  TEN702: 'the amount is for its author to say',
  TEN106: 'which of the circle goes is for its author to say',
  TEN111: 'whether they are one group is for the admins to say',
  TEN114: 'which group is for the admins to say',
  TEN115: 'the clusters are for the author to say',
  TEN116: 'the namespace is for the author to say',
  TEN118: 'a choice of two',
  TEN403: 'a day of the author’s choice, up to the one that is named',
  TEN404: 'which of the two dates is wrong is for its author to say',
  TEN405: 'another budget, or a later end',
  TEN406: 'whose quota changes is for its author to say',
  TEN408: 'the certificate is the cluster’s',
  TEN410: 'the amount is for its author to say',
  TEN125: 'which team each is, is for the admins to say',
  TEN324: 'what the identity provider does decides',
  TEN325: 'what the identity provider has decides',
  TEN327: 'what the tokens of the provider hold decides',
  TEN328: 'what the identity provider says of itself decides',
  TEN329: 'what the identity provider has decides',
  TEN120: 'whether there is a user of that name is for its author to say',
  TEN220: 'the password has to be changed as well',
  TEN221: 'the address is for its author to say',
  TEN412: 'the unit is for its author to say',
  TEN709: 'what the base says is not in the files',
  TEN710: 'what the base says is not in the files',
  TEN712: 'about a change',
  TEN318: 'another name is for its author to say',
};

const step = (path: string): (string | number)[] =>
  Array.from(path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g), ([, index, quoted, plain]) =>
    index === undefined ? (quoted ?? plain ?? '') : Number(index),
  );

/** The files after the help of a diagnostic was followed; undefined where it is none that can be. */
function followed(files: Files, d: PlacedDiagnostic): Files | undefined {
  const { file, span, path } = d.primary;
  const text = files[file];
  if (d.mend !== undefined && span && typeof text === 'string') {
    const mended = text.slice(0, span.start.offset) + mendText(file, d.mend) + text.slice(span.end.offset);
    return { ...files, [file]: mended };
  }
  const granted = /ask the admins for `grants: (\{.*\})` in the `spec` of organization\.yaml/.exec(d.help ?? '')?.[1];
  if (granted !== undefined) return withGrants(files, granted);
  const renamed = /rename (?:it|the file) to ([\w./-]+)/.exec(d.help ?? '')?.[1];
  if (renamed !== undefined && text !== undefined) {
    const name = /the cluster in it to `([^`]+)`/.exec(d.help ?? '')?.[1];
    const { [file]: moved = '', ...others } = files;
    const inIt =
      typeof moved === 'string' && name !== undefined ? moved.replace(/^ {2}name: .*$/m, `  name: ${name}`) : moved;
    return { ...others, [renamed]: inIt };
  }
  const [, share, to] = /^add `(\{[^`]+\})` to `sharedWith` in (\S+\.yaml)/.exec(d.help ?? '') ?? [];
  if (share !== undefined && to !== undefined) return withItem(files, to, ['spec', 'sharedWith'], share);
  const above = removals[d.code];
  if (above === undefined || typeof text !== 'string') return undefined;
  const document = parseDocument(text);
  const steps = step(path);
  document.deleteIn(above === 0 ? steps : steps.slice(0, -above));
  return { ...files, [file]: document.toString() };
}

function withGrants(files: Files, granted: string): Files {
  const text = files['organization.yaml'];
  const values: unknown = parseDocument(granted).toJS();
  if (typeof text !== 'string' || typeof values !== 'object' || values === null) throw new Error('no organization');
  let mended: string | undefined = text;
  for (const [tenant, keys] of Object.entries(values)) {
    const entries: Record<string, unknown> = {};
    if (typeof keys === 'object' && keys !== null) Object.assign(entries, keys);
    for (const [key, value] of Object.entries(entries)) {
      mended = mended && withValueAt(mended, ['spec', 'grants', tenant, key], value);
    }
  }
  return { ...files, 'organization.yaml': mended ?? text };
}

function withItem(files: Files, file: string, path: readonly string[], item: string): Files {
  const text = files[file];
  if (typeof text !== 'string') throw new Error(`there is no ${file}`);
  const document = parseDocument(text);
  document.addIn(path, parseDocument(item).contents);
  return { ...files, [file]: document.toString() };
}

const aboutConfig = rules.filter(({ level }) => level !== 'change' && level !== 'rendered');

describe.each(aboutConfig.map((rule): [string, Rule] => [rule.code, rule]))('the help of %s', (code, rule) => {
  it('leads to files without the error, and without a new one; or it is said why no program can follow it', async () => {
    const example = configExample(rule, 'bad');
    const asOf = example.asOf ?? exampleDay;
    let files: Files = exampleFiles(example);
    const before = new Set(
      (await check(files, asOf)).filter(({ severity }) => severity === 'error').map((d) => d.code),
    );
    for (let followedUp = 0; ; followedUp++) {
      const found = await check(files, asOf);
      const own = found.filter((d) => d.code === code);
      const mended = own.map((d) => followed(files, d)).find((one) => one !== undefined);
      if (followedUp === 0 && !mended) {
        expect(byHand[code], `${own[0]?.message ?? ''}: ${own[0]?.help ?? ''}`).toBeDefined();
        return;
      }
      const fresh = found.filter((d) => d.severity === 'error' && !before.has(d.code));
      expect(fresh.map((d) => `${d.code} ${d.message}`)).toEqual([]);
      if (own.length === 0) break;
      if (!mended || followedUp > 10) {
        // Of several, those that can be followed are.
        expect(followedUp).toBeGreaterThan(0);
        expect(byHand[code] ?? '', own[0]?.message).not.toBe('');
        return;
      }
      files = mended;
    }
    expect(byHand[code]).toBeUndefined();
  });
});
