import { quotedText } from '../values/quoted.ts';

/**
 * A text as a CEL literal, in single quotes so that it needs no escapes in YAML, or in double ones. What nobody sees in it
 * is escaped.
 */
export function celString(text: string, quote: "'" | '"' = "'"): string {
  const json = quotedText(text);
  if (quote === '"') return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A CEL list of strings; a long one has an item a line, so that a change of it is a line in a diff. */
export function celList(items: readonly string[]): string {
  const literals = items.map((item) => celString(item));
  return literals.length <= 3 ? `[${literals.join(', ')}]` : `[\n${literals.map((l) => `  ${l}`).join(',\n')}\n]`;
}
