import type { Organization } from '../../../config/model/desired-state.ts';
import { workloadPrefix } from '../../../settings/sign-in.ts';
import { at } from '../../../source/diagnostic.ts';
import { oncePer } from '../../../values/once.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import { suggester } from '../suggest.ts';
import type { NamedUser } from '../users.ts';
import { usersOfClusters, usersOfOrganization, usersOfTenant } from '../users.ts';

export const unknownWorkload: TenantRule = {
  level: 'tenant',
  code: 'TEN126',
  name: 'unknown-workload',
  severity: 'error',
  summary: 'Every user `workload:…` is declared under `workloads` of `organization.yaml`.',
  why: 'A name that begins with `workload:` is that of a job, which shows the token of its own provider. One that is declared nowhere has access that nobody can use, until somebody declares a workload of that name, for whatever purpose, and gets it.',
  *checkPlatform({ organization, clusters }) {
    yield* problems(usersOfOrganization(organization), organization);
    yield* problems(usersOfClusters(clusters), organization);
  },
  *check({ tenant, platform }) {
    yield* problems(usersOfTenant(tenant), platform.organization);
  },
};

const declared = oncePer(({ workloads }: Organization) => {
  const names = new Set(workloads.map(({ value }) => `${workloadPrefix}${value.name}`));
  return { names, suggest: suggester(names) };
});

function* problems(users: readonly NamedUser[], organization: Organization): Iterable<Finding> {
  // Those that could not be read may well be among those that are named.
  if (!organization.complete) return;
  const { names, suggest } = declared(organization);
  for (const { value: user, origin } of users) {
    if (!user.toLowerCase().startsWith(workloadPrefix) || names.has(user)) continue;
    const meant = suggest(user);
    yield {
      message: `\`${user}\` is no declared workload`,
      at: at(origin),
      mend: meant,
      help:
        meant === undefined
          ? 'add it to `workloads` in organization.yaml, or name another user'
          : `did you mean \`${meant}\`?`,
    };
  }
}
