import { redactSecrets } from '../../source/secrets.ts';

/** What a value is, short enough for a message. */
export function described(value: unknown): string {
  if (typeof value === 'string')
    return `"${clipped(redactSecrets(value)).replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return `\`${String(value)}\``;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a mapping' : 'nothing';
}

/** A text as far as there is room for it in a message. */
export function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Names in backquotes, in a sentence. */
export function listed(names: readonly string[], last = 'and'): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join() : `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1) ?? ''}`;
}

/** A sentence of a description, for use within one. */
export function asClause(sentence: string): string {
  const [first = ''] = sentence.split(/\.(?: |$)/, 1);
  // An initialism like `CPU` or `PEM` keeps its capitals.
  return /^[A-Z][a-z' ]/.test(first) ? `${first.charAt(0).toLowerCase()}${first.slice(1)}` : first;
}
