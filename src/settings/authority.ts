import type { Table } from './setting.ts';

/**
 * Who may decide what a key of a tenant's file says. The file is its owners', so what they may not decide alone is held
 * by a limit that stands in `organization.yaml`, which is the admins' (S1, S57).
 */
export type Authority<Grant extends string = string> =
  /** The owners: whatever they write reaches no further than their own namespaces. */
  | { readonly by: 'owners'; readonly because: string }
  /** The owners, within what admins grant under this key; the rule says where they go beyond. Tighter is always theirs. */
  | { readonly by: 'grant'; readonly grant: Grant; readonly rule: `TEN${number}` };

/** The owners decide it, for this reason. */
export function ofOwners(because: string) {
  return { authority: { by: 'owners', because } } as const;
}

/** The owners decide it within what admins grant under a key, and a rule says where they go beyond. */
export function withinGrant<const Grant extends string>(grant: Grant, rule: `TEN${number}`) {
  return { authority: { by: 'grant', grant, rule } } as const;
}

/** What a table of a tenant's file must have: of each key, who may decide it. A nested table says so of its own keys. */
export type Decided<T extends Table, Grant extends string> = {
  readonly [K in keyof T]: T[K]['kind'] extends 'nested' ? Table[string] : { readonly authority: Authority<Grant> };
};

/** Each key of a table and of those nested in it, by its path, with who may decide it. */
export function authorityOf(table: Table, path: string): (readonly [path: string, Authority])[] {
  return Object.entries(table).flatMap(([name, key]): (readonly [string, Authority])[] => {
    const at = `${path}.${name}`;
    if (isNested(key)) return authorityOf(key.table, at);
    if (!isDecided(key)) throw new Error(`nobody says who may decide ${at}`);
    return [[at, key.authority]];
  });
}

function isNested(key: Table[string]): key is Table[string] & { readonly table: Table } {
  return key.kind === 'nested';
}

function isDecided(key: Table[string]): key is Table[string] & { readonly authority: Authority } {
  return 'authority' in key;
}
