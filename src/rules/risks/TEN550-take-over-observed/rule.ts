import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { joined, refusalsOf, takenOver } from '../take-over.ts';

export const takeOverObserved: ChangeRule = {
  level: 'change',
  code: 'TEN550',
  name: 'take-over-observed',
  severity: 'note',
  summary: 'It is known what will be refused in a namespace that is only observed, once it is enforced.',
  why: "An observed namespace is as open as it was before: its pods may be privileged, and anybody may connect to them. That is how to begin, not how to stay. What its isolation would refuse is said here, and by the API server's warnings and audit log.",
  *check({ plan }) {
    const found = takenOver(plan).filter(({ namespace }) => namespace.isolation.enforcement.value === 'Observe');
    const alike = groupedBy(found, ({ namespace: { isolation } }) => refusalsOf(isolation).join('\n'));
    for (const [said, all] of alike) {
      const [first] = all;
      if (!first) continue;
      const names = [...new Set(all.map(({ namespace }) => namespace.name))];
      const { podSecurity, enforcement } = first.namespace.isolation;
      const isOne = names.length === 1;
      yield {
        message: `${listed(names, 40)} ${isOne ? 'is' : 'are'} only observed; with \`enforcement: Enforce\`, ${said === '' ? 'nothing would be refused' : joined(said.split('\n'))}`,
        at: at(enforcement.origin),
        items: [...new Set(all.map(({ item }) => item.id))],
        ...(podSecurity.value !== 'privileged' && {
          help: `\`kubectl label --dry-run=server --overwrite namespace ${names[0] ?? ''} pod-security.kubernetes.io/enforce=${podSecurity.value}\` warns of the pods that would be refused`,
        }),
      };
    }
  },
};
