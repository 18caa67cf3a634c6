/**
 * A text as a CEL literal, in single quotes so that it needs no escapes in YAML, or in double ones. JSON's escapes are
 * among CEL's: https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values.
 */
export function celString(text: string, quote: "'" | '"' = "'"): string {
  const json = JSON.stringify(text);
  if (quote === '"') return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A CEL list of strings; a long one has an item a line, so that a change of it is a line in a diff. */
export function celList(items: readonly string[]): string {
  const literals = items.map((item) => celString(item));
  return literals.length <= 3 ? `[${literals.join(', ')}]` : `[\n${literals.map((l) => `  ${l}`).join(',\n')}\n]`;
}
