import { platformReason } from '../../../config/model/protected-names.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { OrganizationRule } from '../../rule.ts';

/** What may be given where whoever can act could act as the platform: reading, and no Secrets. */
const harmless = 'view';

export const foreignNamespaceOfPlatform: OrganizationRule = {
  level: 'organization',
  code: 'TEN326',
  name: 'foreign-namespace-of-platform',
  severity: 'error',
  summary:
    'In `kube-*`, where Argo CD runs, and where an account lives that clusters let through, nobody is given more than `view`.',
  why: "Who may create pods in a namespace runs them as whichever service account of it they like: in `kube-system` that is the cluster, and where Argo CD's account or a trusted one lives, it is what the policies let through. `view` reads no Secrets and starts nothing.",
  *check(platform) {
    for (const cluster of platform.clusters) {
      for (const { name, shares } of cluster.foreignNamespaces) {
        const because = platformReason(platform, name);
        if (because === undefined) continue;
        for (const { role, origin } of shares) {
          if (role === harmless) continue;
          yield {
            message: `\`${role}\` is given in foreign namespace \`${name}\` on cluster \`${cluster.name}\`, where whoever can act could act as the platform: ${because}`,
            at: at(originAt(origin, 'role')),
            mend: harmless,
            help: `give \`${harmless}\`, or take the share away; who is to operate the platform is made a cluster admin, in the cluster itself or by \`admins\` in organization.yaml`,
          };
        }
      }
    }
  },
};
