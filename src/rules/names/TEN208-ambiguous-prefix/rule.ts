import type { Label } from '../../../source/diagnostic.ts';
import { at } from '../../../source/diagnostic.ts';
import type { WholeRule } from '../../rule.ts';
import { tenantByName, tenantNames } from '../prefix.ts';

export const ambiguousPrefix: WholeRule = {
  level: 'whole',
  code: 'TEN208',
  name: 'ambiguous-prefix',
  severity: 'error',
  summary: "The name of a tenant's namespace points to that tenant: the longest prefix that fits is its own (S70).",
  why: "A namespace's tenant is found by its name. With the tenants `solar` and `solar-lab`, the namespace `solar-lab-dev` is taken for tenant `solar-lab`'s, whoever wrote it down: either could, and would have what is the other's.",
  *check({ files, desired }) {
    const names = tenantNames(files);
    const tenants = new Map(desired.tenants.map((tenant) => [tenant.name, tenant]));
    const { complete, naming } = desired.organization;
    for (const tenant of desired.tenants) {
      for (const { name, prefixed, nameOrigin } of tenant.namespaces) {
        // Where it may not have a full name, that is the mistake.
        if (!prefixed && complete && naming.tenantPrefix.value === 'Required') continue;
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
            : `choose a name that does not begin with \`${meant}-\``,
        };
      }
    }
  },
};
