import { Yaml } from 'cdk8s';
import { quotedText, shownCharacter } from '../../values/quoted.ts';

/**
 * Documents as Kubernetes' readers read them back, whichever of them it is: kubectl and the API server take YAML by
 * `sigs.k8s.io/yaml`, Argo CD by others of Go's, and each has its own idea of what is a number, a word or a line. So a
 * text is written without quotes only where it is surely a text to all of them (docs/decisions/0040); apart from these
 * quotes and from escapes it is what `Yaml.stringify` of cdk8s writes. `test/yaml-readers/` asks the readers.
 */
export function yamlText(documents: readonly unknown[]): string {
  return documents.map(documentText).join('---\n');
}

function documentText(document: unknown): string {
  if (isMapping(document) && !isEmpty(document)) return mappingText(document, '');
  if (Array.isArray(document) && document.length > 0) return listText(document, '');
  return `${inlineText(document)}\n`;
}

/** Words and paths: nothing in them means anything in YAML, and they are no numbers. */
const plainWord = /^[A-Za-z_][A-Za-z0-9_./-]*(?::[A-Za-z0-9_./-]+)*$/;

/** Of these, what YAML 1.1 reads as something else than a string: `e1` as a number without digits before its exponent. */
const notAWord = /^(?:true|false|null|y|n|yes|no|on|off|e-?\d+)$/i;

/** Amounts and times with a unit: no reader takes a number with such an end for one, and manifests are full of them. */
const amount = /^[1-9][0-9]{0,17}(?:m|s|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi)$/;

/** What may stand without quotes where cdk8s writes it so: it begins as no number, mark or merge key does. */
const surelyText = /^[A-Za-z_/\p{L}]/u;

const allShown = new RegExp(`^${shownCharacter}*$`, 'u');
const halfCharacter = /\p{Surrogate}/u;

/** Lines that stand below `|` as they are: the first one says how far they are indented. */
const blockOfLines = new RegExp(String.raw`^(?! )${shownCharacter}+(?:\n+${shownCharacter}+)*\n?$`, 'u');

/** Longer than what may stand before a colon, in Go's readers: 1024 characters. */
const longKey = 1000;

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isEmpty(mapping: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(mapping).length === 0;
}

/** The lines of a mapping that is not empty, each with `indent` before it. */
function mappingText(mapping: Readonly<Record<string, unknown>>, indent: string): string {
  let text = '';
  for (const key in mapping) text += `${indent}${keyText(key, indent)}${valueText(mapping[key], indent)}`;
  return text;
}

/** A key and its colon. */
function keyText(key: string, indent: string): string {
  const written = scalarText(key) ?? quoted(key);
  return written.length <= longKey ? `${written}:` : `? ${written}\n${indent}:`;
}

/** What comes after a key's colon, to the end of the line or over the next ones. */
function valueText(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0) return `\n${listText(value, `${indent}  `)}`;
  if (isMapping(value) && !isEmpty(value)) return `\n${mappingText(value, `${indent}  `)}`;
  return ` ${blockText(value, indent) ?? inlineText(value)}\n`;
}

/** The items of a list that is not empty. */
function listText(items: readonly unknown[], indent: string): string {
  let text = '';
  for (const item of items) {
    const inner = `${indent}  `;
    // The first line of a mapping or a list begins behind the dash.
    if (isMapping(item) && !isEmpty(item)) text += `${indent}- ${mappingText(item, inner).slice(inner.length)}`;
    else if (Array.isArray(item) && item.length > 0) text += `${indent}- ${listText(item, inner).slice(inner.length)}`;
    else text += `${indent}- ${blockText(item, indent) ?? inlineText(item)}\n`;
  }
  return text;
}

/** A text of several lines as a block of them, without the last line's end; undefined for what is none. */
function blockText(value: unknown, indent: string): string | undefined {
  if (typeof value !== 'string' || !value.includes('\n') || !blockOfLines.test(value)) return undefined;
  const ends = value.endsWith('\n');
  const lines = (ends ? value.slice(0, -1) : value).replace(/^(?!$)/gm, `${indent}  `);
  return `${ends ? '|' : '|-'}\n${lines}`;
}

/** Whatever is no mapping, no list and no block, on one line. */
function inlineText(value: unknown): string {
  const scalar = scalarText(value);
  if (scalar !== undefined) return scalar;
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return '[]';
  if (isMapping(value)) return '{}';
  const written = Yaml.stringify(value ?? null).trimEnd();
  if (typeof value === 'object' && value !== null) throw new Error(`no plain value: ${written}`);
  return written;
}

/** A scalar as it is written behind a key or a dash; undefined for one that takes several lines, or is no scalar. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    if (plainWord.test(value) ? !notAWord.test(value) : amount.test(value)) return value;
    return value.includes('\n') ? undefined : oddText(value);
  }
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  return undefined;
}

/** Strings on one line that are no plain words, as they are written. */
const oddTexts = new Map<string, string>();

/** How many characters of them are held on to: what is written more than once is quantities, states and policies. */
const mostOddCharacters = 4_000_000;
let oddCharacters = 0;

function oddText(value: string): string {
  const known = oddTexts.get(value);
  if (known !== undefined) return known;
  const written = allShown.test(value) ? asCdk8s(value) : quoted(value);
  if (oddCharacters + value.length <= mostOddCharacters) {
    oddCharacters += value.length;
    oddTexts.set(value, written);
  }
  return written;
}

/** As cdk8s writes it, but for the quotes that it leaves out where readers differ. */
function asCdk8s(value: string): string {
  const written = Yaml.stringify([value]).slice('- '.length, -1);
  const isQuoted = written.startsWith('"') || written.startsWith("'");
  return isQuoted || surelyText.test(value) ? written : quoted(value);
}

/** A text in double quotes. Half a character has no place in YAML at all, and no config file holds one (TEN002). */
function quoted(value: string): string {
  if (halfCharacter.test(value)) throw new Error('a text with half a character in it cannot be written as YAML');
  return quotedText(value);
}
