import { namespace } from '../../../settings/namespace.ts';
import { declaredByOthers } from '../../../settings/words.ts';
import { textOf } from '../../../plan/facts.ts';
import { at } from '../../../source/diagnostic.ts';
import type { ChangeFinding, ChangeRule } from '../../rule.ts';
import { listedClusters } from '../../wording.ts';

export const foreignNamespaceShared: ChangeRule = {
  level: 'change',
  code: 'TEN555',
  name: 'foreign-namespace-shared',
  severity: 'note',
  summary:
    'What others declare in a cluster stays theirs: nobody is given anything in it, and no tenant takes it over.',
  why: 'What is in such a namespace was there before, and belongs to whoever declares it: an operator, with its Secrets and its service accounts. From then on Argo CD may write bindings there, those that the policy lists. Who is admin in it may give more to others: the policies that hold tenants do not hold there.',
  *check({ plan: { items } }) {
    for (const item of items) {
      if (item.kind !== 'entity' || item.entity.kind !== 'namespace') continue;
      const on = item.settings.filter(({ setting }) => setting === namespace.clusters);
      const shared = on.filter(({ before, after }) => !before && textOf(after) === declaredByOthers);
      const taken = on.filter(({ before, after }) => textOf(before) === declaredByOthers && after);
      yield* finding(item.id, shared, (clusters) => ({
        message: `foreign namespace \`${item.entity.name}\` is shared on ${clusters}: what it holds belongs to those who declare it`,
        help: 'make sure that those who declare it agree',
      }));
      yield* finding(item.id, taken, (clusters) => ({
        message: `foreign namespace \`${item.entity.name}\` on ${clusters} would be taken from those who declare it, with all that is in it`,
        help: 'make sure that they no longer do; a cluster admin has to annotate it before Argo CD takes it over (docs/argo-cd.md)',
      }));
    }
  },
};

type OnCluster = Extract<Parameters<ChangeRule['check']>[0]['plan']['items'][number], { kind: 'entity' }>['settings'];

function* finding(
  id: string,
  settings: OnCluster,
  say: (clusters: string) => Pick<ChangeFinding, 'message' | 'help'>,
): Iterable<ChangeFinding> {
  const [first] = settings;
  if (!first?.after) return;
  const clusters = settings.flatMap(({ item }) => (item === undefined ? [] : [item]));
  yield { ...say(listedClusters(clusters)), at: at(first.after.origin), items: [id] };
}
