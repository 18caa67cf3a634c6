import { App, Chart, Yaml } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { accessGraph } from '../../../src/access/graph.ts';
import { readConfigFiles } from '../../../src/config/reading/files.ts';
import { resolve } from '../../../src/config/model/resolve.ts';
import { template, manifestOf } from '../../../src/manifests/template.ts';
import { templateWriter } from '../../../src/manifests/yaml/template-writer.ts';
import { namespaceObjects } from '../../../src/manifests/namespace.ts';
import { render } from '../../../src/manifests/render.ts';
import { yamlText } from '../../../src/manifests/yaml/yaml-text.ts';
import { memoryTree } from '../../../src/tree/tree.ts';
import { cases } from '../../support/cases.ts';
import { lawDay, organizationFiles, organizations } from '../../support/organizations.ts';

/** Strings that YAML may read as something else, or needs quotes, escapes or lines for. */
const strings = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      'Z',
      '_',
      '0',
      '.',
      ':',
      '-',
      '/',
      '#',
      ' ',
      '\n',
      '\t',
      '"',
      "'",
      '\\',
      '{',
      ']',
      ',',
      '&',
      '*',
      '!',
      '|',
      '>',
      '%',
      '@',
      '?',
      '~',
      '=',
      'é',
    ),
    maxLength: 8,
  }),
  fc.constantFrom(
    'true',
    'No',
    'on',
    'Y',
    'null',
    '~',
    '',
    '200',
    '0x1f',
    '1e3',
    'e0',
    'E-12',
    'e1234567',
    '1_000',
    '12:30',
    '0o7',
    '010',
    '.5',
    '-1',
  ),
  fc.constantFrom(
    '2026-01-01',
    '<<',
    '---',
    '...',
    '- a',
    'a: b',
    'a #b',
    '64Gi',
    '100m',
    'user:alice',
    'a:',
    '.inf',
    '=',
    'yes',
  ),
);
/** What manifests are made of: names, paths, amounts, expressions and sentences, none of which begins as a number may. */
const tameStrings = fc.oneof(
  fc.stringMatching(/^[A-Za-z_/][A-Za-z0-9_.:/ '"#,(){}-]{0,20}$/),
  fc.stringMatching(/^[A-Za-z][a-z .:]{0,9}\n[a-z ]{0,9}[a-z]\n?$/),
  fc.constantFrom(
    '',
    'true',
    'No',
    'null',
    '200',
    '64Gi',
    '100m',
    '2s',
    'é',
    '2',
    '1.30',
    '*',
    '- a',
    'a: b',
    '[a]',
    "'a",
  ),
);
const tameKeys = tameStrings.filter((text) => !text.includes('\n'));
const documentsOf = (strings: fc.Arbitrary<string>, keys = strings) =>
  fc.letrec<{ value: unknown; document: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      strings,
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
    document: fc.dictionary(keys, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  })).document;

interface ManifestLike {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
}

describe('writing manifests', () => {
  it('writes documents as cdk8s writes them, where every reader takes that for what was meant', () => {
    fc.assert(
      fc.property(fc.array(documentsOf(tameStrings, tameKeys), { minLength: 1, maxLength: 3 }), (documents) => {
        expect(yamlText(documents)).toBe(Yaml.stringify(...documents));
      }),
      { numRuns: cases(3000) },
    );
  });

  // test/yaml-readers/ asks those who read manifests; this needs no Go.
  it.each(['1.1', '1.2'] as const)('writes what is read back as YAML %s, whatever the texts are', (version) => {
    fc.assert(
      fc.property(documentsOf(strings), (document) => {
        expect(parse(yamlText([document]), { version, merge: true, uniqueKeys: true })).toEqual(document);
      }),
      { numRuns: cases(1500) },
    );
  });

  it('writes every short text as cdk8s writes it, or with quotes', () => {
    const all = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i));
    const some = all.filter((character) => 'aeEnNoOyY01_.:/-+'.includes(character));
    const texts = [
      ...all,
      ...all.flatMap((a) => all.map((b) => a + b)),
      ...some.flatMap((a) => some.flatMap((b) => some.map((c) => a + b + c))),
    ];
    const wrong = texts.filter((text) => {
      const quoted = JSON.stringify(text);
      return ![Yaml.stringify({ [text]: text }), `${quoted}: ${quoted}\n`].includes(yamlText([{ [text]: text }]));
    });
    expect(wrong).toEqual([]);
  });

  it('writes neither half a character nor what is no plain value', () => {
    expect(() => yamlText([{ a: '\ud800' }])).toThrow('half a character');
    expect(() => yamlText([{ a: new Date(0) }])).toThrow('no plain value');
  });

  it('gives namespaces the files that they have when each object is constructed where it stands', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const tree = memoryTree(organizationFiles(documents));
        const desired = resolve(await readConfigFiles(tree, () => Promise.reject(new Error('no TypeScript here'))));
        const graph = accessGraph(desired, lawDay);
        const { files, objects } = render(desired, graph.asOf);
        for (const { cluster, namespaces, accesses } of graph.clusters) {
          for (const entry of namespaces) {
            const held = accesses.filter(({ scope }) => scope.kind === 'Namespace' && scope.namespace === entry.name);
            const manifests = namespaceObjects({ organization: desired.organization, cluster }, entry, held).map(
              ({ template: item }) => {
                const chart = new Chart(new App(), 'chart');
                item((text) => text).build(chart);
                return chart.toJson()[0] as ManifestLike;
              },
            );
            const path = `${cluster.name}/namespaces/${entry.name}.yaml`;
            const [, ...body] = files.find((f) => f.path === path)?.text.split('\n') ?? [];
            expect(body.join('\n')).toBe(yamlText(manifests));
            const here = objects.filter((o) => o.path === path);
            expect(here.map((o) => o.manifest())).toEqual(manifests);
            // The rules about what is rendered judge what is written, not what was meant.
            expect(
              here.map(({ apiVersion, kind, name, namespace, labels }) => ({
                apiVersion,
                kind,
                metadata: { name, namespace, labels },
              })),
            ).toEqual(
              manifests.map(({ apiVersion, kind, metadata: { name, namespace, labels } }) => ({
                apiVersion,
                kind,
                metadata: { name, namespace, labels },
              })),
            );
          }
        }
      }),
      { numRuns: cases(30) },
    );
  });

  it('gives objects of one shape the texts of each, whatever these are', () => {
    const words = fc.oneof(
      fc.constantFrom(
        'tenantry.mark.0.end',
        'tenantry.mark.1.end',
        'a tenantry.mark.0.end',
        'two\nlines tenantry.mark.0.end',
        '',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(words, words, words), { minLength: 2 }), (texts) => {
        const write = templateWriter();
        for (const [name, label, fixed] of texts) {
          const item = template(k8s.KubeConfigMap, (map) => ({
            metadata: { name: map(name), labels: { fixed, own: map(label) } },
            data: { fixed, own: map(label) },
          }));
          const manifest = manifestOf(item) as ManifestLike;
          const { name: written, labels } = write(item).identity;
          expect(write(item).text).toBe(yamlText([manifest]));
          expect({ name: written, labels }).toEqual(manifest.metadata);
        }
      }),
      { numRuns: cases(500) },
    );
  });
});
