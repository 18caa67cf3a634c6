import type { Located, Tenant } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';
import { suggester } from '../suggest.ts';

export const unknownAllocation: TenantRule = {
  level: 'tenant',
  code: 'TEN104',
  name: 'unknown-allocation',
  severity: 'error',
  summary: "Every allocation that a namespace names is declared under its tenant's `allocations` (S5).",
  why: "The allocation is the label by which a namespace's usage is attributed. Usage under a name that has no budget is attributed to nothing.",
  *check({ tenant }) {
    if (!tenant.complete) return;
    const declared = new Set(tenant.allocations.map((a) => a.value.name));
    const suggest = suggester(declared);
    for (const { value: allocation, origin } of allocationReferences(tenant)) {
      if (declared.has(allocation)) continue;
      const meant = suggest(allocation);
      yield {
        message: `allocation \`${allocation}\` is not declared in tenant \`${tenant.name}\``,
        at: at(origin),
        mend: meant,
        help: meant
          ? `did you mean \`${meant}\`?`
          : `add it to \`allocations\` in ${tenant.origin.file}, or name another allocation`,
      };
    }
  },
};

/** Every place where the tenant names an allocation, each once. */
function allocationReferences({ defaults, namespaces }: Tenant): Located<string>[] {
  const references = [defaults.allocation, ...namespaces.map((n) => n.allocation)];
  return Array.from(new Map<Origin, Located<string>>(references.flatMap((r) => (r ? [[r.origin, r]] : []))).values());
}
