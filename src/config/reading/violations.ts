import type { ErrorObject } from 'ajv';
import type { Mend } from '../../source/diagnostic.ts';
import { didYouMean } from '../../source/diagnostic.ts';
import { groupedBy } from '../../values/order.ts';
import type { PathStep } from '../../source/source.ts';
import { formOf } from './forms.ts';
import { asClause, clipped, described, listed } from './words.ts';
import type { FileKind } from '../../settings/schema.ts';
import { quotaKeys } from '../../settings/quota.ts';
import { apiVersion, schemas } from '../../settings/schema.ts';

/** One way in which a document differs from its schema. */
export interface Violation {
  readonly kind: 'unknown-key' | 'missing-key' | 'wrong-value';
  /** Where it is: of a missing key, what lacks it. */
  readonly path: readonly PathStep[];
  readonly message: string;
  readonly help?: string;
  /** Of an unknown key: the one that it was meant to be. */
  readonly meant?: string;
  /** What to write in the place of the key or the value, where the help is that alone. */
  readonly mend?: Mend | undefined;
}

/** A schema, as far as anyone looks into one. */
export interface SchemaNode {
  readonly type?: unknown;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly oneOf?: readonly SchemaNode[] | undefined;
  readonly items?: SchemaNode | undefined;
}

/** ajv's errors about a document, in words: one violation for each mistake. */
export function violationsOf(kind: FileKind, document: unknown, errors: readonly ErrorObject[]): Violation[] {
  const identity = mistakenIdentity(kind, document);
  if (identity) return [identity];
  // ajv reports a `oneOf` once for itself and once for each branch; the branches say nothing more.
  const own = errors.filter((error) => !/\/oneOf\/\d+\//.test(error.schemaPath));
  return Array.from(groupedBy(own, (error) => error.instancePath)).flatMap(([pointer, here]) => {
    const path = pointerSteps(pointer, document);
    return violationsAt(kind, { path, value: path.reduce(valueAt, document), name: nameOf(path) }, here);
  });
}

/** The steps of a JSON pointer, with indices as numbers where the document has an array. */
export function pointerSteps(pointer: string, document: unknown): PathStep[] {
  const steps: PathStep[] = [];
  let node = document;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    const step = Array.isArray(node) ? Number(key) : key;
    steps.push(step);
    node = valueAt(node, step);
  }
  return steps;
}

function valueAt(node: unknown, step: PathStep): unknown {
  return isRecord(node) ? Object.getOwnPropertyDescriptor(node, step)?.value : undefined;
}

const places: Readonly<Record<FileKind, string>> = {
  Organization: 'organization.yaml',
  Cluster: 'a file in clusters/',
  Tenant: 'a file in tenants/',
};

/**
 * The one thing to say of a document that is something else altogether: no mapping, of another kind, or of another
 * version. All that the schema would say besides comes from that.
 */
function mistakenIdentity(kind: FileKind, document: unknown): Violation | undefined {
  const wrong = (path: readonly PathStep[], message: string, help: string): Violation => {
    return { kind: 'wrong-value', path, message, help };
  };
  if (!isRecord(document) || Array.isArray(document)) {
    const help = `begin it with \`apiVersion: ${apiVersion}\` and \`kind: ${kind}\``;
    return wrong([], `the file must be a mapping, not ${described(document)}`, help);
  }
  const { kind: written, apiVersion: version } = document;
  if (typeof written === 'string' && written !== kind && didYouMean(written, [kind]) === undefined) {
    const other = kinds.find((k) => k === written);
    const help = other
      ? `write it into ${places[other]}: ${places[kind]} is a \`${kind}\``
      : `move it elsewhere: ${places[kind]} is a \`${kind}\` of \`${apiVersion}\``;
    return wrong(['kind'], `\`kind\` must be \`${kind}\`, not ${described(written)}`, help);
  }
  if (typeof version === 'string' && version !== apiVersion && version.startsWith('tenantry.dev/')) {
    const help = `write \`apiVersion: ${apiVersion}\`, or use the tenantry that knows \`${clipped(version)}\``;
    return wrong(['apiVersion'], `\`apiVersion\` must be \`${apiVersion}\`, not ${described(version)}`, help);
  }
  return undefined;
}

const kinds: readonly FileKind[] = ['Organization', 'Cluster', 'Tenant'];

interface FailedValue {
  readonly path: readonly PathStep[];
  readonly value: unknown;
  /** What messages call it. */
  readonly name: string;
}

