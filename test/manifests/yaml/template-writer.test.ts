import { k8s } from 'cdk8s-plus-28';
import { expect, it } from 'vitest';
import type { TextMap } from '../../../src/manifests/template.ts';
import { manifestOf, template } from '../../../src/manifests/template.ts';
import { templateWriter } from '../../../src/manifests/yaml/template-writer.ts';
import { yamlText } from '../../../src/manifests/yaml/yaml-text.ts';

/** Ways in which a template can use a text that it maps, and whether the text is all of a value, once. */
const uses: readonly (readonly [string, (map: TextMap, text: string) => Record<string, string>])[] = [
  ['as a value', (map, text) => ({ a: map(text), b: 'c' })],
  ['as the last value', (map, text) => ({ b: 'c', z: map(text) })],
  ['behind something else', (map, text) => ({ a: `the ${map(text)}` })],
  ['before something else', (map, text) => ({ a: `${map(text)} too` })],
  ['behind what looks like a key', (map, text) => ({ a: `b: ${map(text)}` })],
  ['behind what looks like a list', (map, text) => ({ a: `- ${map(text)}` })],
  ['as a key', (map, text) => ({ [map(text)]: 'a' })],
  ['as a key among others', (map, text) => ({ [map(text)]: 'a', b: 'c', z: 'd' })],
  ['as the key of what looks like its mark', (map, text) => ({ [map(text)]: 'tenantry.mark.0.end' })],
  ['beside what looks like its mark', (map, text) => ({ a: map(text), b: 'tenantry.mark.0.end' })],
  ['on a line of its own', (map, text) => ({ a: `first\n${map(text)}\nlast` })],
  ['on a line that looks like a value', (map, text) => ({ a: `first\nb: ${map(text)}\nlast` })],
  ['twice', (map, text) => ({ a: map(text), b: map(text) })],
  [
    'at two places',
    (map, text) => {
      const mapped = map(text);
      return { a: mapped, b: mapped };
    },
  ],
  [
    'nowhere',
    (map, text) => {
      map(text);
      return { a: 'b' };
    },
  ],
  [
    'nowhere, and another as a value',
    (map, text) => {
      map(`${text}x`);
      return { a: map(text) };
    },
  ],
  [
    'at two places, and another nowhere',
    (map, text) => {
      map(`${text}x`);
      const mapped = map(text);
      return { a: mapped, b: mapped };
    },
  ],
  ['for its length alone', (map, text) => ({ a: `${map(text).length} characters` })],
  [
    'beside what looks like its mark, and another for its length alone',
    (map, text) => {
      const a = map(text);
      return { a, b: 'tenantry.mark.0.end', c: `${map(`${text}x`).length} characters` };
    },
  ],
];

const texts = ['plain', 'true', '12', 'a: b', "it's", '', ' ', '- a', 'tenantry.mark.0.end', 'two\nlines'];

it.each(uses)('writes a text that is used %s as in an object that is constructed by itself', (_, data) => {
  const write = templateWriter();
  for (const text of texts) {
    const item = template(k8s.KubeConfigMap, (map) => ({ metadata: { name: 'a' }, data: data(map, text) }));
    expect(write(item).text).toBe(yamlText([manifestOf(item)]));
  }
});

it('constructs objects of one shape once', () => {
  const write = templateWriter();
  let constructed = 0;
  class Counted extends k8s.KubeConfigMap {
    override toJson(): unknown {
      constructed++;
      return super.toJson();
    }
  }
  for (const text of ['plain', 'true', "it's"]) {
    const item = template(Counted, (map) => ({ metadata: { name: map(text) }, data: { a: map(`${text}: b`) } }));
    expect(write(item).identity.name).toBe(text);
  }
  expect(constructed).toBe(1);
});
