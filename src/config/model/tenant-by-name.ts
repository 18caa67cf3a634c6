/**
 * The tenant that a namespace's name points to (S70): of the tenants whose name and a hyphen it begins with, the one
 * with the longest name.
 */
export function tenantByName(
  tenants: { readonly has: (name: string) => boolean },
  namespace: string,
): string | undefined {
  for (let end = namespace.lastIndexOf('-'); end > 0; end = namespace.lastIndexOf('-', end - 1)) {
    const tenant = namespace.slice(0, end);
    if (tenants.has(tenant)) return tenant;
  }
  return undefined;
}
