import type { FileKind } from './schema.ts';
import { schemas } from './schema.ts';

/** The JSON Schemas that editors complete from, by path: `schemas/tenant.schema.json` and so on. */
export function jsonSchemas(): Record<string, string> {
  return Object.fromEntries(
    kinds.map((kind) => {
      const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...schemas[kind] };
      return [`schemas/${kind.toLowerCase()}.schema.json`, `${JSON.stringify(schema, undefined, 2)}\n`];
    }),
  );
}

const kinds: readonly FileKind[] = ['Organization', 'Cluster', 'Tenant'];
