import type { Label } from '../../../source/diagnostic.ts';
import { at } from '../../../source/diagnostic.ts';
import type { WholeRule } from '../../rule.ts';
import { tenantByName } from '../../../config/model/tenant-by-name.ts';
import { fullNameGrant, isGivenByItself } from '../full-names.ts';
import { tenantNames } from '../prefix.ts';

export const ambiguousPrefix: WholeRule = {
  level: 'whole',
  code: 'TEN208',
  name: 'ambiguous-prefix',
  severity: 'error',
  summary: "The name of a tenant's namespace points to that tenant: the longest prefix that fits is its own (S70).",
  why: "A namespace's tenant is found by its name. With the tenants `solar` and `solar-lab`, the namespace `solar-lab-dev` is taken for tenant `solar-lab`'s, whoever wrote it down: either could, and would have what is the other's. Where the prefix is optional, a full name that the admins have granted by itself, not by a pattern, is the tenant's own (S72).",
  *check({ files, desired }) {
    const names = tenantNames(files);
    const tenants = new Map(desired.tenants.map((tenant) => [tenant.name, tenant]));
    const { complete, naming } = desired.organization;
    for (const tenant of desired.tenants) {
      for (const { name, prefixed, nameOrigin } of tenant.namespaces) {
        // Where it may not have a full name, that is the mistake.
        const isOptional = complete && naming.tenantPrefix.value === 'Optional';
        if (!prefixed && !isOptional && complete) continue;
        // Without the prefix it is not the name that decides (S72), and the admins have given this one by itself.
        if (!prefixed && isGivenByItself(desired.organization, tenant.name, name)) continue;
        const meant = tenantByName(names, name);
        const location = meant === undefined ? undefined : names.get(meant);
        if (meant === undefined || location === undefined || meant === tenant.name) continue;
        const twin = tenants.get(meant)?.namespaces.find((other) => other.name === name);
        const related: Label[] = [{ location, message: `tenant \`${meant}\`` }];
        if (twin) related.push({ location: at(twin.nameOrigin), message: `its namespace \`${name}\`` });
        yield {
          message: `\`${name}\` of tenant \`${tenant.name}\` has the name of a namespace of tenant \`${meant}\``,
          at: at(nameOrigin),
          related,
          help: prefixed
            ? `choose an identifier that does not begin with \`${meant.slice(tenant.name.length + 1)}-\``
            : `choose a name that does not begin with \`${meant}-\`, or for a namespace that is there already ask the admins for ${fullNameGrant(desired.organization, tenant.name, name)}`,
        };
      }
    }
  },
};
