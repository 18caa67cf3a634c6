import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Static } from '@sinclair/typebox';
import { didYouMean } from '../diagnostic.ts';
import type { PathStep } from '../source.ts';
import { pathKey } from './cursor.ts';
import type { Kind } from './schema.ts';
import { schemas } from './schema.ts';

/** One way in which a document differs from its schema. */
export interface Violation {
  readonly kind: 'unknown-key' | 'missing-key' | 'wrong-value';
  readonly path: readonly PathStep[];
  readonly message: string;
  readonly help?: string;
}

/**
 * A document checked against its kind's schema. `file` is undefined when nothing of it can be used; else the paths in
 * `failed`, and what is below them, are to be passed over, and all the rest has the shape that the type says.
 */
export interface Checked<K extends Kind> {
  readonly file: Static<(typeof schemas)[K]> | undefined;
  readonly failed: ReadonlySet<string>;
  /** The paths that have a failed one below them. */
  readonly damaged: ReadonlySet<string>;
  readonly violations: readonly Violation[];
}

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, verbose: true });
const validators: Partial<Record<Kind, ValidateFunction>> = {};

/** Checks a document against the schema of `kind`. Never throws: what is wrong comes back as violations. */
export function check<K extends Kind>(kind: K, document: unknown): Checked<K> {
  const validate = (validators[kind] ??= ajv.compile(schemas[kind]));
  const failed = new Set<string>();
  const damaged = new Set<string>();
  const checked = (file: Checked<K>['file'], violations: readonly Violation[]): Checked<K> => {
    return { file, failed, damaged, violations };
  };
  if (validate(document)) return checked(shaped(kind, document), []);

  const errors = (validate.errors ?? []).filter((e) => !impliedByOthers(e));
  const violations = errors.map((e) => violation(e, document));
  for (const error of validate.errors ?? []) {
    if (error.keyword === 'additionalProperties') continue;
    const path = dispensable(schemas[kind], pointerSteps(error.instancePath, document));
    if (path.length === 0) return checked(undefined, violations);
    failed.add(pathKey(path));
    for (const i of path.keys()) damaged.add(pathKey(path.slice(0, i)));
  }
  return checked(shaped(kind, document), violations);
}

function shaped<K extends Kind>(kind: K, document: unknown): Checked<K>['file'] {
  return hasShape(kind, document) ? document : undefined;
}

/** True by the check that was made before: everything outside the failed paths has the shape of the kind's schema. */
function hasShape<K extends Kind>(_kind: K, document: unknown): document is Static<(typeof schemas)[K]> {
  return typeof document === 'object' && document !== null;
}

/** ajv reports a `oneOf` once for itself and once for each branch; the branches say nothing more. */
function impliedByOthers(error: ErrorObject): boolean {
  return /\/oneOf\/\d+\//.test(error.schemaPath) || error.keyword === 'if';
}

/** The steps of a JSON pointer, with indices as numbers where the document has an array. */
function pointerSteps(pointer: string, document: unknown): PathStep[] {
  const steps: PathStep[] = [];
  let node = document;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    const step = Array.isArray(node) ? Number(key) : key;
    steps.push(step);
    node = valueAt(node, [step]);
  }
  return steps;
}

function valueAt(document: unknown, path: readonly PathStep[]): unknown {
  return path.reduce<unknown>((node, step) => {
    if (typeof node !== 'object' || node === null) return undefined;
    return Object.getOwnPropertyDescriptor(node, step)?.value;
  }, document);
}

interface SchemaNode {
  readonly type?: unknown;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly oneOf?: readonly SchemaNode[] | undefined;
  readonly items?: SchemaNode | undefined;
}

/**
 * The innermost part around `path` that the document is still well-formed without: an item of an array, or a property
 * that is not required. Empty when there is none.
 */
function dispensable(schema: SchemaNode, path: readonly PathStep[]): PathStep[] {
  let best = 0;
  let node: SchemaNode | undefined = schema;
  for (const [i, step] of path.entries()) {
    if (typeof step === 'number') {
      best = i + 1;
      node = node?.items;
    } else {
      if (!isNeeded(node, step)) best = i + 1;
      node = node?.properties?.[step];
    }
  }
  return path.slice(0, best);
}

