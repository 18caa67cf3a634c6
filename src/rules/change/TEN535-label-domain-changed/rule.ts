import { organization } from '../../../settings/organization.ts';
import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { hasBase, itemsIn, unread } from '../sides.ts';

export const labelDomainChanged: ChangeRule = {
  level: 'change',
  code: 'TEN535',
  name: 'label-domain-changed',
  severity: 'error',
  summary: 'The label domain does not change while there are namespaces.',
  why: "By its labels a cluster knows whose a namespace is. Under another domain no namespace has any: the policies of the old domain refuse to give its namespaces new ones, as they refuse a move to another tenant; those of the new domain select nothing. So Argo CD could not sync, and cordons, registries and limits on tokens would hold nowhere. There is no waiver, for the clusters' policies know of none.",
  *check(context) {
    if (!hasBase(context)) return;
    const { plan, before, after } = context;
    const { complete, labelDomain: now } = after.desired.organization;
    const was = before.desired.organization.labelDomain;
    // What could not be read has its own errors, and may say what the base says.
    if (!complete || was === now) return;
    const [fact] = plan.facts.flatMap((change) =>
      change.kind === 'setting' && change.after?.setting === organization.labelDomain ? [change] : [],
    );
    const count = plan.before.graph.clusters.reduce((sum, { namespaces }) => sum + namespaces.length, 0);
    const { clusters, tenants } = unread(before);
    if (!fact?.after || (count === 0 && clusters.size + tenants.size === 0)) return;
    const known = itemsIn(plan);
    yield {
      message: `the label domain changes from \`${was}\` to \`${now}\`, by which no cluster would know its namespaces`,
      at: at(fact.after.origin),
      related: fact.before
        ? [{ location: at(inBase(fact.before.origin)), message: `it is \`${was}\` in the base` }]
        : [],
      help: `keep \`labelDomain: ${was}\`: another one can be chosen only while there are no namespaces`,
      items: known(`organization/${after.desired.organization.name}`),
    };
  },
};
