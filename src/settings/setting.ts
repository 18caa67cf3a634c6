import { Type } from '@sinclair/typebox';
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { PathStep } from '../source/source.ts';
import type { Order } from './order.ts';
import type { SettingValue } from './value.ts';
import { present, word } from './value.ts';

/**
 * What a key of the config is, declared once: the tables of this room are made of these, and everything else folds over
 * them. A key that is forgotten somewhere is an error of the compiler, or of test/settings.
 */

/**
 * What a change of a setting is a risk to, and so which rule speaks of it:
 *
 * - `limit`: it is loosened (TEN528)
 * - `protection`: it is loosened, or a new namespace begins without it (TEN529)
 * - `trust`: it is loosened or, where it has no order, another one (TEN523)
 * - `identity`: it is another one (TEN530)
 * - `ownRule`: a rule of its own looks at it
 * - `none`: nothing to look at, for all that one value is looser than another
 */
export type Risk = 'limit' | 'protection' | 'trust' | 'identity' | 'ownRule' | 'none';

/** Something that the config settles, as plan, `explain` and the rules about changes know it. */
export interface Setting {
  /** What they call it: the key, or its own word for one element of a list. */
  readonly name: string;
  readonly order: Order;
  readonly risk: Risk;
  /** Of a setting of namespaces, whether work that runs may stand still by a change of it (TEN545). */
  readonly stops?: Stops;
  /** Whether the plan tells it of what is new: it says how much there is, or who gets something by it. */
  readonly toldOfNew?: true;
}

/** One fact that a value comes to: all of it, or a part or an element of it, and where in the value that is. */
export interface Told {
  /** A part with a name of its own: `cpu` of a quota. */
  readonly part?: string;
  /** An element of a list, a key of a mapping. */
  readonly item?: string;
  readonly value: SettingValue;
  readonly steps: readonly PathStep[];
}

/** What one setting of a namespace comes to. */
export type Said = readonly Pick<Told, 'part' | 'item' | 'value'>[];

/**
 * Whether a namespace in which work runs may come to a stand by a setting: because of what it says now, or because it
 * says less than before. Nothing is known of what is in the namespace.
 */
export type Stops = (now: Said, before: Said) => boolean;

/** What every key says of itself, whether or not it is a setting. */
interface Declared<S extends TSchema> {
  /** What may be written, with what it means. */
  readonly schema: S;
  /** What is rendered from it; or that nothing is, and for whom it is there. */
  readonly rendered: string | { readonly nothing: string };
  /**
   * Whether it holds for a namespace that does not say otherwise, from the nearest that does: the namespace that it
   * inherits from, its tenant, the organization.
   */
  readonly inherited?: true;
}

/**
 * A key whose value is taken as a whole: it is resolved, told, compared and explained by this definition alone. Where
 * it is inherited, the nearest wins whole.
 */
export interface ValueKey<V, S extends TSchema = TSchema> extends Setting, Declared<S> {
  readonly kind: 'value';
  readonly default?: V;
  /** Whether it must be written. */
  readonly required?: true;
  readonly told: (value: V) => readonly Told[];
}

/** A setting that the model resolves by hand: its elements have origins of their own, or several keys decide it. */
export interface SettingKey<S extends TSchema = TSchema> extends Setting, Declared<S> {
  readonly kind: 'setting';
}

/** A key that is no setting. */
export interface OtherKey<S extends TSchema = TSchema> extends Declared<S> {
  readonly kind: 'other';
  /** Where plan and `explain` say what it says; or why they need not. */
  readonly told: string;
}

/** The keys of one mapping. */
export type Table = Readonly<Record<string, { readonly kind: string; readonly schema: TSchema }>>;

/** The values of those keys of a table that are taken as a whole. */
export type ValuesOf<T extends Table> = {
  readonly [K in keyof T as T[K] extends { readonly kind: 'value' } ? K : never]: Static<T[K]['schema']>;
};

/** The keys of a table that always have a value, written or by default. */
export type AlwaysOf<T extends Table> = {
  [K in keyof T]: T[K] extends { readonly default: unknown } | { readonly required: true } ? K : never;
}[keyof T];

/** The keys of a table that the model resolves by hand. */
export type SettingKeysOf<T extends Table> = {
  [K in keyof T]: T[K] extends { readonly kind: 'setting' } ? K : never;
}[keyof T];

/** What a mapping of defaults must have: the keys of a table that are inherited. */
export type Inherited<T extends Table> = {
  readonly [K in keyof T as T[K] extends { readonly inherited: true } ? K : never]: Table[string];
};

/** Definitions by key, for those who look at values of whatever table. */
export type ValueKeys<V> = { readonly [K in keyof V]: ValueKey<V[K]> };

