import { oncePer } from '../../values/once.ts';
import type { SchemaNode } from './violations.ts';

/** A schema, as far as numbers and texts stand for each other in it. */
type Node = SchemaNode & { readonly patternProperties?: Readonly<Record<string, SchemaNode>> | undefined };

/** What of a schema may be written in two ways, itself or below it: the rest of a document is passed over. */
interface Differing {
  /** The first of the two ways. */
  readonly way?: string;
  readonly keys: readonly { readonly key: string; readonly part: Differing }[];
  /** Of every key of people's choosing. */
  readonly each?: Differing | undefined;
  readonly items?: Differing | undefined;
}

/** Undefined where nothing may. */
const differingIn = oncePer((schema: Node): Differing | undefined => {
  const types: unknown = schema.type;
  if (Array.isArray(types)) return { way: String(types[0]), keys: [] };
  const [ofAny] = Object.values(schema.patternProperties ?? {});
  const keys = Object.entries(schema.properties ?? {}).flatMap(([key, node]) => {
    const part = differingIn(node);
    return part ? [{ key, part }] : [];
  });
  const [each, items] = [ofAny && differingIn(ofAny), schema.items && differingIn(schema.items)];
  return keys.length > 0 || each || items ? { keys, each, items } : undefined;
});

/**
 * A document with what may be written as a number or as text (`type: [string, integer]`, as Kubernetes takes a quantity)
 * in the first of the two ways. What is of neither stays as it is: the schema has said so. The document itself is left
 * alone, and is given back where nothing in it is written the other way.
 */
export function asTyped(schema: Node, document: unknown): unknown {
  const differing = differingIn(schema);
  return differing ? typed(differing, document) : document;
}

function typed({ way, keys, each, items }: Differing, value: unknown): unknown {
  if (way !== undefined) return inFirstWay(way, value);
  if (isList(value)) return items ? mapped(value, items) : value;
  if (!isMapping(value)) return value;
  const parts = each ? [...keys, ...Object.keys(value).map((key) => ({ key, part: each }))] : keys;
  return parts.reduce((changed, { key, part }) => {
    const inner = value[key];
    const other = inner === undefined ? undefined : typed(part, inner);
    return other === inner ? changed : { ...changed, [key]: other };
  }, value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function mapped(items: readonly unknown[], differing: Differing): readonly unknown[] {
  const others = items.map((item) => typed(differing, item));
  return others.some((item, i) => item !== items[i]) ? others : items;
}

function inFirstWay(way: string, value: unknown): unknown {
  if (way === 'string' && typeof value === 'number') return String(value);
  if (way === 'integer' && typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return value;
}
