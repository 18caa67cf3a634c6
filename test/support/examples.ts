import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ExampleFiles } from '../../src/app/rule-examples.ts';
import { exampleIn, folderOfRule } from '../../src/app/rule-examples.ts';
import type { BindingChange, ChangeRule, RenderedObject, Rule } from '../../src/rules/rule.ts';
import { atFile } from '../../src/source/diagnostic.ts';

export type { ExampleFiles };

export interface ConfigExample {
  readonly files: ExampleFiles;
  /** Default: `exampleDay`. */
  readonly asOf?: string;
}

export interface ChangeExample {
  readonly before: ExampleFiles;
  /** Laid over `before`. */
  readonly after: ExampleFiles;
  /** Default: `exampleDay`. */
  readonly asOf?: string;
  readonly bindings?: readonly BindingChange[];
}

/** What the folders of a rule's examples cannot hold: `example.json` beside them. */
interface Declared {
  readonly asOf?: string;
  /** The bindings of `dist/` that a change touches. */
  readonly bindings?: { readonly bad: readonly BindingChange[]; readonly good: readonly BindingChange[] };
}

/** The day that examples are checked on, unless they say otherwise. */
export const exampleDay = '2026-01-15';

const rulesFolder = join(import.meta.dirname, '../../src/rules');

function fileOf(path: string): string {
  return readFileSync(join(rulesFolder, 'example-organization', path), 'utf8');
}

/** A certificate made for the examples; nobody has its key. */
export const exampleCertificate = fileOf('clusters/example-ca.pem');

/** A small organization without a fault: what the rules' examples are laid over. */
export const exampleOrganization = {
  'organization.yaml': fileOf('organization.yaml'),
  'clusters/prodcluster01.yaml': fileOf('clusters/prodcluster01.yaml'),
  'clusters/example-ca.pem': exampleCertificate,
  'tenants/solar.yaml': fileOf('tenants/solar.yaml'),
} as const satisfies ExampleFiles;

/** The example's organization, which grants its tenant something, in YAML's flow style: `{ network: None }`. */
export function granted(toSolar: string): ExampleFiles {
  return { 'organization.yaml': `${exampleOrganization['organization.yaml']}  grants: { solar: ${toSolar} }\n` };
}

/** The files of an example, laid over the example organization. */
export function exampleFiles({ files }: ConfigExample): Record<string, string | Uint8Array> {
  const merged: ExampleFiles = { ...exampleOrganization, ...files };
  return Object.fromEntries(
    Object.entries(merged).flatMap(([path, content]) => (content === null ? [] : [[path, content]])),
  );
}

/** The files of both sides of an example of a change. */
export function exampleSides({ before, after }: Pick<ChangeExample, 'before' | 'after'>): {
  readonly before: Record<string, string | Uint8Array>;
  readonly after: Record<string, string | Uint8Array>;
} {
  return { before: exampleFiles({ files: before }), after: exampleFiles({ files: { ...before, ...after } }) };
}

/** The folder that holds a rule and its examples. */
export function ruleFolder(rule: Rule): string {
  return folderOfRule(rulesFolder, rule);
}

/** An example of a rule about the config. */
export function configExample(rule: Rule, which: 'bad' | 'good'): ConfigExample {
  const folder = ruleFolder(rule);
  const { asOf } = declaredIn(folder);
  return { files: exampleIn(join(folder, which)), ...(asOf !== undefined && { asOf }) };
}

/** An example of a rule about a change. */
export function changeExample(rule: ChangeRule, which: 'bad' | 'good'): ChangeExample {
  const folder = ruleFolder(rule);
  const { asOf, bindings } = declaredIn(folder);
  return {
    before: exampleIn(join(folder, which, 'before')),
    after: exampleIn(join(folder, which, 'after')),
    ...(asOf !== undefined && { asOf }),
    ...(bindings && { bindings: bindings[which] }),
  };
}

function declaredIn(folder: string): Declared {
  const path = join(folder, 'example.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Declared) : {};
}

/** An object of an example about the rendered tree, as `objects.yaml` has it. */
interface WrittenObject extends Omit<RenderedObject, 'cluster' | 'source'> {
  /** The file of the organization that it comes from. */
  readonly from: string;
  /** So many of them, with a number in place of `{n}` in the name. */
  readonly times?: number;
}

/** An example of a rule about the rendered tree. */
export function renderedExample(rule: Rule, which: 'bad' | 'good'): RenderedObject[] {
  const written = parse(readFileSync(join(ruleFolder(rule), which, 'objects.yaml'), 'utf8')) as WrittenObject[];
  return written.flatMap(({ from, times = 1, ...object }) => {
    const [cluster = ''] = object.path.split('/', 1);
    return Array.from({ length: times }, (_, n) => {
      return { ...object, name: object.name.replace('{n}', String(n)), cluster, source: atFile(from) };
    });
  });
}
