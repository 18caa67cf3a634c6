import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { ajvOptions } from '../src/config/reading/ajv-options.ts';
import { schemas } from '../src/settings/schema.ts';

/** Puts compiled validators in the place of the module that compiles them. */
export const compiledValidators: Plugin = {
  name: 'compiled-validators',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\]config[/\\]reading[/\\]validators\.ts$/ }, () => ({
      contents: code(),
      loader: 'js',
    }));
  },
};

function code(): string {
  const ajv = new Ajv({ ...ajvOptions, code: { source: true, esm: true } });
  const kinds = Object.entries(schemas);
  for (const [kind, schema] of kinds) ajv.addSchema(schema, kind);
  const compiled = standalone.default(ajv, Object.fromEntries(kinds.map(([kind]) => [kind, kind])));
  return `${compiled}\nexport const validators = { ${kinds.map(([kind]) => kind).join(', ')} };\n`;
}
