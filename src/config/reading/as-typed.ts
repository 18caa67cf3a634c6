import { oncePer } from '../../values/once.ts';
import type { SchemaNode } from './violations.ts';

/** A schema, as far as numbers and texts stand for each other in it. */
type Node = SchemaNode & { readonly patternProperties?: Readonly<Record<string, SchemaNode>> | undefined };

/** What of a schema's parts may be written in two ways, or has something below it that may. */
interface Differing {
  readonly keys: readonly (readonly [key: string, node: Node])[];
  /** Of every key of people's choosing. */
  readonly any?: Node;
  readonly items?: Node;
}

/** Worked out once for each part of a schema: nearly all of a document is not in it, and is passed over. */
const differingParts = oncePer((schema: Node): Differing => {
  const [any] = Object.values(schema.patternProperties ?? {});
  return {
    keys: Object.entries(schema.properties ?? {}).filter(([, node]) => mayDiffer(node)),
    ...(any && mayDiffer(any) && { any }),
    ...(schema.items && mayDiffer(schema.items) && { items: schema.items }),
  };
});

function mayDiffer(schema: Node): boolean {
  const { keys, any, items } = differingParts(schema);
  return Array.isArray(schema.type) || keys.length > 0 || any !== undefined || items !== undefined;
}

/**
 * A document with what may be written as a number or as text (`type: [string, integer]`, as Kubernetes takes a quantity)
 * in the first of the two ways. What is of neither stays as it is: the schema has said so. The document itself is left
 * alone, and is given back where nothing in it is written the other way.
 */
export function asTyped(schema: Node, value: unknown): unknown {
  const types: unknown = schema.type;
  if (Array.isArray(types)) return inFirstWay(types[0], value);
  const { keys, any, items } = differingParts(schema);
  if (isList(value)) return items ? mapped(value, items) : value;
  if (!isMapping(value)) return value;
  let changed: Record<string, unknown> | undefined;
  const put = (key: string, node: Node): void => {
    const inner = value[key];
    const typed = inner === undefined ? undefined : asTyped(node, inner);
    if (typed !== inner) changed = { ...(changed ?? value), [key]: typed };
  };
  for (const [key, node] of keys) put(key, node);
  if (any) for (const key of Object.keys(value)) put(key, any);
  return changed ?? value;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function mapped(items: readonly unknown[], schema: Node): readonly unknown[] {
  const typed = items.map((item) => asTyped(schema, item));
  return typed.some((item, i) => item !== items[i]) ? typed : items;
}

function inFirstWay(way: unknown, value: unknown): unknown {
  if (way === 'string' && typeof value === 'number') return String(value);
  if (way === 'integer' && typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return value;
}
