import type { ApiObjectProps } from 'cdk8s';
import { ApiObject, App, Chart } from 'cdk8s';
import type { Kind } from './kinds.ts';
import { apiVersionOf } from './kinds.ts';

/** What an object is told from others by. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Passes a text on, or puts something in its place. Tens of thousands of objects differ in some texts alone, such as the
 * name of a binding and its subject: what makes them hands those texts through a map, so that `yaml/` need not construct
 * each. A text that is not handed through costs time, and nothing else.
 */
export type TextMap = (text: string) => string;

/** An object before it is constructed: its properties, with the texts that it does not share with others mapped. */
export type ObjectTemplate = (map: TextMap) => Constructed;

/** What a template comes to with a map. */
export interface Constructed {
  /** All that the object is made of, as the map left it. */
  readonly key: string;
  readonly build: (chart: Chart) => void;
}

interface ConstructClass<Props> {
  new (scope: Chart, id: string, props: Props): ApiObject;
  readonly GVK: { readonly apiVersion: string; readonly kind: string };
}

/** The template of an object of a kind of cdk8s-plus. */
export function template<Props>(kind: ConstructClass<Props>, propsOf: (map: TextMap) => Props): ObjectTemplate {
  const { apiVersion, kind: name } = kind.GVK;
  return (map) => {
    const props = propsOf(map);
    return {
      key: `${apiVersion} ${name} ${JSON.stringify(props)}`,
      build: (chart) => {
        new kind(chart, 'object', props);
      },
    };
  };
}

/** The template of an object of a kind that cdk8s-plus does not have. */
export function apiObject(kind: Kind, rest: Omit<ApiObjectProps, 'apiVersion' | 'kind'>): ObjectTemplate {
  const props = { apiVersion: apiVersionOf(kind), kind, ...rest };
  return () => ({
    key: JSON.stringify(props),
    build: (chart) => {
      new ApiObject(chart, 'object', props);
    },
  });
}

/** The object of a template, as cdk8s gives it: its keys are sorted. */
export function manifestOf(item: ObjectTemplate): unknown {
  return constructed(item((text) => text));
}

/** The object that is built, as cdk8s gives it. */
export function constructed({ build }: Constructed): unknown {
  // A chart of its own: within one app, cdk8s looks through all siblings for each new construct.
  const chart = new Chart(new App(), 'chart');
  build(chart);
  const [object, ...more] = chart.apiObjects;
  if (!object || more.length > 0) throw new Error('a template constructs one object');
  return object.toJson();
}
