import { Yaml } from 'cdk8s';

/**
 * Documents as `Yaml.stringify` of cdk8s writes them, to the byte, and twenty times as fast: nearly all of a manifest is
 * mappings and lists of plain words, which are written here. A scalar that is not so plain is written by cdk8s, once for
 * each value, and a document with anything else in it as a whole (`test/manifests/yaml/`).
 */
export function yamlText(documents: readonly unknown[]): string {
  return documents.map(documentText).join('---\n');
}

function documentText(document: unknown): string {
  if (isMapping(document) && Object.keys(document).length > 0) {
    const text = mappingText(document, '');
    if (text !== undefined) return text;
  }
  const key = keyOf(document);
  const same = key === undefined ? undefined : wholeTexts.get(key);
  if (same !== undefined) return same;
  const text = Yaml.stringify(document);
  if (key !== undefined && wholeTexts.size < mostWholeTexts) wholeTexts.set(key, text);
  return text;
}

/** A document as JSON, where that says all: it knows no undefined, and not every number. */
function keyOf(document: unknown): string | undefined {
  let lost = 0;
  const key = JSON.stringify(document, (_, value: unknown) => {
    const isLost = typeof value === 'number' ? !Number.isFinite(value) || Object.is(value, -0) : value === undefined;
    if (isLost) lost++;
    return value;
  });
  return lost > 0 ? undefined : key;
}

/** Documents that cdk8s has written: policies, which hardly differ between clusters. */
const wholeTexts = new Map<string, string>();
const mostWholeTexts = 200;

/** Words and paths: nothing in them means anything in YAML, and they are no numbers. */
const plainWord = /^[A-Za-z_][A-Za-z0-9_./-]*(?::[A-Za-z0-9_./-]+)*$/;

/** Of these, what YAML 1.1 reads as something else than a string: `e1` as a number without digits before its exponent. */
const notAWord = /^(?:true|false|null|y|n|yes|no|on|off|e-?\d+)$/i;

function isPlain(text: string): boolean {
  return plainWord.test(text) && !notAWord.test(text);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The lines of a mapping, each with `indent` before it; undefined when cdk8s has to write it. */
function mappingText(mapping: Readonly<Record<string, unknown>>, indent: string): string | undefined {
  let text = '';
  for (const key in mapping) {
    const value = mapping[key];
    const written = isPlain(key) ? valueText(value, indent) : undefined;
    if (written === undefined) return undefined;
    text += `${indent}${key}:${written}`;
  }
  return text;
}

/** What comes after a key's colon, to the end of the line or over the next ones. */
function valueText(value: unknown, indent: string): string | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []\n';
    const items = listText(value, `${indent}  `);
    return items === undefined ? undefined : `\n${items}`;
  }
  if (isMapping(value)) {
    const inner = mappingText(value, `${indent}  `);
    return inner === '' ? ' {}\n' : inner === undefined ? undefined : `\n${inner}`;
  }
  const scalar = scalarText(value);
  return scalar === undefined ? undefined : ` ${scalar}\n`;
}

function listText(items: readonly unknown[], indent: string): string | undefined {
  let text = '';
  for (const item of items) {
    const inner = isMapping(item) ? mappingText(item, `${indent}  `) : scalarText(item);
    if (inner === undefined) return undefined;
    // The first line of a mapping begins behind the dash.
    const line = isMapping(item) ? (inner === '' ? '{}\n' : inner.slice(indent.length + 2)) : `${inner}\n`;
    text += `${indent}- ${line}`;
  }
  return text;
}

/** A scalar as it is written behind a key or a dash; undefined for one that takes several lines, or is no scalar. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return isPlain(value) ? value : oddText(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  return undefined;
}

/** Strings that are not plain, as cdk8s writes them; undefined for those that take several lines. */
const oddTexts = new Map<string, string | undefined>();

/** How many characters of them are held on to: what is written more than once is quantities, states and policies. */
const mostOddCharacters = 4_000_000;
let oddCharacters = 0;

function oddText(value: string): string | undefined {
  const known = oddTexts.get(value);
  if (known !== undefined || oddTexts.has(value)) return known;
  const [line = '', ...rest] = Yaml.stringify({ key: value }).split('\n');
  const written = rest.length === 1 && line.startsWith('key: ') ? line.slice('key: '.length) : undefined;
  if (oddCharacters + value.length <= mostOddCharacters) {
    oddCharacters += value.length;
    oddTexts.set(value, written);
  }
  return written;
}
