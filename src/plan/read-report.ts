import { Ajv } from 'ajv';
import { PlanReport } from './report.ts';

/**
 * A plan that was written as JSON, from wherever it comes: undefined with a reason when it is none. What it says is not
 * believed thereby, but it has the shape that renderers expect.
 */
export function readReport(text: string): { readonly report: PlanReport } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const ajv = new Ajv({ strict: true, strictTypes: false });
  const validate = ajv.compile<PlanReport>(PlanReport);
  if (validate(value)) return { report: value };
  const [error] = validate.errors ?? [];
  return { problem: error ? `${error.instancePath || 'it'} ${error.message ?? 'is wrong'}` : 'it has another shape' };
}
