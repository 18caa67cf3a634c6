import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';

export const deletionNever: TenantRule = {
  level: 'tenant',
  code: 'TEN310',
  name: 'deletion-never',
  severity: 'error',
  summary: 'A tenant with `deletion: Never` marks a namespace for deletion only once it is deactivated (S53).',
  why: 'A tenant says `Never` because its data must outlive any single change to its file. Deactivating the tenant is the decision to give it up, and is made on its own.',
  *check({ tenant: { name, complete, deletion, state, namespaces } }) {
    // A `state` that could not be read passes for the default.
    if (!complete || deletion.value !== 'Never' || state.value !== 'Active') return;
    for (const namespace of namespaces) {
      const marks = namespace.state.value === 'MarkedForDeletion' ? [namespace.state] : namespace.markedForDeletionOn;
      const [mark] = marks;
      if (!mark) continue;
      yield {
        message: `namespace \`${namespace.name}\` is marked for deletion, but tenant \`${name}\` is active and never deletes namespaces`,
        at: at(mark.origin),
        related: [{ location: at(deletion.origin), message: 'until the tenant is deactivated' }],
        help: `deactivate the tenant first, with \`state: Deactivated\` in its \`spec\`; or keep the namespace, without the mark`,
      };
    }
  },
};