type Definition<S extends TSchema> = Omit<ValueKey<Static<S>, S>, 'kind' | 'name' | 'schema' | 'told'>;

/** A value that is told as one: a choice, a name, a number. */
export function value<S extends TSchema, const D extends Definition<S>>(name: string, schema: S, definition: D) {
  const told = (said: Static<S>): Told[] => [{ value: plainValue(said), steps: [] }];
  return toldAs(name, schema, told, definition);
}

function plainValue(said: unknown): SettingValue {
  if (typeof said === 'number') return { type: 'number', number: said };
  return typeof said === 'boolean' ? { type: 'flag', flag: said } : word(String(said));
}

/** A list that lets people do what it names and nothing else: where there is none, there is no limit. */
export function allowList<S extends TSchema & { static: readonly string[] }, const D extends Definition<S>>(
  name: string,
  schema: S,
  definition: D,
) {
  const told = (allowed: readonly string[]): Told[] => [
    { value: word('only'), steps: [] },
    ...allowed.map((item): Told => ({ item, value: present, steps: [] })),
  ];
  return toldAs(name, schema, told, definition);
}

/** A mapping of names to values. `whenEmpty` is what one says that is there and empty. */
export function mapping<
  S extends TSchema & { static: Readonly<Record<string, string>> },
  const D extends Definition<S>,
>(name: string, schema: S, definition: D & { readonly whenEmpty?: string }) {
  const { whenEmpty } = definition;
  const told = (entries: Readonly<Record<string, string>>): Told[] => {
    const each = Object.entries(entries).map(([item, text]): Told => ({ item, value: word(text), steps: [item] }));
    return each.length > 0 || whenEmpty === undefined ? each : [{ value: word(whenEmpty), steps: [] }];
  };
  return toldAs(name, schema, told, definition);
}

/** A value that says itself how it is told. */
export function toldAs<S extends TSchema, const D>(
  name: string,
  schema: S,
  told: (value: Static<S>) => readonly Told[],
  definition: D,
) {
  return { kind: 'value' as const, name, schema, told, ...definition };
}

/** A setting that the model resolves by hand. */
export function setting<S extends TSchema, const D extends Omit<SettingKey<S>, 'kind' | 'name' | 'schema'>>(
  name: string,
  schema: S,
  definition: D,
) {
  return { kind: 'setting' as const, name, schema, ...definition };
}

/** A key that is no setting. */
export function other<S extends TSchema, const D extends Omit<OtherKey<S>, 'kind' | 'schema'>>(
  schema: S,
  definition: D,
) {
  return { kind: 'other' as const, schema, ...definition };
}

/** A mapping of keys with a table of their own, which holds only these. */
export function nested<T extends Table>(table: T, description?: string) {
  const schema = Type.Optional(schemaOf(table, description));
  return { kind: 'nested' as const, table, schema };
}

/** The schema of a mapping that holds the keys of a table and no others. */
export function schemaOf<T extends Table>(table: T, description?: string): TObject<{ [K in keyof T]: T[K]['schema'] }> {
  return Type.Object(schemasOf(table), {
    additionalProperties: false,
    ...(description !== undefined && { description }),
  });
}

/** The keys of a table, in its order. */
export function keysOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table).filter((key): key is keyof T & string => Object.hasOwn(table, key));
}

/** Those keys of a table that are taken as a whole. */
export function valuesIn<T extends Table>(table: T): ValueKeys<ValuesOf<T>> {
  const found: Record<string, unknown> = {};
  for (const key of keysOf(table)) if (table[key]?.kind === 'value') found[key] = table[key];
  if (!holdsValues(table, found)) throw new Error('a table whose values have no definition');
  return found;
}

function holdsValues<T extends Table>(table: T, found: object): found is ValueKeys<ValuesOf<T>> {
  return keysOf(table).every((key) => table[key]?.kind !== 'value' || Object.hasOwn(found, key));
}

type Schemas<T extends Table> = { [K in keyof T]: T[K]['schema'] };

function schemasOf<T extends Table>(table: T): Schemas<T> {
  const schemas: Partial<Schemas<T>> = {};
  for (const key of keysOf(table)) {
    const declared = table[key];
    if (declared) schemas[key] = withDefault(declared.schema, declared);
  }
  if (!isWhole(table, schemas)) throw new Error('a key without a schema');
  return schemas;
}

function isWhole<T extends Table>(table: T, schemas: Partial<Schemas<T>>): schemas is Schemas<T> {
  return keysOf(table).every((key) => schemas[key] !== undefined);
}

/** The schema with the default that its key declares. */
function withDefault<S extends TSchema>(schema: S, key: object): S {
  return 'default' in key ? { ...schema, default: key.default } : schema;
}
