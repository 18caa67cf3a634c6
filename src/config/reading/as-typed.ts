import type { SchemaNode } from './violations.ts';

/** A schema, as far as numbers and texts stand for each other in it. */
type Node = SchemaNode & { readonly patternProperties?: Readonly<Record<string, SchemaNode>> | undefined };

/** The parts of schemas below which something may be written in two ways, as far as they have been looked at. */
const known = new WeakMap<Node, boolean>();

/**
 * A document with what may be written as a number or as text (`type: [string, integer]`, as Kubernetes takes a quantity)
 * in the first of the two ways. What is of neither stays as it is: the schema has said so. The document itself is left
 * alone, and is given back where nothing in it is written the other way.
 */
export function asTyped(schema: Node, value: unknown): unknown {
  if (!mayDiffer(schema)) return value;
  const types: unknown = schema.type;
  if (Array.isArray(types)) return inFirstWay(types[0], value);
  if (Array.isArray(value)) return schema.items ? mapped(value, schema.items) : value;
  if (typeof value !== 'object' || value === null) return value;
  const [any] = Object.values(schema.patternProperties ?? {});
  let changed: Record<string, unknown> | undefined;
  const entries: readonly [string, unknown][] = Object.entries(value);
  for (const [key, inner] of entries) {
    const node = schema.properties?.[key] ?? any;
    const typed = node ? asTyped(node, inner) : inner;
    if (typed !== inner) changed = { ...(changed ?? value), [key]: typed };
  }
  return changed ?? value;
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

function mayDiffer(schema: Node): boolean {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.patternProperties ?? {}),
    ...(schema.items ? [schema.items] : []),
  ];
  const may = Array.isArray(schema.type) || inner.map(mayDiffer).includes(true);
  known.set(schema, may);
  return may;
}