function nameOf(path: readonly PathStep[]): string {
  const key = path.findLast((step) => typeof step === 'string');
  if (key === undefined) return 'the file';
  return typeof path.at(-1) === 'number' ? `an item of \`${clipped(key)}\`` : `\`${clipped(key)}\``;
}

/** What is wrong at one place. A value of the wrong type has no other fault, and one that is wrong has one only. */
function violationsAt(kind: FileKind, at: FailedValue, errors: readonly ErrorObject[]): Violation[] {
  const of = (keyword: string): ErrorObject[] => errors.filter((error) => error.keyword === keyword);
  const [type] = of('type');
  const [choice] = of('enum');
  if (type) return [choice ? wrongValue(at, choice) : wrongType(at, type)];
  const subject = of('oneOf').flatMap((error) => writtenAsSubject(at, error) ?? [])[0];
  if (subject) return [subject];
  const unknown = of('additionalProperties').map((error) => unknownKey(kind, at, error));
  // What is there under another name is not missing as well.
  const meant = new Set(unknown.map((violation) => violation.meant));
  const missing = of('required').filter((error) => !meant.has(String(error.params['missingProperty'])));
  const found = [
    ...unknown,
    ...(missing.length > 0 ? [missingKeys(at, missing)] : []),
    ...of('oneOf').map((error) => notExactlyOne(at, error)),
  ];
  const value = ['const', 'enum', 'minLength', 'maxLength', 'minItems', 'maxProperties', 'minimum', 'maximum'].flatMap(
    of,
  )[0];
  const wrong = value ?? errors.find((error) => !aboutKeys.has(error.keyword));
  return wrong ? [...found, wrongValue(at, wrong)] : found;
}

const aboutKeys: ReadonlySet<string> = new Set(['additionalProperties', 'required', 'oneOf']);

function unknownKey(kind: FileKind, { path, value, name }: FailedValue, error: ErrorObject): Violation {
  const key = String(error.params['additionalProperty']);
  const known = Object.keys(propertiesOf(error.parentSchema));
  const inShare = known.includes('serviceAccount') && known.includes('role') ? shareHelp(key, value) : undefined;
  const inQuota = known.includes('hard') ? quotaHelp(key) : undefined;
  const near = inQuota === undefined && inShare === undefined ? didYouMean(clipped(key), known) : undefined;
  const isThere = near !== undefined && valueAt(value, near) !== undefined;
  const meant = isThere ? undefined : near;
  const home = parentsOf(schemas[kind], key);
  const help =
    inQuota ??
    inShare ??
    (isThere
      ? `\`${near}\` is there already: move what is needed into it, and remove this key`
      : meant
        ? `did you mean \`${meant}\`?`
        : home.length > 0 && home.length < 4
          ? `move it into ${home.join(' or ')}`
          : `known here: ${listed(known)}`);
  return {
    kind: 'unknown-key',
    path: [...path, key],
    message: `${known.length > 0 ? 'unknown' : 'impossible'} key ${key === '' ? '""' : `\`${clipped(key)}\``}${path.length > 0 ? ` in ${name}` : ''}`,
    help: known.length > 0 ? help : 'write a key on one line',
    ...(meant !== undefined && { meant, mend: meant }),
  };
}

/** How a service account is named in a share, of which a namespace of its own is no part. */
function shareHelp(key: string, share: unknown): string | undefined {
  if (!/^(?:namespace|sa|service[-_ ]?accounts?|serviceaccount(?:name|ref))$/i.test(key) || key === 'serviceAccount')
    return undefined;
  const [account, namespace] = [valueAt(share, 'serviceAccount'), valueAt(share, 'namespace')];
  const path =
    typeof account === 'string' && typeof namespace === 'string' && !account.includes('/')
      ? `${clipped(namespace)}/${clipped(account)}`
      : '<namespace>/<name>';
  return `write a service account as \`serviceAccount: ${path}\``;
}

/** Where a key of a ResourceQuota stands in a `quota`: under the name that it has there, or under `hard`. */
function quotaHelp(key: string): string | undefined {
  const own = quotaKeys.find(([, resource]) => resource === key)?.[0];
  if (own !== undefined) return `write \`${own}\`, which is \`${key}\` here`;
  return /^(?:limits|requests|count)[./]|\/|ephemeral-storage$|^(?:configmaps|secrets|services|replicationcontrollers|resourcequotas)$/.test(
    key,
  )
    ? `write it under \`hard\`, with its value in quotes: \`hard: { ${clipped(key)}: … }\``
    : undefined;
}

