import type { Cluster, Located, Namespace } from '../../../config/model/desired-state.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { WholeRule, Finding } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { completeClusters } from '../written-shares.ts';
import { suggester } from '../suggest.ts';

const kinds = [
  { key: 'storageClasses', noun: 'storage class' },
  { key: 'ingressClasses', noun: 'ingress class' },
] as const;

export const classNotOnCluster: WholeRule = {
  level: 'whole',
  code: 'TEN113',
  name: 'class-not-on-cluster',
  severity: 'warning',
  summary: 'A namespace allows only storage and ingress classes that its clusters list, where they list any (S69).',
  why: 'A claim or an Ingress of a class that the cluster does not have waits for ever, or gets whatever is made under that name later.',
  *check({ desired }) {
    const clusters = completeClusters({ clusters: desired.clusters, unreadableClusters: desired.unreadable.clusters });
    for (const { key, noun } of kinds) {
      // A list of the tenant or of the organization is looked at once for each cluster, not for each namespace.
      const compared = new Map<Origin, Set<string>>();
      for (const namespace of desired.tenants.flatMap((t) => t.namespaces)) {
        const allowed = namespace.isolation[key];
        if (!allowed) continue;
        const done = compared.get(allowed.origin) ?? new Set();
        compared.set(allowed.origin, done);
        for (const { value: name } of namespace.clusters) {
          const cluster = clusters.get(name);
          if (!cluster || done.has(name)) continue;
          done.add(name);
          yield* missing(allowed, cluster, namespace, key, noun);
        }
      }
    }
  },
};

function* missing(
  allowed: Located<readonly string[]>,
  cluster: Cluster,
  namespace: Namespace,
  key: (typeof kinds)[number]['key'],
  noun: string,
): Iterable<Finding> {
  const there = cluster[key]?.map((c) => c.value) ?? [];
  if (there.length === 0) return;
  const suggest = suggester(there);
  for (const [i, name] of allowed.value.entries()) {
    if (there.includes(name)) continue;
    const meant = suggest(name);
    yield {
      message: `${noun} \`${name}\` is allowed in \`${namespace.name}\`, but cluster \`${cluster.name}\` does not list it`,
      at: at(originAt(allowed.origin, i)),
      related: [{ location: atKey(originAt(cluster.origin, 'spec', key)), message: `lists ${listed(there)}` }],
      mend: meant,
      help: meant
        ? `did you mean \`${meant}\`?`
        : `add it to \`${key}\` in ${cluster.origin.file} if the cluster has it, or remove it here`,
    };
  }
}
