import type { Located } from '../../../config/model/desired-state.ts';
import type { Owner } from '../../../settings/schema.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { writtenOwners } from '../../written.ts';

export const subjectNamespace: FileRule = {
  level: 'file',
  code: 'TEN116',
  name: 'subject-namespace',
  severity: 'error',
  summary: 'An owner that is a service account says its namespace; users and groups have none (S68).',
  why: 'Service accounts of one name exist in many namespaces, so a name alone says nobody. A namespace with a user or a group suggests a limit that there is not: they own the whole tenant.',
  *check({ file }) {
    for (const owner of writtenOwners(file)) {
      if ((owner.value.kind === 'ServiceAccount') === (owner.value.namespace !== undefined)) continue;
      yield finding(owner);
    }
  },
};

function finding({ value: { kind, name }, origin }: Located<Owner>): Finding {
  if (kind === 'ServiceAccount') {
    return {
      message: `service account \`${name}\` has no namespace`,
      at: at(originAt(origin, 'name')),
      help: 'add `namespace`: the namespace that the service account is in',
    };
  }
  return {
    message: `${kind === 'User' ? 'user' : 'group'} \`${name}\` cannot have a namespace`,
    at: at(originAt(origin, 'namespace')),
    help: 'remove `namespace`, or say `kind: ServiceAccount` if that is what it is',
  };
}
