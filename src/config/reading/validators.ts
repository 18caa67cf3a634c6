import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import { ajvOptions } from './ajv-options.ts';
import type { FileKind } from '../../settings/schema.ts';
import { schemas } from '../../settings/schema.ts';

/** Checks a document's shape; what is wrong with it is in `errors` until the next call. */
export interface Validator {
  (document: unknown): boolean;
  errors?: ErrorObject[] | null;
}

/**
 * The validators of the kinds of files. The build puts in the place of this module what ajv compiles here
 * (`scripts/validators.ts`): compiling takes longer than checking a whole organization.
 */
const ajv = new Ajv(ajvOptions);

export const validators: Readonly<Record<FileKind, Validator>> = {
  Organization: ajv.compile(schemas.Organization),
  Cluster: ajv.compile(schemas.Cluster),
  Tenant: ajv.compile(schemas.Tenant),
};
