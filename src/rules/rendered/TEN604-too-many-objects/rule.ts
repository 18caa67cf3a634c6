import { groupedBy } from '../../../values/order.ts';
import { counted } from '../../../source/text.ts';
import type { Finding, RenderedObject, RenderedRule } from '../../rule.ts';
import type { AppliedFile } from '../recorded.ts';
import { bytesOf, filesOfClusters, mostBytes } from '../recorded.ts';

export const tooManyObjects: RenderedRule = {
  level: 'rendered',
  code: 'TEN604',
  name: 'too-many-objects',
  severity: 'error',
  summary:
    'An Application has no more objects than Argo CD can record in it, and some that do not go with a namespace.',
  why: 'Argo CD writes what became of each object into the Application. When that is more than etcd takes, the sync never ends: what is merged afterwards is not applied, revocations among it, and nobody is told. Nor does it sync an Application that has lost everything: the bindings of the last namespace in it would stay.',
  *check(objects) {
    const applications = new Map<string, { readonly first: RenderedObject; objects: number; bytes: number }>();
    const files = filesOfClusters(objects);
    for (const file of files) {
      const key = `${file.cluster}/${file.application ?? ''}`;
      const one = applications.get(key) ?? { first: file.first, objects: 0, bytes: 0 };
      one.objects += file.objects.length;
      one.bytes += file.objects.reduce((sum, object) => sum + bytesOf(object), 0);
      applications.set(key, one);
    }
    yield* withoutOwnFiles(files);
    const reported = new Set<string>();
    for (const { first, objects: count, bytes } of applications.values()) {
      if (bytes <= mostBytes || reported.has(first.cluster)) continue;
      reported.add(first.cluster);
      yield {
        message: `an Application of cluster \`${first.cluster}\` would have ${count} objects, more than Argo CD can record in it`,
        at: first.source,
        help: `divide the cluster's namespaces among more Applications: \`applications\` in clusters/${first.cluster}.yaml`,
      };
    }
  },
};

/** Clusters some of whose Applications would have namespaces alone: those before Kubernetes 1.30 have no policies. */
function* withoutOwnFiles(files: readonly AppliedFile[]): Iterable<Finding> {
  for (const [cluster, inCluster] of groupedBy(files, (file) => file.cluster)) {
    const own = inCluster.filter(({ isOwn }) => isOwn).length;
    const most = inCluster.reduce((highest, { application = '0' }) => Math.max(highest, Number(application)), 0);
    const [one] = inCluster;
    if (!one || most === 0 || most < own) continue;
    yield {
      message: `cluster \`${cluster}\` has ${counted(own, 'file')} of its own to divide among its Applications`,
      at: one.first.source,
      help: `let \`applications\` be ${own} at most in clusters/${cluster}.yaml; a cluster has policies from Kubernetes 1.30 on`,
    };
  }
}
