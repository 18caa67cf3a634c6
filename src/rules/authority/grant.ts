import type { GrantedValues } from '../../settings/grants.ts';

/** How the rules of this family say what an admin would write. */

/** What to write in `organization.yaml` for a tenant, in one line: `grants: { solar: { podSecurity: privileged } }`. */
export function grantLine(tenant: string, key: keyof GrantedValues, value: unknown): string {
  return `\`grants: { ${flow(tenant)}: { ${key}: ${flow(value)} } }\``;
}

/** What somebody can do whose file goes beyond: stay within, or ask. */
export function stayWithinOr(within: string, tenant: string, key: keyof GrantedValues, value: unknown): string {
  return `${within}, or ask the admins for ${grantLine(tenant, key, value)} in the \`spec\` of organization.yaml`;
}

/** A plain value in YAML's flow style. JSON is YAML; names that need no quotes have none. */
function flow(value: unknown): string {
  if (typeof value === 'string') return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, of]) => `${flow(key)}: ${flow(of)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