/** The names of what may hold `key`, anywhere in a schema. */
function parentsOf(schema: SchemaNode, key: string, name = 'the file', found = new Set<string>()): string[] {
  for (const [child, node] of Object.entries(schema.properties ?? {})) {
    if (child === key) found.add(name);
    parentsOf(node, key, `\`${child}\``, found);
  }
  if (schema.items) parentsOf(schema.items, key, `an item of ${name}`, found);
  return [...found];
}

function missingKeys({ path, name }: FailedValue, errors: readonly ErrorObject[]): Violation {
  const keys = errors.map((error) => String(error.params['missingProperty']));
  const [key = ''] = keys;
  const about = propertiesOf(errors[0]?.parentSchema)[key]?.description;
  const where = path.length > 0 ? ` in ${name}` : '';
  return {
    kind: 'missing-key',
    path,
    message: `${listed(keys)} ${keys.length > 1 ? 'are' : 'is'} missing${where}`,
    help: `add ${listed(keys)}${keys.length === 1 && about !== undefined ? `: ${asClause(about)}` : ''}`,
  };
}

/** A share that is written as RBAC's subjects are, and owners. What it says there is all that is wrong with it. */
function writtenAsSubject({ path, value, name }: FailedValue, error: ErrorObject): Violation | undefined {
  const branches = isSchema(error.parentSchema) ? (error.parentSchema.oneOf ?? []) : [];
  const known = new Set(branches.flatMap((branch) => branch.required ?? []));
  if (!known.has('group') || !isRecord(value)) return undefined;
  const { kind, name: subject, namespace } = value;
  if (kind === 'ServiceAccount') {
    const account =
      typeof subject === 'string' && typeof namespace === 'string' ? `${namespace}/${subject}` : undefined;
    const isPath = typeof subject === 'string' && subject.includes('/');
    return {
      kind: 'missing-key',
      path,
      message: `\`serviceAccount\` is missing in ${name}`,
      help: `write \`serviceAccount: ${clipped(isPath ? subject : (account ?? '<namespace>/<name>'))}\` in place of \`kind\`, \`name\` and \`namespace\``,
    };
  }
  const key = typeof kind === 'string' ? kind.toLowerCase() : '';
  if (!known.has(key) || typeof subject !== 'string') return undefined;
  return {
    kind: 'missing-key',
    path,
    message: `\`${key}\` is missing in ${name}`,
    help: `write \`${key}: ${clipped(subject)}\` in place of \`kind\` and \`name\``,
  };
}

function notExactlyOne({ path, value, name }: FailedValue, error: ErrorObject): Violation {
  const branches = isSchema(error.parentSchema) ? (error.parentSchema.oneOf ?? []) : [];
  const keys = branches.flatMap((branch) => branch.required ?? []);
  const [, second] = keys.filter((key) => valueAt(value, key) !== undefined);
  return second === undefined
    ? {
        kind: 'missing-key',
        path,
        message: `${listed(keys, 'or')} is missing in ${name}`,
        help: `add ${listed(keys, 'or')}`,
      }
    : {
        kind: 'wrong-value',
        path: [...path, second],
        message: `only one of ${listed(keys)} may be given`,
        help: `keep one of them`,
      };
}

function wrongType({ path, value, name }: FailedValue, error: ErrorObject): Violation {
  const types: unknown = error.params['type'];
  // Of a number that may be text, and of text that may be a number, the first is what is meant.
  const wanted = Array.isArray(types) ? (types[0] === 'string' ? 'quantity' : 'integer') : String(types);
  // The number itself may not be what was written: 1.30 has become 1.3.
  const given = typeof value === 'number' && wanted === 'string' ? 'a number' : described(value);
  return {
    kind: 'wrong-value',
    path,
    message: value === null ? `${name} has no value` : `${name} must be ${typeNames[wanted] ?? wanted}, not ${given}`,
    help: typeHelp(wanted, value, error.parentSchema, path),
    mend: ofType(wanted, value),
  };
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  quantity: 'a whole number or text',
  object: 'a mapping',
  array: 'a list',
  integer: 'a whole number',
  boolean: '`true` or `false`',
};

