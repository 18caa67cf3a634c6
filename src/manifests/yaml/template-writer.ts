import { at, textAt } from '../../values/json.ts';
import type { Identity, ObjectTemplate } from '../template.ts';
import { constructed, manifestOf } from '../template.ts';
import { scalarText, yamlText } from './yaml-text.ts';

/**
 * This file is speed and nothing else; a newcomer may skip it. What it writes for a template is, to the byte, what
 * `yamlText` writes for `manifestOf(template)`, and the tests hold it to that.
 *
 * Objects of the same shape differ in some texts alone. cdk8s constructs one of each shape, with marks in place of those
 * texts, and what it gives is filled in for all of them.
 */

/** What is written of a template. */
export interface Written {
  /** As `yamlText` writes the object. */
  readonly text: string;
  readonly identity: Identity;
}

/** What the objects of one shape have in common: its text before the first place where they differ, and after each. */
interface Shape {
  readonly start: string;
  readonly rest: readonly { readonly place: number; readonly text: string }[];
  readonly identity: (texts: readonly string[]) => Identity;
}

/** Writes templates, in one run. Those whose properties are the same but for the texts that are mapped are constructed once. */
export function templateWriter(): (item: ObjectTemplate) => Written {
  const shapes = new Map<string, Shape | undefined>();
  return (item) => {
    const texts: string[] = [];
    const scalars: string[] = [];
    const marked = item((text) => {
      const scalar = scalarText(text);
      // What takes several lines is part of the shape.
      if (scalar === undefined) return text;
      scalars.push(scalar);
      return markOf(texts.push(text) - 1);
    });
    const { key } = marked;
    if (!shapes.has(key)) shapes.set(key, shapeOf(constructed(marked), texts.length));
    const shape = shapes.get(key);
    if (!shape) {
      const manifest = manifestOf(item);
      return { text: yamlText([manifest]), identity: identityOf(manifest)([]) };
    }
    let text = shape.start;
    for (const part of shape.rest) text += (scalars[part.place] ?? '') + part.text;
    return { text, identity: shape.identity(texts) };
  };
}

/** A word that YAML needs not quote, in place of the text with this number. */
function markOf(place: number): string {
  return `tenantry.mark.${place}.end`;
}

const marks = /tenantry\.mark\.(\d+)\.end/;

/**
 * The shape of an object with marks. There is none where a mark is not all of a value, stands at more than one place or
 * at none: then the text that it stands for might not be written so.
 */
function shapeOf(manifest: unknown, count: number): Shape | undefined {
  const marked = textsIn(manifest).filter((text) => marks.test(text));
  const expected = new Set(Array.from({ length: count }, (_, place) => markOf(place)));
  if (marked.length !== count || !marked.every((text) => expected.delete(text))) return undefined;
  const [start = '', ...found] = yamlText([manifest]).split(marks);
  const rest = marked.map((_, i) => ({ place: Number(found[2 * i]), text: found[2 * i + 1] ?? '' }));
  return { start, rest, identity: identityOf(manifest) };
}

/** All texts of a manifest: its values, and its keys with what tells them apart from values. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return Object.entries(value).flatMap(([key, inner]) => [`${key}:`, ...textsIn(inner)]);
}

/** Reads an object's identity from what cdk8s gives, with texts in place of the marks in it. */
function identityOf(manifest: unknown): (texts: readonly string[]) => Identity {
  const [apiVersion, kind] = [textAt(manifest, 'apiVersion'), textAt(manifest, 'kind')];
  const [name, namespace] = [textAt(manifest, 'metadata', 'name'), textAt(manifest, 'metadata', 'namespace')];
  if (apiVersion === undefined || kind === undefined || name === undefined) throw new Error('cdk8s gave no object');
  const nameOf = slotOf(name);
  const namespaceOf = namespace === undefined ? undefined : slotOf(namespace);
  const labels = Object.entries(at(manifest, 'metadata', 'labels') ?? {}).map(
    ([key, value]) => [key, slotOf(String(value))] as const,
  );
  const same = labels.some(([, slot]) => slot.isMark) ? undefined : labelsOf(labels, []);
  return (texts) => ({
    apiVersion,
    kind,
    name: nameOf.text(texts),
    namespace: namespaceOf?.text(texts),
    labels: same ?? labelsOf(labels, texts),
  });
}

/** A text, or the place of one. */
interface Slot {
  readonly isMark: boolean;
  readonly text: (texts: readonly string[]) => string;
}

function slotOf(written: string): Slot {
  const place = marks.exec(written)?.[1];
  if (place === undefined) return { isMark: false, text: () => written };
  return { isMark: true, text: (texts) => texts[Number(place)] ?? written };
}

function labelsOf(labels: readonly (readonly [string, Slot])[], texts: readonly string[]): Identity['labels'] {
  return Object.fromEntries(labels.map(([key, slot]) => [key, slot.text(texts)]));
}
