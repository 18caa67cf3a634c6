import { atFile } from '../../../source/diagnostic.ts';
import type { WholeRule } from '../../rule.ts';

export const organizationMissing: WholeRule = {
  level: 'whole',
  code: 'TEN014',
  name: 'organization-missing',
  severity: 'error',
  summary: 'There is an organization.yaml.',
  why: 'It says which groups there are and what is allowed. Without it no reference could be checked, and the wrong folder would look like an organization that has nothing.',
  *check({ files: { organization, clusters, tenants, strays } }) {
    // One of another name or ending is reported as a stray file, with how to rename it.
    if (organization.length > 0 || strays.some(({ path }) => /^organization\./i.test(path))) return;
    yield {
      message: 'there is no organization.yaml',
      at: atFile('organization.yaml'),
      help:
        clusters.length + tenants.length > 0
          ? 'write one beside the folders clusters/ and tenants/'
          : 'name the folder of the organization with `--dir`, or begin one with `tenantry init`',
    };
  },
};