/** The value of the wanted type that was surely meant. */
function ofType(wanted: string, value: unknown): Mend | undefined {
  if (wanted === 'string' && typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  if (wanted === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (wanted !== 'boolean') return undefined;
  return /^(?:true|yes|on)$/i.test(value) ? true : /^(?:false|no|off)$/i.test(value) ? false : undefined;
}

function typeHelp(wanted: string, value: unknown, parentSchema: unknown, path: readonly PathStep[]): string {
  if (value === null) return `give it ${typeNames[wanted] ?? wanted}, or remove it`;
  if (typeof value === 'number' && (wanted === 'string' || wanted === 'quantity')) {
    if (Number.isSafeInteger(value) && path.some((step) => step === 'labels' || step === 'nodeSelector'))
      return `put it in quotes: Kubernetes takes only text for labels`;
    return 'put it in quotes, as it is written here: without them, `1.30` is the number 1.3';
  }
  if (wanted === 'string' && typeof value === 'boolean') return `put it in quotes: \`"${String(value)}"\``;
  if (wanted === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value))
    return `write it without quotes: \`${value}\``;
  if (wanted === 'boolean' && typeof value === 'string') {
    const meant = ofType(wanted, value);
    if (meant !== undefined) return `write \`${String(meant)}\``;
  }
  const [, key, rest] =
    wanted === 'object' && typeof value === 'string' ? (/^([\w-]+):(\S.*)$/s.exec(value) ?? []) : [];
  if (key !== undefined && rest !== undefined) return `write a space after the colon: \`${key}: ${clipped(rest)}\``;
  if (wanted === 'array' && typeof value === 'string' && /^[\w.:/-]{1,60}$/.test(value))
    return `write it as a list: \`[${value}]\``;
  const about = isSchema(parentSchema) ? parentSchema.description : undefined;
  const isCollection = wanted === 'object' || wanted === 'array';
  const needed = wanted === 'object' ? neededKeys(parentSchema) : '';
  if (needed !== '') return `write a mapping with ${needed}${about === undefined ? '' : `: ${asClause(about)}`}`;
  return `write ${isCollection && about !== undefined ? asClause(about) : (typeNames[wanted] ?? wanted)}`;
}

/** The keys that a mapping has to have, in words; empty where there are none. */
function neededKeys(schema: unknown): string {
  if (!isSchema(schema)) return '';
  const choice = (schema.oneOf ?? []).flatMap(({ required = [] }) => required);
  return [listed(schema.required ?? []), listed(choice, 'or')].filter((keys) => keys !== '').join(', and ');
}

function wrongValue({ path, value, name }: FailedValue, error: ErrorObject): Violation {
  const wrong = (message: string, help?: string, mend?: Mend): Violation => {
    return { kind: 'wrong-value', path, message: `${name} ${message}`, ...(help !== undefined && { help }), mend };
  };
  const limit = String(error.params['limit']);
  switch (error.keyword) {
    case 'const': {
      const wanted = String(error.params['allowedValue']);
      return wrong(`must be \`${wanted}\`, not ${described(value)}`, `write \`${wanted}\``, wanted);
    }
    case 'enum': {
      const allowed = stringsOf(error.params['allowedValues']);
      const meant = typeof value === 'string' ? didYouMean(clipped(value), allowed) : undefined;
      return wrong(
        `cannot be ${described(value)}`,
        meant ? `did you mean \`${meant}\`?` : `write ${listed(allowed, 'or')}`,
        meant,
      );
    }
    case 'minLength':
      return value === ''
        ? wrong('is empty', 'give it a value, or remove it')
        : wrong(`must have at least ${limit} characters`, 'say more');
    case 'maxLength':
      return wrong(`is longer than ${limit} characters`, 'shorten it');
    case 'minItems':
      return wrong(`must have at least ${limit} ${limit === '1' ? 'item' : 'items'}`, 'add one');
    case 'maxProperties': {
      const keys = isRecord(value) ? Object.keys(value).length : 0;
      return wrong(`has ${keys} keys, and may have at most ${limit}`, 'keep those that somebody reads');
    }
    case 'minimum':
      return wrong(`must be at least ${limit}, not ${described(value)}`, `write ${limit} or more`);
    case 'maximum':
      return wrong(`must be at most ${limit}, not ${described(value)}`, `write ${limit} or less`);
    case 'pattern': {
      const form = formOf(String(error.params['pattern']));
      const near = typeof value === 'string' && value.length <= 300 ? form?.near?.(value) : undefined;
      const mustBe = form?.mustBe ?? 'a value of another form';
      return near === undefined
        ? wrong(`cannot be ${described(value)}`, `write ${mustBe}`)
        : wrong(`must be ${mustBe}, not ${described(value)}`, `did you mean \`${near}\`?`, near);
    }
    default:
      return wrong(`${error.message ?? 'is not valid'}: ${described(value)}`);
  }
}

function propertiesOf(schema: unknown): Readonly<Record<string, SchemaNode | undefined>> {
  return isSchema(schema) ? (schema.properties ?? {}) : {};
}

function isSchema(value: unknown): value is SchemaNode {
  return isRecord(value);
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
