import { isDnsLabel } from '../../../kubernetes/names.ts';
import type { FileRule } from '../../rule.ts';
import { nameLocation } from '../prefix.ts';

export const tenantName: FileRule = {
  level: 'file',
  code: 'TEN202',
  name: 'tenant-name',
  severity: 'error',
  summary: "A tenant's name is an RFC 1123 label: lowercase letters, digits and hyphens, at most 63 (S51).",
  why: "The name begins the names of the tenant's namespaces and is the value of their tenant label: Kubernetes refuses both if it holds anything else.",
  *check({ file }) {
    if (file.kind !== 'Tenant') return;
    const { path, stem, checked } = file;
    if (isDnsLabel(stem)) return;
    yield {
      message:
        stem.length > 63
          ? `tenant name \`${stem}\` has ${stem.length} characters, more than 63`
          : `tenant name \`${stem}\` is not a name that Kubernetes allows`,
      at: nameLocation(path, stem, checked?.file?.metadata.name),
      help: 'rename the file and the tenant in it: lowercase letters, digits and hyphens, with a letter or digit at both ends',
    };
  },
};
