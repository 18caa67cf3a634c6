import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { joined, refusalsOf, takenOver } from '../take-over.ts';

export const takeOverEnforced: ChangeRule = {
  level: 'change',
  code: 'TEN549',
  name: 'take-over-enforced',
  severity: 'note',
  summary: 'A namespace that may run already is observed before its isolation is enforced.',
  why: 'A namespace with a full name is mostly one that is there already. With the first sync its NetworkPolicy cuts off the Ingress controller and whoever else connects from other namespaces, and the Pod Security Standard refuses pods at their next start: what worked for years stands still, and nobody has changed it. With `enforcement: Observe` it works on, and warnings say what would be refused.',
  *check({ plan }) {
    const found = takenOver(plan).filter(
      ({ namespace: { prefixed, isolation } }) => !prefixed && isolation.enforcement.value === 'Enforce',
    );
    const alike = groupedBy(found, ({ namespace: { isolation } }) => refusalsOf(isolation).join('\n'));
    for (const [said, all] of alike) {
      const [first] = all;
      if (!first || said === '') continue;
      const names = [...new Set(all.map(({ namespace }) => namespace.name))];
      yield {
        message: `if ${listed(names, 40)} ${names.length === 1 ? 'runs' : 'run'} already, the next sync changes how: ${joined(said.split('\n'))}`,
        at: at(first.namespace.nameOrigin),
        items: [...new Set(all.map(({ item }) => item.id))],
        help: 'to take over what runs as it is, write `isolation: { enforcement: Observe }`, which the admins grant as `enforcement: Observe`',
      };
    }
  },
};