/** Whether an object is no longer of its type without `key`: it is required, or one of several of which one is. */
function isNeeded(schema: SchemaNode | undefined, key: string): boolean {
  return [schema, ...(schema?.oneOf ?? [])].some((node) => node?.required?.includes(key));
}

function violation(error: ErrorObject, document: unknown): Violation {
  const path = pointerSteps(error.instancePath, document);
  const value = valueAt(document, path);
  const name = path.findLast((step) => typeof step === 'string') ?? 'the file';
  const described: unknown = error.parentSchema?.['description'];
  const about = typeof described === 'string' ? described : undefined;
  const wrong = (message: string, help = about): Violation => ({
    kind: 'wrong-value',
    path,
    message,
    ...(help !== undefined && { help }),
  });
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty']);
      const known = Object.keys(propertiesOf(error.parentSchema));
      const meant = didYouMean(key, known);
      return {
        kind: 'unknown-key',
        path: [...path, key],
        message: `unknown key \`${key}\`${path.length > 0 ? ` in \`${name}\`` : ''}`,
        help: meant ? `did you mean \`${meant}\`?` : `known here: ${known.map((k) => `\`${k}\``).join(', ')}`,
      };
    }
    case 'required': {
      const key = String(error.params['missingProperty']);
      const about = propertiesOf(error.parentSchema)[key]?.description;
      return {
        kind: 'missing-key',
        path,
        message: `\`${key}\` is missing${path.length > 0 ? ` in \`${name}\`` : ''}`,
        help: `add \`${key}\`${about ? `: ${about}` : ''}`,
      };
    }
    case 'oneOf': {
      const keys = oneOfKeys(error.parentSchema);
      const has = keys.filter((key) => valueAt(value, [key]) !== undefined);
      const list = keys.map((k) => `\`${k}\``);
      return {
        kind: has.length === 0 ? 'missing-key' : 'wrong-value',
        path,
        message:
          has.length === 0 ? `one of ${list.join(', ')} is missing` : `only one of ${list.join(', ')} may be given`,
        help:
          has.length === 0
            ? `add ${list.join(' or ')}`
            : `remove all but one of ${has.map((k) => `\`${k}\``).join(', ')}`,
      };
    }
    case 'type': {
      const wanted = typeName(error.params['type']);
      const quoted = wanted === 'text' && (typeof value === 'number' || typeof value === 'boolean');
      return wrong(
        `\`${name}\` must be ${wanted}, not ${shown(value)}`,
        quoted ? `write it in quotes: "${shown(value)}"` : about,
      );
    }
    case 'enum': {
      const allowed = stringsOf(error.params['allowedValues']);
      const meant = typeof value === 'string' ? didYouMean(value, allowed) : undefined;
      return wrong(
        `\`${name}\` cannot be ${shown(value)}`,
        meant ? `did you mean \`${meant}\`?` : `one of ${allowed.map((v) => `\`${v}\``).join(', ')}`,
      );
    }
    case 'const':
      return wrong(`\`${name}\` must be \`${String(error.params['allowedValue'])}\`, not ${shown(value)}`);
    default:
      return wrong(`\`${name}\` ${error.message ?? 'is not valid'}: ${shown(value)}`);
  }
}

/** What a value is, short enough for a message. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function typeName(type: unknown): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'object':
      return 'a mapping';
    case 'array':
      return 'a list';
    case 'integer':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    default:
      return String(type);
  }
}

function propertiesOf(schema: unknown): Readonly<Record<string, { description?: string } | undefined>> {
  return isRecord(schema) && isRecord(schema['properties'])
    ? Object.fromEntries(describedEntries(schema['properties']))
    : {};
}

function describedEntries(properties: Record<string, unknown>): [string, { description?: string }][] {
  return Object.entries(properties).map(([key, value]) => {
    const description = isRecord(value) ? value['description'] : undefined;
    return [key, typeof description === 'string' ? { description } : {}];
  });
}

function oneOfKeys(schema: unknown): string[] {
  const branches = isRecord(schema) && Array.isArray(schema['oneOf']) ? schema['oneOf'] : [];
  return branches.flatMap((branch: unknown) => (isRecord(branch) ? stringsOf(branch['required']) : []));
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
