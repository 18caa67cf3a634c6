import { at } from '../../diagnostic.ts';
import { inBase } from '../../source.ts';
import type { ChangeRule } from '../rule.ts';
import { cluster, exampleShares, otherCertificate } from './examples.ts';
import { hasBase, itemsIn, wayRound } from './sides.ts';

const code = 'TEN511';

const moved = cluster('prodcluster01', exampleShares).replace('https://prodcluster01.', 'https://newcluster.');

export const clusterRepointed: ChangeRule = {
  about: 'change',
  code,
  name: 'cluster-repointed',
  severity: 'error',
  summary: 'A cluster that is in use does not become another one under the same name.',
  why: 'A new server with a new certificate authority is another cluster. All access would be given on it at once, while on the old one, which Argo CD no longer syncs, everybody keeps theirs and the data stays behind.',
  waivable: true,
  bad: {
    before: {},
    after: { 'clusters/prodcluster01.yaml': moved, 'clusters/example-ca.pem': otherCertificate },
  },
  good: {
    before: {},
    after: { 'clusters/prodcluster01.yaml': moved },
  },
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const { before, after, plan } = context;
    const changed = new Set(
      plan.facts.flatMap(({ kind, before: was, after: is }) =>
        kind === 'setting' && was?.entity.kind === 'cluster' && is ? [`${was.entity.name} ${was.about}`] : [],
      ),
    );
    for (const now of after.landscape.clusters) {
      const { name } = now;
      const old = before.landscape.clusters.find((other) => other.name === name);
      if (!old || !['server', 'certificate authority'].every((about) => changed.has(`${name} ${about}`))) continue;
      const namespaces = plan.before.graph.clusters.find((entry) => entry.cluster.name === name)?.namespaces ?? [];
      if (old.sharedWith.length + namespaces.length === 0) continue;
      yield {
        message: `cluster \`${name}\` gets another server and another certificate authority: it would be another cluster under an old name`,
        at: at(now.server.origin),
        related: [
          { location: at(inBase(old.server.origin)), message: 'its server in the base' },
          { location: at(now.certificateAuthority.origin), message: 'new as well' },
        ],
        help: `add the other cluster under a name of its own, and empty \`${name}\` before it goes; if it is the same cluster, change one of the two at a time, or ${wayRound(code, name)}`,
        target: name,
        items: known(`cluster/${name}`),
      };
    }
  },
};
