import { workloadPrefix } from '../../../settings/sign-in.ts';
import { at } from '../../../source/diagnostic.ts';
import type { OrganizationRule } from '../../rule.ts';

export const workloadAdmin: OrganizationRule = {
  level: 'organization',
  code: 'TEN330',
  name: 'workload-admin',
  severity: 'error',
  summary: 'No workload is an admin of the organization.',
  why: 'Who changes what a job runs is whoever may push to its repository: he would be cluster admin everywhere, without a person who signed in.',
  *check({ organization }) {
    for (const { value, origin } of organization.admins) {
      if (!value.toLowerCase().startsWith(workloadPrefix)) continue;
      yield {
        message: `workload \`${value.slice(workloadPrefix.length)}\` is among the admins`,
        at: at(origin),
        help: 'remove it, and share with it what it needs',
      };
    }
  },
};
