/**
 * How many cases a property is tried with: as many as it says, or the part of them that TENANTRY_CASES names (`0.3`).
 * Each run draws other cases, so where the tests run several times, as in CI on several versions of Node.js, one run with
 * all and others with a part try about as much.
 */
export function cases(number: number): number {
  return Math.ceil(number * Number(process.env['TENANTRY_CASES'] ?? 1));
}
