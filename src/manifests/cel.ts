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
  return literal(
    items.map((item) => celString(item)),
    { open: '[', close: ']' },
  );
}

/** A CEL map with these keys, each to `true`; it is written as a list is. */
export function celMap(keys: readonly string[]): string {
  return literal(
    keys.map((key) => `${celString(key)}: true`),
    { open: '{', close: '}' },
  );
}

function literal(items: readonly string[], { open, close }: { readonly open: string; readonly close: string }): string {
  return items.length <= 3
    ? `${open}${items.join(', ')}${close}`
    : `${open}\n${items.map((i) => `  ${i}`).join(',\n')}\n${close}`;
}
