import type { ApiObjectProps } from 'cdk8s';
import { ApiObject, App, Chart } from 'cdk8s';
import { at, textAt } from '../json.ts';
import { scalarText, yamlText } from './yaml-text.ts';

/**
 * Objects of the same shape, of which there are tens of thousands: they differ in some texts alone, such as the name of a
 * binding and its subject. cdk8s constructs one of each shape, with marks in place of those texts, and what it gives is
 * filled in for all of them.
 */

/** What an object is told from others by. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An object as cdk8s gives it, its keys sorted. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Passes a text on, or puts something in its place. */
export type TextMap = (text: string) => string;

/** An object before it is constructed. */
export interface Draft {
  readonly identity: Identity;
  /** Its properties, with the texts that it does not share with others passed through a map. */
  readonly construct: (map: TextMap) => Constructed;
}

interface Constructed {
  /** All that the object is made of, as the map left it. */
  readonly key: string;
  readonly build: (chart: Chart) => void;
}

interface Kind<Props> {
  new (scope: Chart, id: string, props: Props): ApiObject;
  readonly GVK: { readonly apiVersion: string; readonly kind: string };
}

/** The draft of an object of a kind of cdk8s-plus. */
export function draft<Props>(
  kind: Kind<Props>,
  identity: Pick<Identity, 'name' | 'namespace' | 'labels'>,
  propsOf: (map: TextMap) => Props,
): Draft {
  const { GVK } = kind;
  return {
    identity: { ...GVK, ...identity },
    construct: (map) => {
      const props = propsOf(map);
      return {
        key: `${GVK.apiVersion} ${GVK.kind} ${JSON.stringify(props)}`,
        build: (chart) => {
          new kind(chart, 'object', props);
        },
      };
    },
  };
}

/** The draft of an object of a kind that cdk8s-plus does not have. */
export function apiObject(props: ApiObjectProps & { readonly metadata: Omit<Identity, 'apiVersion' | 'kind'> }): Draft {
  const { apiVersion, kind, metadata } = props;
  const { name, namespace, labels } = metadata;
  return {
    identity: { apiVersion, kind, name, ...(namespace !== undefined && { namespace }), labels },
    construct: () => ({
      key: JSON.stringify(props),
      build: (chart) => {
        new ApiObject(chart, 'object', props);
      },
    }),
  };
}

/** The object of a draft. */
export function manifestOf(item: Draft): Manifest {
  return only(item.construct((text) => text));
}

function only({ build }: Constructed): Manifest {
  // A chart of its own: within one app, cdk8s looks through all siblings for each new construct.
  const chart = new Chart(new App(), 'chart');
  build(chart);
  const [object, ...more] = chart.apiObjects;
  const manifest: unknown = object?.toJson();
  if (!isManifest(manifest) || more.length > 0) throw new Error('a draft constructs one object');
  return manifest;
}

function isManifest(value: unknown): value is Manifest {
  const metadata = at(value, 'metadata');
  return (
    textAt(value, 'apiVersion') !== undefined &&
    textAt(value, 'kind') !== undefined &&
    typeof metadata === 'object' &&
    metadata !== null
  );
}

/** What the objects of one shape have in common: its text before the first place where they differ, and after each. */
interface Shape {
  readonly start: string;
  readonly rest: readonly { readonly place: number; readonly text: string }[];
}

/**
 * Writes drafts, as `yamlText` writes their objects, in one run. Those whose properties are the same but for the texts
 * that went through the map are constructed once.
 */
export function draftWriter(): (item: Draft) => string {
  const shapes = new Map<string, Shape | undefined>();
  return (item) => {
    const texts: string[] = [];
    const constructed = item.construct((text) => {
      const written = scalarText(text);
      // What takes several lines is part of the shape.
      return written === undefined ? text : markOf(texts.push(written) - 1);
    });
    const { key } = constructed;
    if (!shapes.has(key)) shapes.set(key, shapeOf(yamlText([only(constructed)]), texts.length));
    const shape = shapes.get(key);
    if (!shape) return yamlText([manifestOf(item)]);
    let written = shape.start;
    for (const { place, text } of shape.rest) written += (texts[place] ?? '') + text;
    return written;
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
function shapeOf(text: string, count: number): Shape | undefined {
  const [start = '', ...found] = text.split(marks);
  const rest = Array.from({ length: found.length / 2 }, (_, i) => ({
    place: Number(found[2 * i]),
    text: found[2 * i + 1] ?? '',
  }));
  const isValue = [start, ...rest.map((part) => part.text)].every(
    (part, i) => (i === rest.length || /[:-] $/.test(part)) && (i === 0 || part.startsWith('\n')),
  );
  return isValue && rest.length === count && new Set(rest.map(({ place }) => place)).size === count
    ? { start, rest }
    : undefined;
}
