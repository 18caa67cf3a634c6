import type { Static } from '@sinclair/typebox';
import type { PathStep } from '../../source/source.ts';
import { asTyped } from './as-typed.ts';
import { pathKey } from './cursor.ts';
import type { FileKind } from '../../settings/schema.ts';
import { schemas } from '../../settings/schema.ts';
import { validators } from './validators.ts';
import type { SchemaNode, Violation } from './violations.ts';
import { pointerSteps, violationsOf } from './violations.ts';

export type { Violation } from './violations.ts';

/**
 * A document checked against its kind's schema. `file` is undefined when nothing of it can be used; else the paths in
 * `failed`, and what is below them, are to be passed over, and all the rest has the shape that the type says.
 */
export interface Checked<K extends FileKind> {
  readonly file: Static<(typeof schemas)[K]> | undefined;
  readonly failed: ReadonlySet<string>;
  /** The paths that have a failed one below them. */
  readonly damaged: ReadonlySet<string>;
  readonly violations: readonly Violation[];
}

/** Checks a document against the schema of `kind`. Never throws: what is wrong comes back as violations. */
export function checkSchema<K extends FileKind>(kind: K, document: unknown): Checked<K> {
  const validate = validators[kind];
  const failed = new Set<string>();
  const damaged = new Set<string>();
  const checked = (file: Checked<K>['file'], violations: readonly Violation[]): Checked<K> => {
    return { file, failed, damaged, violations };
  };
  if (validate(document)) return checked(shaped(kind, document), []);

  const errors = validate.errors ?? [];
  const violations = violationsOf(kind, document, errors);
  for (const error of errors) {
    const unknown = error.keyword === 'additionalProperties' ? [String(error.params['additionalProperty'])] : [];
    // What nobody asks for does no harm; but of a record every key is asked for.
    if (unknown.length > 0 && !isRecordSchema(error.parentSchema)) continue;
    const path = dispensable(schemas[kind], [...pointerSteps(error.instancePath, document), ...unknown]);
    if (path.length === 0) return checked(undefined, violations);
    failed.add(pathKey(path));
    for (const i of path.keys()) damaged.add(pathKey(path.slice(0, i)));
  }
  return checked(shaped(kind, document), violations);
}

function shaped<K extends FileKind>(kind: K, document: unknown): Checked<K>['file'] {
  const typed = asTyped(schemas[kind], document);
  return hasShape(kind, typed) ? typed : undefined;
}

/** True by the check that was made before: everything outside the failed paths has the shape of the kind's schema. */
function hasShape<K extends FileKind>(_kind: K, document: unknown): document is Static<(typeof schemas)[K]> {
  return typeof document === 'object' && document !== null;
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

/** Whether a schema is of a mapping with keys of people's choosing. */
function isRecordSchema(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'patternProperties' in schema;
}

/** Whether an object is no longer of its type without `key`: it is required, or one of several of which one is. */
function isNeeded(schema: SchemaNode | undefined, key: string): boolean {
  return [schema, ...(schema?.oneOf ?? [])].some((node) => node?.required?.includes(key));
}
