import type { Finding, ObjectRef } from '../../drift/finding.ts';
import type { Reason } from '../../access/graph.ts';
import { groupedBy } from '../../values/order.ts';

/** Findings that say the same of several namespaces: for people they are one. */
export interface GatheredFinding {
  /** The first of them. */
  readonly finding: Finding;
  /** Where it is so, in the order of the findings; empty for what is of no namespace. */
  readonly namespaces: readonly string[];
  readonly because: readonly Reason[];
}

/** Findings of one cluster, with those put together that differ in their namespaces alone. The first keeps its place. */
export function gathered(findings: readonly Finding[]): GatheredFinding[] {
  const same = groupedBy(findings, (finding) => JSON.stringify(whatIsSaid(finding)));
  return Array.from(same.values()).flatMap((of) => {
    const [finding] = of;
    if (!finding) return [];
    const namespaces = of.flatMap((one) => namespaceOf(one) ?? []);
    return [{ finding, namespaces, because: of.flatMap(({ because }) => because) }];
  });
}

function namespaceOf(finding: Finding): string | undefined {
  if ('scope' in finding) return finding.scope.kind === 'Namespace' ? finding.scope.namespace : undefined;
  return finding.objects[0]?.namespace;
}

/** All that is told of a finding, without the names of its namespace and without lines. */
function whatIsSaid(finding: Finding): unknown {
  const namespace = namespaceOf(finding);
  if (namespace === undefined) return finding;
  const elsewhere = ({ kind, name, namespace: its }: ObjectRef): ObjectRef =>
    its === namespace ? { kind, name } : { kind, name, ...(its !== undefined && { namespace: its }) };
  return {
    ...finding,
    because: [],
    objects: finding.objects.map(elsewhere),
    ...('scope' in finding && { scope: finding.scope.kind, differing: finding.differing.map(elsewhere) }),
  };
}
